"""Decides what happens with the people of a batch, without writing: the same for the dry run and the import."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from crm.privacy import matching
from crm.privacy.matching import Likeness
from crm.services.imports import sources
from crm.services.imports.news import News
from crm.services.imports.rows import NO_WISHES, PersonRow, Wishes
from crm.services.imports.sources import KnownRecord
from crm.services.imports.suppressed import find_suppressed
from crm.services.imports.terms import Terms


class Fate(StrEnum):
    """What happens with a row."""

    CREATE = "create"
    MERGE = "merge"
    KNOWN = "known"
    ERASED = "erased"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """A row and what happens with it.

    Attributes:
        subject_id: whom it is merged with, or who it has been all along.
        news: what somebody who is known wants besides what was known.
    """

    row: PersonRow
    fate: Fate
    subject_id: str | None = None
    news: Wishes = NO_WISHES


@dataclass(slots=True)
class PeoplePlanner:
    """Plans batch after batch; `employers` are the known companies of the latest one."""

    system: str
    terms: Terms
    news: News
    employers: dict[str, KnownRecord] = field(default_factory=dict)

    def plan(self, session: Session, rows: Sequence[PersonRow], *, now: datetime) -> list[PlannedPerson]:
        """Return the plan for these rows, in order."""
        record_ids = [row.record_id for row in rows]
        known = sources.find_known(session, self.system, record_ids)
        erased = sources.find_erased(session, self.system, record_ids)
        suppressed = find_suppressed(session, {row.row: row.compared for row in rows}, purpose=self.terms.purpose)
        self.employers = sources.find_known(session, self.system, {row.employer.record_id for row in rows if row.employer.record_id})
        open_rows = [row for row in rows if row.record_id not in known and row.record_id not in erased and row.row not in suppressed]
        likenesses = [row.likeness for row in open_rows if row.likeness]
        same = matching.find_same(session, likenesses, actor=self.terms.actor, now=now)
        news = self.news.find(session, rows, known)
        planned = []
        for row in rows:
            if row.record_id in erased:
                planned.append(PlannedPerson(row, Fate.ERASED))
            elif row.record_id in known:
                subject_id = known[row.record_id].subject_id
                planned.append(PlannedPerson(row, Fate.KNOWN, subject_id, news.pop(subject_id or "", NO_WISHES)))
            elif row.row in suppressed:
                planned.append(PlannedPerson(row, Fate.SUPPRESSED))
            else:
                planned.append(self._plan_open(row, same))
        return planned

    def _plan_open(self, row: PersonRow, same: dict[Likeness, str]) -> PlannedPerson:
        employer = self.employers.get(row.employer.record_id or "")
        if row.employer.is_person and employer and employer.subject_id:
            return PlannedPerson(row, Fate.MERGE, employer.subject_id)
        if row.likeness in same:
            return PlannedPerson(row, Fate.MERGE, same[row.likeness])
        return PlannedPerson(row, Fate.CREATE)
