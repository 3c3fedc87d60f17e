"""The forecast: what open deals are worth by the month in which they are expected, weighted by how likely they are.

Whose deals are left out before anything is added up is said in `crm.services.deals.counting`, as for every figure of deals.

Source: Art. 18(1), 21(1) DSGVO.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.models.deal import Deal
from crm.services.deals.counting import counted, find_left_out
from crm.services.deals.listing import DealFilter, conditions
from crm.services.work_rules import WorkRules

MONTHS: Final = 12
_CERTAIN: Final = 100  # percent
_DEAL = Deal.__table__.c


@dataclass(frozen=True, slots=True)
class MonthSum:
    """What is expected in one month.

    Attributes:
        month: its first day; None for everything after the last month shown.
        weighted_cents: amount by probability, in whole cents.
    """

    month: date | None
    count: int
    cents: int
    weighted_cents: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Months in order, what was expected before today's month and is still open, and what comes after."""

    overdue: MonthSum
    months: tuple[MonthSum, ...]
    later: MonthSum

    @property
    def all(self) -> tuple[MonthSum, ...]:
        return (self.overdue, *self.months, self.later)


class _Day(NamedTuple):
    """What is expected on one day of a month; `product` is the sum of cents by percent."""

    month: date
    number: int
    cents: int
    product: int


def forecast(session: Session, *, wanted: DealFilter, rules: WorkRules, today: date, now: datetime) -> Forecast:
    """Return what the open deals of the filter promise for the twelve months from today's on."""
    first = today.replace(day=1)
    months = [_add_months(first, number) for number in range(MONTHS)]
    figures = _figures(session, wanted, rules, now)
    end = _add_months(first, MONTHS)
    return Forecast(
        overdue=_total(None, [each for each in figures if each.month < first]),
        months=tuple(_total(month, [each for each in figures if each.month == month]) for month in months),
        later=_total(None, [each for each in figures if each.month >= end]),
    )


def _figures(session: Session, wanted: DealFilter, rules: WorkRules, now: datetime) -> list[_Day]:
    """Return what is expected day by day: cutting days into months costs the database more than it does here."""
    still_open = tuple(code for code, stage in rules.stages.items() if not stage.ends)
    weighted = func.sum(_DEAL.amount_cents * _DEAL.probability)
    of_open = DealFilter(stages=still_open, owner_id=wanted.owner_id, product=wanted.product, region=wanted.region)
    rows = session.execute(
        select(_DEAL.expected_on, func.count(), func.sum(_DEAL.amount_cents), weighted)
        .where(*conditions(of_open, rules), counted(find_left_out(session, now=now)))
        .group_by(_DEAL.expected_on)
    )
    return [_Day(on.replace(day=1), count, int(cents), int(product)) for on, count, cents, product in rows]


def _total(month: date | None, days: list[_Day]) -> MonthSum:
    weighted = sum(each.product for each in days) // _CERTAIN
    return MonthSum(month, sum(each.number for each in days), sum(each.cents for each in days), weighted)


def _add_months(first: date, months: int) -> date:
    """Return the first day of the month so many months later."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
