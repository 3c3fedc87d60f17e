"""Verification: recomputes the whole log from the database and reports whatever does not fit. Changes and seals nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import BigInteger, Connection, Engine, cast, func, select

from crm.ledger import tables
from crm.ledger.checkpoint import Checkpoint, read_checkpoint
from crm.ledger.chunks import check_in_chunks
from crm.ledger.counters import Counters
from crm.ledger.entry_checks import CHUNK, ChunkReport, blob
from crm.ledger.errors import HighWaterUnreadableError
from crm.ledger.findings import Finding, Findings, Kind
from crm.ledger.guards import find_missing_guards
from crm.ledger.merkle import HASH_BYTES, GrowingTree
from crm.ledger.note import VerifierKey
from crm.ledger.publication import read_high_water
from crm.ledger.published import check_published
from crm.ledger.side_checks import UpperTiles, check_salts, check_stray_payloads, check_tail

Progress = Callable[[int, int], None]
_C, _S = tables.checkpoint.c, tables.sealed_leaf.c


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification has found.

    Attributes:
        size: number of sealed entries.
        unsealed: number of entries that wait to be sealed; not a finding.
        findings: the first two hundred; `count` is their number in all.
        checkpoint: the last one, if its signature is good.
    """

    size: int
    unsealed: int
    findings: tuple[Finding, ...]
    count: int
    checkpoint: Checkpoint | None

    @property
    def is_sound(self) -> bool:
        return self.count == 0


def verify(
    engine: Engine,
    *,
    trusted: Sequence[VerifierKey],
    high_water: Path | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
    processes: int = 1,
    forgetting: str = "",
) -> Verification:
    """Recompute the log and compare it with everything that was ever signed about it.

    Args:
        trusted: keys whose signature counts, from outside the database.
        folder: where tiles and checkpoint are published.
        progress: is told how many of how many sealed entries are done.
        processes: how many recompute at once; pays from some ten thousand entries on.
        forgetting: the act whose entries say how many places in lists lead to nobody any more.
    """
    told = progress or (lambda _done, _all: None)
    return _Pass(engine, trusted, high_water=high_water, folder=folder, progress=told, forgetting=forgetting).run(processes)


class _Pass:
    """One verification. The number of sealed entries is fixed at the start; what is sealed meanwhile counts as waiting."""

    def __init__(
        self,
        engine: Engine,
        trusted: Sequence[VerifierKey],
        high_water: Path | None,
        folder: Path | None,
        progress: Progress,
        forgetting: str,
    ) -> None:
        self._engine = engine
        self._trusted = list(trusted)
        self._high_water = high_water
        self._folder = folder
        self._progress = progress
        self._forgetting = forgetting
        self._findings = Findings()
        self._counters = Counters()
        self._upper = UpperTiles()
        self._tree = GrowingTree(self._upper.add)
        self._last: Checkpoint | None = None
        self._differing: list[int] = []

    def run(self, processes: int) -> Verification:
        with self._engine.connect() as connection:
            size, last_id = self._extent(connection)
            for name in find_missing_guards(connection):
                self._findings.add(Kind.GUARD_MISSING, name=name)
        latest_t = self._check_sealed(size, processes)
        with self._engine.connect() as connection:
            self._upper.check(connection, self._findings)
            if self._folder is not None:
                self._findings.extend(check_published(connection, self._folder, trusted=self._trusted, is_due=size > 0))
        with self._snapshot() as connection:
            unsealed = self._check_rest(connection, size, last_id, latest_t)
        return Verification(size, unsealed, tuple(self._findings.shown), self._findings.count, self._last)

    def _extent(self, connection: Connection) -> tuple[int, int]:
        """Return how many entries are sealed and the highest id among them."""
        count, top, last_id = connection.execute(
            select(func.count(), func.max(_S.leaf_index), cast(func.max(_S.entry_id), BigInteger)).select_from(tables.sealed_leaf)
        ).one()
        size = 0 if top is None else top + 1
        if count != size:
            self._findings.add(Kind.ORDER_BROKEN, count=count, size=size)
        # A forged number must not make this run for ever.
        return (size if size <= 2 * count + CHUNK else count), last_id or 0

    def _snapshot(self) -> Connection:
        """Return a connection that sees one moment: half a transaction would look like a gap."""
        connection = self._engine.connect()
        return connection if self._engine.dialect.name == "sqlite" else connection.execution_options(isolation_level="REPEATABLE READ")

    def _check_sealed(self, size: int, processes: int) -> int:
        signed = self._signed(size)
        due = next(signed, None)
        latest_t = done = 0
        for report in check_in_chunks(self._engine, size, processes):
            self._take(report)
            due = self._grow(report.hashes, due, signed)
            latest_t, done = report.latest_t, done + len(report.hashes) // HASH_BYTES
            self._progress(done, size)
        while due is not None:
            self._compare(due)
            due = next(signed, None)
        self._say_which_differ()
        return latest_t

    def _grow(self, hashes: bytes, due: "_Signed | None", signed: Iterator["_Signed"]) -> "_Signed | None":
        """Append leaves, stopping wherever something was signed."""
        start, before = 0, self._tree.size
        while due is not None and due.checkpoint.size <= before + len(hashes) // HASH_BYTES:
            end = (due.checkpoint.size - before) * HASH_BYTES
            self._tree.extend(hashes[start:end])
            self._compare(due)
            start, due = end, next(signed, None)
        self._tree.extend(hashes[start:])
        return due

    def _compare(self, signed: "_Signed") -> None:
        size, found = signed.checkpoint.size, self._tree.size
        if size > found:
            self._findings.add(Kind.ROLLED_BACK if signed.is_high_water else Kind.SEALED_TAIL_CUT, size=size, found=found)
        elif self._tree.root() != signed.checkpoint.root:
            if signed.is_high_water:
                self._findings.add(Kind.HIGH_WATER_DIFFERS, size=size)
            else:
                self._differing.append(size)

    def _say_which_differ(self) -> None:
        """Say once how many checkpoints do not agree: every one after a changed entry does not, however few entries changed."""
        if self._differing:
            first, *others = self._differing
            many = {"count": len(self._differing)} if others else {}
            self._findings.add(Kind.ROOTS_DIFFER if others else Kind.ROOT_DIFFERS, size=first, **many)

    def _take(self, report: ChunkReport) -> None:
        self._findings.extend(report.findings, more=report.more)
        self._counters.add(report.runs)

    def _check_rest(self, connection: Connection, size: int, last_id: int, latest_t: int) -> int:
        tail = check_tail(connection, self._findings, size=size, last_id=last_id, latest_t=latest_t)
        self._take(tail.report)
        for writer, first, last in self._counters.gaps():
            self._findings.add(Kind.COUNTER_GAP, writer=writer, first=first, last=last)
        for writer, number in self._counters.twice:
            self._findings.add(Kind.COUNTER_TWICE, writer=writer, first=number)
        check_stray_payloads(connection, self._findings)
        check_salts(connection, self._findings, forgetting=self._forgetting)
        return tail.count

    def _signed(self, size: int) -> Iterator["_Signed"]:
        """Yield every checkpoint with a good signature, by size, the high-water file's among them."""
        high = self._high(size)
        for checkpoint in self._kept(size):
            if high is not None and high.checkpoint.size <= checkpoint.size:
                yield high
                high = None
            yield _Signed(checkpoint, is_high_water=False)
        if high is not None:
            yield high

    def _high(self, size: int) -> "_Signed | None":
        if self._high_water is None:
            return None
        try:
            checkpoint = read_high_water(self._high_water, self._trusted)
        except HighWaterUnreadableError:
            self._findings.add(Kind.HIGH_WATER_UNREADABLE)
            return None
        if checkpoint is None and size > 0:
            self._findings.add(Kind.HIGH_WATER_MISSING)
        return None if checkpoint is None else _Signed(checkpoint, is_high_water=True)

    def _kept(self, size: int) -> Iterator[Checkpoint]:
        largest = 0
        for note, stored_size in self._notes():
            checkpoint = read_checkpoint(note, self._trusted)
            largest = stored_size
            if checkpoint is None or checkpoint.size != stored_size:
                self._findings.add(Kind.UNSIGNED, size=stored_size)
            else:
                self._last = checkpoint
                yield checkpoint
        if largest < size:
            self._findings.add(Kind.CHECKPOINT_BEHIND, size=largest, found=size)

    def _notes(self) -> Iterator[tuple[bytes, int]]:
        page = 1_000
        after = -1
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(select(blob(_C.note), _C.size).where(_C.size > after).order_by(_C.size).limit(page)).all()
            yield from ((row.note, row.size) for row in rows)
            if len(rows) < page:
                return
            after = rows[-1].size


@dataclass(frozen=True, slots=True)
class _Signed:
    checkpoint: Checkpoint
    is_high_water: bool
