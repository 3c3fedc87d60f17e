"""Keeps the search index of this host: builds it when there is none, then applies the feed."""

import threading
from datetime import UTC, datetime, timedelta

import structlog

from crm.runtime import Runtime
from crm.search.builder import IndexBuilder
from crm.search.errors import IndexBuildingError, IndexBusyError
from crm.search.feed import FeedBatch, has_gap, prune, read_feed
from crm.search.schema import needs_build
from crm.search.writer import IndexWriter
from crm.services import directory

_KEEP_FEED = timedelta(days=7)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_log = structlog.get_logger()


class IndexKeeper:
    """The one writer of the index on this host; a second worker waits until the first one ends."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._writer: IndexWriter | None = None
        self._turned_until: datetime | None = None
        self._turns = threading.Lock()  # the index has one writer, so its jobs take turns

    def keep(self) -> None:
        """Apply what changed since the last time; build the index if there is none or the feed has a gap."""
        with self._turns:
            self._keep()

    def _keep(self) -> None:
        if self._writer and needs_build(self._runtime.place):
            self.close()  # somebody took the index away; what this process still has open serves nobody
        try:
            writer = self._writer or self._open()
        except IndexBusyError:
            return
        self._writer = writer
        with self._runtime.database.reading() as session:
            if has_gap(session, after=writer.position):
                self._rebuild()
                return
        while self._apply_batch(writer):
            pass

    def turn(self) -> None:
        """Announce the people whose grounds began or ended by time alone."""
        with self._turns:
            if self._turned_until is None:
                return  # there is no index of ours yet
            now = self._runtime.clock.now()
            with self._runtime.database.writing() as session:
                directory.announce_turning_points(session, since=self._turned_until, now=now)
            self._turned_until = now

    def tidy(self) -> None:
        """Merge away what was removed from the index, and announcements that every host has read."""
        with self._turns:
            if self._writer:
                self._writer.sweep()
            with self._runtime.database.writing() as session:
                prune(session, older_than=self._runtime.clock.now() - _KEEP_FEED)

    def close(self) -> None:
        """Give back the right to write."""
        if self._writer:
            self._writer.close()
            self._writer = None

    def _open(self) -> IndexWriter:
        """Open the index; one that this process did not build may be older than what turned while nobody looked."""
        try:
            writer = IndexWriter(self._runtime.place)
        except IndexBuildingError:
            self._build()
            return IndexWriter(self._runtime.place)
        self._turned_until = _EVER
        return writer

    def _rebuild(self) -> None:
        self.close()
        self._build()

    def _build(self) -> None:
        self._turned_until = self._runtime.clock.now()  # everybody is read from now on, so what turned before is known
        directory.build(self._runtime.database, IndexBuilder(self._runtime.place), clock=self._runtime.clock, progress=_report)

    def _apply_batch(self, writer: IndexWriter) -> bool:
        now = self._runtime.clock.now()
        with self._runtime.database.reading() as session:
            batch = read_feed(session, after=writer.position)
            if not batch.changed and not batch.gone:
                return False
            documents = directory.make_documents(session, batch.changed, now=now)
        gone = [*batch.gone, *_without_document(batch, {document.subject_id for document in documents})]
        writer.apply(changed=documents, gone=gone, position=batch.position)
        return batch.has_more


def _without_document(batch: FeedBatch, documents: set[str]) -> list[str]:
    """Return the people whom no purpose may use any more: they leave the index."""
    return [subject_id for subject_id in batch.changed if subject_id not in documents]


def _report(done: int, total: int) -> None:
    _log.info("index.building", done=done, total=total)
