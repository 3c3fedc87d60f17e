"""Runs an import over a validated export: foretold without a change, or applied in batches that can be stopped anywhere."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from crm.clock import Clock
from crm.db import Database
from crm.db.errors import DiskFullError
from crm.errors import UnavailableError
from crm.privacy import intake
from crm.services.imports import runs
from crm.services.imports.batches import Pace, cut, waves
from crm.services.imports.decided import Decided, decided
from crm.services.imports.export import Export
from crm.services.imports.fields import RowKind
from crm.services.imports.new_people import PeopleMaker
from crm.services.imports.news import News
from crm.services.imports.report import Report, empty_report
from crm.services.imports.rows import CompanyRow, LeftOut, PersonRow, Row, Verdict, WishRow, WorkRow
from crm.services.imports.source_file import SourceFile
from crm.services.imports.taking_companies import CompanyTaker
from crm.services.imports.taking_people import PeopleTaker
from crm.services.imports.taking_wishes import decide_wishes
from crm.services.imports.terms import Terms
from crm.services.imports.work.taking import WorkTaker
from crm.settings import Settings
from crm.vault import KeyStoreFullError

_Kind = TypeVar("_Kind", CompanyRow, PersonRow, WishRow, WorkRow)
_WISHES = frozenset({RowKind.WISHES, RowKind.CONSENT})


class ImportOutOfRoomError(UnavailableError):
    """There is no room to write any more; what was taken in until then stays."""

    message = (
        "Es ist kein Speicherplatz mehr frei. Der Import ist bis %(file)s, Zeile %(row)s, eingelesen, und das bleibt. "
        "Schaffen Sie Platz und starten Sie denselben Befehl noch einmal: Er macht dort weiter, wo er aufgehört hat."
    )


@dataclass(frozen=True, slots=True)
class Applied:
    """An import that is applied; it ends when its report was delivered (`Importer.finish`)."""

    run_id: str
    report: Report


class Importer:
    """One import of one export on its terms."""

    def __init__(self, database: Database, export: Export, *, terms: Terms, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._export = export
        self._settings = settings
        self._terms = terms
        self._clock = clock
        maker = PeopleMaker(export.system, terms, export.survey, settings)
        news = News(purpose=terms.purpose.code)
        self._companies = CompanyTaker(maker, news)
        self._people = PeopleTaker(maker, news)
        self._zone = maker.zone
        self._work = WorkTaker(export.system, terms, zone=maker.zone)

    def foretell(self, *, progress: Callable[[int], None]) -> Report:
        """Return the report that `apply` would end with; nothing is changed (dry run)."""
        report = empty_report(self._export)
        for number, file in self._in_turn():
            for batch in cut(self._export.rows(file, zone=self._zone), pace=Pace()):
                with self._database.reading() as session:
                    report.files[number].add(self._foretell(session, batch))
                progress(len(batch))
        return report

    def apply(self, *, progress: Callable[[int], None]) -> Applied:
        """Take everything in, or what an earlier start of the same import had not come to.

        Each batch is one unit of work that also notes how far it came: a stop at any moment loses one batch at
        most, and that one leaves no trace. First everything in the portal's letterbox takes effect, so that nobody who
        objected yesterday comes in as somebody who may be written to.

        Raises:
            ImportRunningError: another process is at the same import.
            KeyUnavailableError: the letterbox cannot be emptied; nothing was taken in.
            ImportOutOfRoomError: the disk is full; the same import goes on from there.
        """
        intake.drain(self._database, settings=self._settings, now=self._clock.now())
        with self._database.writing() as session:
            run = runs.begin(session, export=self._export, terms=self._terms, now=self._clock.now())
        pace = Pace()
        for number, file in self._in_turn():
            for batch in cut(self._export.rows(file, zone=self._zone), pace=pace, after=run.last_rows[number]):
                with self._out_of_room(run, number), self._database.writing_in_bulk() as session:
                    started = time.monotonic()
                    runs.note(session, run, number, self._take(session, batch))
                run.last_rows[number] = batch[-1].row
                pace.took(time.monotonic() - started, rows=len(batch))
                progress(len(batch))
        with self._database.reading() as session:
            return Applied(run.id, runs.read_report(session, run, export=self._export))

    def _in_turn(self) -> list[tuple[int, SourceFile]]:
        """Return the files with their numbers, what people want first: later nobody could tell what of it was new."""
        return sorted(enumerate(self._export.files), key=lambda each: each[1].kind not in _WISHES)

    @contextmanager
    def _out_of_room(self, run: runs.Run, number: int) -> Iterator[None]:
        """Say of a full disk how far the import came; where no row was taken in, that nothing was changed is true."""
        try:
            yield
        except (DiskFullError, KeyStoreFullError) as error:
            if not any(run.last_rows):
                raise
            raise ImportOutOfRoomError(file=self._export.files[number].name, row=run.last_rows[number]) from error

    def finish(self, applied: Applied) -> None:
        """End an import after its report was delivered."""
        with self._database.writing() as session:
            runs.finish(session, run_id=applied.run_id, terms=self._terms, now=self._clock.now())

    def _foretell(self, session: Session, batch: Sequence[Row]) -> list[Decided]:
        now = self._clock.now()
        companies, people = _of_kind(batch, CompanyRow), _of_kind(batch, PersonRow)
        found = self._decide_wishes(session, batch)
        found += self._companies.foretell(session, companies, now=now) if companies else []
        for wave in waves(people):
            found += self._people.foretell(session, wave, traders=self._companies.traders, now=now)
        self._note_arrivals([*companies, *people], found)
        if work := _of_kind(batch, WorkRow):
            found += self._work.foretell(session, work, now=now)
        return _in_order(batch, found)

    def _note_arrivals(self, rows: Sequence[CompanyRow | PersonRow], found: Sequence[Decided]) -> None:
        """Tell daily work who would be here by then; what makes two records one person makes them one for it too."""
        comes = {each.row for each in found if each.verdict in {Verdict.CREATED, Verdict.MERGED}}
        for row in rows:
            if row.row in comes:
                likeness = row.likeness if isinstance(row, PersonRow) else None
                self._work.arriving[row.record_id] = likeness or row.record_id

    def _take(self, session: Session, batch: Sequence[Row]) -> list[Decided]:
        now = self._clock.now()
        companies, people = _of_kind(batch, CompanyRow), _of_kind(batch, PersonRow)
        found = self._decide_wishes(session, batch)
        found += self._companies.take(session, companies, now=now) if companies else []
        for wave in waves(people):
            found += self._people.take(session, wave, now=now)
        if work := _of_kind(batch, WorkRow):
            found += self._work.take(session, work, now=now)
        return _in_order(batch, found)

    def _decide_wishes(self, session: Session, batch: Sequence[Row]) -> list[Decided]:
        rows = _of_kind(batch, WishRow)
        return decide_wishes(session, rows, system=self._export.system, purpose=self._terms.purpose.code) if rows else []


def _of_kind(batch: Sequence[Row], kind: type[_Kind]) -> list[_Kind]:
    return [row for row in batch if isinstance(row, kind)]


def _in_order(batch: Sequence[Row], found: Sequence[Decided]) -> list[Decided]:
    by_row = {each.row: each for each in found}
    return [decided(row) if isinstance(row, LeftOut) else by_row[row.row] for row in batch]
