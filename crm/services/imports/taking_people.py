"""Takes the people of a batch in: new ones through the door of collection, known ones by merging."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.privacy import collection, merging
from crm.privacy.collection import Collected, Refusal
from crm.privacy.matching import Likeness
from crm.services.companies.entry import SoleTrader, create_sole_traders
from crm.services.imports.consequences import Consequences
from crm.services.imports.decided import Decided
from crm.services.imports.employer_records import find_employers
from crm.services.imports.new_people import PeopleMaker
from crm.services.imports.news import News, leave_out_contested
from crm.services.imports.people_plan import Fate, PeoplePlanner, PlannedPerson
from crm.services.imports.rows import PersonRow, Reason, Verdict
from crm.services.imports.terms import Terms

_DECIDED = {
    Fate.KNOWN: (Verdict.SKIPPED, Reason.ALREADY_IMPORTED),
    Fate.ERASED: (Verdict.REFUSED, Reason.ERASED_BEFORE),
    Fate.SUPPRESSED: (Verdict.REFUSED, Reason.SUPPRESSED),
}
REASON_OF = {Refusal.ERASED_BEFORE: Reason.ERASED_BEFORE, Refusal.SUPPRESSED: Reason.SUPPRESSED}


class PeopleTaker:
    """Takes people in, or foretells for the dry run what taking them in would decide."""

    def __init__(self, maker: PeopleMaker, news: News) -> None:
        self._maker = maker
        self._terms: Terms = maker.terms
        self._planner = PeoplePlanner(maker.system, maker.terms, news)
        self._arriving: set[Likeness] = set()

    def foretell(self, session: Session, rows: Sequence[PersonRow], *, traders: set[str], now: datetime) -> list[Decided]:
        """Return what `take` would decide, without changing anything.

        Args:
            traders: records of companies that would come in as natural persons.
        """
        planned = []
        for each in self._planner.plan(session, rows, now=now):
            likeness, employer = each.row.likeness, each.row.employer
            meets = likeness in self._arriving or (employer.is_person and employer.record_id in traders)
            if each.fate is Fate.CREATE and meets:
                planned.append(replace(each, fate=Fate.MERGE))
                continue
            planned.append(each)
            if each.fate is Fate.CREATE and likeness:
                self._arriving.add(likeness)
        return [self._decided(each, now) for each in planned]

    def take(self, session: Session, rows: Sequence[PersonRow], *, now: datetime) -> list[Decided]:
        """Take the people in and return what became of each row, in order."""
        planned = self._planner.plan(session, rows, now=now)
        coming = [each.row for each in planned if each.fate in {Fate.CREATE, Fate.MERGE}]
        known = self._planner.employers
        employers = find_employers(session, coming, known=known, owner_id=self._terms.owner_id, actor=self._terms.actor, now=now)
        consequences = Consequences(self._maker, now=now)
        refused = self._create(session, [each.row for each in planned if each.fate is Fate.CREATE], employers, consequences, now)
        for each in planned:
            if each.fate is Fate.MERGE:
                refused |= self._merge(session, each, employers, consequences, now)
            elif each.news and each.subject_id:
                consequences.heed_news(session, each.news, each.subject_id)
        consequences.write(session)
        return [refused.get(each.row.row) or self._decided(each, now) for each in planned]

    def _decided(self, planned: PlannedPerson, now: datetime) -> Decided:
        row = planned.row
        if planned.fate in _DECIDED:
            verdict, reason = _DECIDED[planned.fate]
            return Decided(row.row, verdict, (reason, Reason.NEWS_HEEDED) if planned.news else (reason,))
        if planned.fate is Fate.MERGE:
            return Decided(row.row, Verdict.MERGED, row.remarks)
        overdue = self._maker.is_time_up(row, now=now)
        return Decided(row.row, Verdict.CREATED, (*row.remarks, Reason.TIME_UP) if overdue else row.remarks, overdue)

    def _create(
        self, session: Session, rows: Sequence[PersonRow], employers: Mapping[int, str], consequences: Consequences, now: datetime
    ) -> dict[int, Decided]:
        """Take new people in and return the rows that the door refused."""
        owners = [row for row in rows if row.employer.is_own_business]
        others = [row for row in rows if not row.employer.is_own_business]
        traders = [SoleTrader(self._maker.business(row.employer.name or ""), self._maker.person(row, None, now=now)) for row in owners]
        people = [self._maker.person(row, employers.get(row.row), now=now) for row in others]
        actor = self._terms.actor
        collected = [each.collected for each in create_sole_traders(session, traders=traders, actor=actor, now=now)] if traders else []
        collected += collection.collect_many(session, people=people, actor=actor, now=now) if people else []
        refused = {}
        for row, each in zip([*owners, *others], collected, strict=True):
            if each.subject_id is None:
                refused[row.row] = refusal_of(row.row, each)
            else:
                consequences.begin(row, each.subject_id)
        return refused

    def _merge(
        self, session: Session, planned: PlannedPerson, employers: Mapping[int, str], consequences: Consequences, now: datetime
    ) -> dict[int, Decided]:
        row, subject_id = planned.row, planned.subject_id or ""
        person = self._maker.person(row, employers.get(row.row), now=now)
        wishes = leave_out_contested(session, row.wishes, subject_id, purpose=self._terms.purpose.code)
        refusal = merging.merge(session, subject_id=subject_id, person=person, actor=self._terms.actor, now=now)
        if refusal:
            return {row.row: Decided(row.row, Verdict.REFUSED, (REASON_OF[refusal],))}
        consequences.heed(wishes, subject_id, collected_at=person.collected_at)
        return {}


def refusal_of(row: int, collected: Collected, *remarks: Reason) -> Decided:
    """Return the verdict for somebody the door of collection has refused."""
    return Decided(row, Verdict.REFUSED, (*remarks, REASON_OF[collected.refused]) if collected.refused else remarks)
