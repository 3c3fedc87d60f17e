"""Takes the companies of a batch in; those that are natural persons through the door of collection."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.services.companies.entry import SoleTrader, create_many, create_sole_traders
from crm.services.imports import sources
from crm.services.imports.consequences import Consequences
from crm.services.imports.decided import Decided
from crm.services.imports.new_people import PeopleMaker
from crm.services.imports.news import News
from crm.services.imports.rows import CompanyRow, Reason, Verdict, Wishes
from crm.services.imports.sources import KnownRecord
from crm.services.imports.suppressed import find_suppressed
from crm.services.imports.taking_people import refusal_of
from crm.services.imports.terms import Terms


class CompanyTaker:
    """Takes companies in, or foretells for the dry run what taking them in would decide.

    Attributes:
        traders: records that came, or would come, in as natural persons.
    """

    def __init__(self, maker: PeopleMaker, news: News) -> None:
        self.traders: set[str] = set()
        self._maker = maker
        self._news = news
        self._terms: Terms = maker.terms

    def foretell(self, session: Session, rows: Sequence[CompanyRow], *, now: datetime) -> list[Decided]:
        """Return what `take` would decide, without changing anything."""
        known = sources.find_known(session, self._maker.system, [row.record_id for row in rows])
        traders = [row for row in rows if row.natural_person]
        erased = sources.find_erased(session, self._maker.system, [row.record_id for row in traders])
        suppressed = self._find_suppressed(session, traders)
        news = self._news.find(session, traders, known)
        decided = []
        for row in rows:
            if row.record_id in erased:
                decided.append(_left_out(row, Verdict.REFUSED, Reason.ERASED_BEFORE))
            elif row.record_id in known:
                decided.append(_already_there(row, known, news))
            elif row.row in suppressed:
                decided.append(_left_out(row, Verdict.REFUSED, Reason.SUPPRESSED))
            else:
                self.traders |= {row.record_id} if row.natural_person else set()
                decided.append(self._created(row, now))
        return decided

    def take(self, session: Session, rows: Sequence[CompanyRow], *, now: datetime) -> list[Decided]:
        """Take the companies in and return what became of each row, in order."""
        known = sources.find_known(session, self._maker.system, [row.record_id for row in rows])
        erased = sources.find_erased(session, self._maker.system, [row.record_id for row in rows if row.natural_person])
        news = self._news.find(session, [row for row in rows if row.natural_person], known)
        decided = {row.row: _already_there(row, known, news) for row in rows if row.record_id in known}
        decided |= {row.row: _left_out(row, Verdict.REFUSED, Reason.ERASED_BEFORE) for row in rows if row.record_id in erased}
        traders = [row for row in rows if row.natural_person and row.row not in decided]
        suppressed = self._find_suppressed(session, traders)
        decided |= {row.row: _left_out(row, Verdict.REFUSED, Reason.SUPPRESSED) for row in traders if row.row in suppressed}
        fresh = [row for row in rows if row.row not in decided]
        self._heed_news(session, news, now)
        self._take_legal_persons(session, [row for row in fresh if not row.natural_person], now)
        decided |= self._take_natural_persons(session, [row for row in fresh if row.natural_person], now)
        return [decided.get(row.row) or self._created(row, now) for row in rows]

    def _find_suppressed(self, session: Session, traders: Sequence[CompanyRow]) -> set[int]:
        return find_suppressed(session, {row.row: row.compared for row in traders}, purpose=self._terms.purpose)

    def _heed_news(self, session: Session, news: Mapping[str, Wishes], now: datetime) -> None:
        """Do what sole traders want who are known; nothing else of them is taken."""
        consequences = Consequences(self._maker, now=now)
        for subject_id, each in news.items():
            consequences.heed_news(session, each, subject_id)
        consequences.write(session)

    def _take_legal_persons(self, session: Session, rows: Sequence[CompanyRow], now: datetime) -> None:
        company_ids = create_many(session, entries=[self._maker.company(row) for row in rows], actor=self._terms.actor, now=now)
        records = {row.record_id: company_id for row, company_id in zip(rows, company_ids, strict=True)}
        sources.add_companies(session, self._maker.system, records)

    def _take_natural_persons(self, session: Session, rows: Sequence[CompanyRow], now: datetime) -> dict[int, Decided]:
        """Take sole traders in and return the rows that the door refused."""
        if not rows:
            return {}
        traders = [SoleTrader(self._maker.company(row), self._maker.trader(row, now=now)) for row in rows]
        created = create_sole_traders(session, traders=traders, actor=self._terms.actor, now=now)
        consequences = Consequences(self._maker, now=now)
        refused = {}
        records = {}
        for row, each in zip(rows, created, strict=True):
            if each.company_id is None or each.collected.subject_id is None:
                refused[row.row] = refusal_of(row.row, each.collected, Reason.SOLE_TRADER)
            else:
                records[row.record_id] = each.company_id
                consequences.begin(row, each.collected.subject_id)
        sources.add_company_of_person(session, self._maker.system, records)
        consequences.write(session)
        return refused

    def _created(self, row: CompanyRow, now: datetime) -> Decided:
        overdue = self._maker.is_time_up(row, now=now)
        return Decided(row.row, Verdict.CREATED, (*row.remarks, Reason.TIME_UP) if overdue else row.remarks, overdue)


def _already_there(row: CompanyRow, known: Mapping[str, KnownRecord], news: Mapping[str, Wishes]) -> Decided:
    left_out = _left_out(row, Verdict.SKIPPED, Reason.ALREADY_IMPORTED)
    has_news = row.natural_person and known[row.record_id].subject_id in news
    return replace(left_out, reasons=(*left_out.reasons, Reason.NEWS_HEEDED)) if has_news else left_out


def _left_out(row: CompanyRow, verdict: Verdict, reason: Reason) -> Decided:
    return Decided(row.row, verdict, (Reason.SOLE_TRADER, reason) if row.natural_person else (reason,))
