"""What was won, lost and is open, added up by the database: figures of deals, never of people.

Whose deals are left out before anything is added up is said in `crm.services.deals.counting`, as for every figure of deals.

Source: Art. 5(1)(c), 18(2), 21(1) DSGVO; DS-UC-01.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.deal import Deal
from crm.services.deals.counting import LeftOut, counted, find_left_out
from crm.services.reports.quarters import Quarter
from crm.services.work_rules import LOST, WON

_PERCENT: Final = 100
_NEVER: Final = date.max


class Dimension(StrEnum):
    """By what figures are told apart."""

    PRODUCT = "product"
    REGION = "region"
    GROUP = "group"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Sums of some deals; amounts in cents.

    Attributes:
        won_days: from opening to winning, of all that were won together.
        open_count: deals that were open on the last day, with the amounts they have now.
        weighted_cents: open amounts times their probability.
    """

    won_count: int = 0
    won_cents: int = 0
    won_days: int = 0
    lost_count: int = 0
    lost_cents: int = 0
    open_count: int = 0
    open_cents: int = 0
    weighted_cents: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    @property
    def conversion(self) -> float | None:
        """Return the share of the decided deals that were won, in percent; None where none was decided."""
        decided = self.won_count + self.lost_count
        return _PERCENT * self.won_count / decided if decided else None

    @property
    def cycle_days(self) -> float | None:
        """Return how many days it took from opening to winning, on average."""
        return self.won_days / self.won_count if self.won_count else None


Key = tuple[str | None, ...]  # product, region, group, owner
_DIMENSIONS: Final = tuple(Dimension)


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of one quarter, by everything they can be told apart by.

    Attributes:
        open_then: what was open at the end of a quarter that is only compared with, as one sum.
    """

    quarter: Quarter
    by_key: Mapping[Key, Figures]
    open_then: Figures = Figures()

    @property
    def total(self) -> Figures:
        return sum(self.by_key.values(), self.open_then)

    def by(self, dimension: Dimension) -> dict[str | None, Figures]:
        """Return the figures by one dimension."""
        place = _DIMENSIONS.index(dimension)
        found: dict[str | None, Figures] = defaultdict(Figures)
        for key, figures in self.by_key.items():
            found[key[place]] += figures
        return dict(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A quarter against the one before and the one a year ago."""

    now: Sums
    before: Sums
    earlier: Sums

    @property
    def all(self) -> tuple[Sums, Sums, Sums]:
        return self.now, self.before, self.earlier


def make_report(session: Session, *, quarter: Quarter, today: date, now: datetime) -> Report:
    """Add up the quarter and the two it is compared with."""
    left_out = find_left_out(session, now=now)
    quarters = (quarter, quarter.previous, quarter.a_year_before)
    sums: list[dict[Key, Figures]] = [defaultdict(Figures) for _ in quarters]
    for number, key, figures in _closed(session, quarters, left_out):
        sums[number][key] += figures
    for key, figures in _open(session, min(quarter.last_day, today), left_out):
        sums[0][key] += figures
    then = _open_then(session, [each.last_day for each in quarters[1:]], left_out)
    return Report(
        now=Sums(quarters[0], sums[0]),
        before=Sums(quarters[1], sums[1], then[0]),
        earlier=Sums(quarters[2], sums[2], then[1]),
    )


GROUP: Final = func.coalesce(Company.segment, Contact.segment)
_KEY: Final = (Deal.product, Deal.region, GROUP, Deal.owner_id)


def of_deals(*columns: Any) -> Select[Any]:
    """Select from deals with the company and the person they are for."""
    joined = select(*columns).select_from(Deal).outerjoin(Company, Company.id == Deal.company_id)
    return joined.outerjoin(Contact, Contact.subject_id == Deal.subject_id)


def _closed(session: Session, quarters: Sequence[Quarter], left_out: LeftOut) -> list[tuple[int, Key, Figures]]:
    # The stage is looked at afterwards: a condition on it leads SQLite to the index of stages, and so through all deals that ever ended.
    within = [Deal.closed_on.between(each.first_day, each.last_day) for each in quarters]
    which = case(*((condition, number) for number, condition in enumerate(within)))
    amounts = (func.count(), func.sum(Deal.amount_cents), func.sum(_days(session)))
    wanted = of_deals(which, Deal.stage, *_KEY, *amounts).where(or_(*within), counted(left_out))
    rows = session.execute(wanted.group_by(which, Deal.stage, *_KEY))
    return [(number, tuple(key), _ended(stage, count, cents, days)) for number, stage, *key, count, cents, days in rows]


def _ended(stage: str, count: int, cents: int, days: float) -> Figures:
    if stage == WON:
        return Figures(won_count=count, won_cents=int(cents), won_days=int(days))
    return Figures(lost_count=count, lost_cents=int(cents)) if stage == LOST else Figures()


def _open(session: Session, day: date, left_out: LeftOut) -> list[tuple[Key, Figures]]:
    """Return the deals that were open at the end of a day; nobody kept what they were worth then, so it is what they are worth now."""
    weighted = func.sum(Deal.amount_cents * Deal.probability)
    wanted = of_deals(*_KEY, func.count(), func.sum(Deal.amount_cents), weighted).where(_was_open(day), counted(left_out))
    return [
        (tuple(key), Figures(open_count=count, open_cents=int(cents), weighted_cents=int(weight) // _PERCENT))
        for *key, count, cents, weight in session.execute(wanted.group_by(*_KEY))
    ]


def _open_then(session: Session, days: Sequence[date], left_out: LeftOut) -> list[Figures]:
    """Return what was open at the end of each of these days, as one sum: telling it apart would cost more than it says."""
    found = []
    for day in days:
        wanted = select(func.count(), func.coalesce(func.sum(Deal.amount_cents), 0)).select_from(Deal)
        count, cents = session.execute(wanted.where(_was_open(day), counted(left_out))).one()
        found.append(Figures(open_count=count, open_cents=int(cents)))
    return found


def _was_open(day: date) -> ColumnElement[bool]:
    """Return the condition that a deal was open at the end of a day.

    It is one that no index answers: with one, SQLite reads the deals in the order of that index, one by one.
    """
    is_honest = or_(Deal.closed_on.is_not(None), Deal.stage.not_in((WON, LOST)))  # what ended has a day; without one it is not open
    return and_(Deal.opened_on <= day, func.coalesce(Deal.closed_on, _NEVER) > day, is_honest)


def _days(session: Session) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return func.julianday(Deal.closed_on) - func.julianday(Deal.opened_on)
    return Deal.closed_on - Deal.opened_on
