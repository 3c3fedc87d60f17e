"""Löschregeln as data and the arithmetic of their periods.

`config/retention.toml` is what an installation begins with; `retention_rules` says what holds in it.

Source: Art. 5(1)(e) DSGVO; DIN 66398.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final

from crm.actor import Role
from crm.errors import CrmError
from crm.settings import initial_policy

_MONTHS_OF_A_YEAR: Final = 12
_LONGEST: Final = 100 * _MONTHS_OF_A_YEAR  # months; the longest limitation period is 30 years (§ 197 BGB)
_DAYS_OF_A_MONTH: Final = 365.25 / _MONTHS_OF_A_YEAR


class RuleSourceMissingError(CrmError):
    """A rule that nobody could justify."""

    message = "Die Löschregel %(rule)s nennt keine Quelle. Tragen Sie ein, worauf sie beruht."


class ImpossiblePeriodError(CrmError):
    """A period that is none."""

    message = (
        "Die Löschregel %(rule)s hat eine unmögliche Frist. Möglich sind ganze Tage, Monate oder Jahre bis 100 Jahre, ab Jahresende nur "
        "Monate oder Jahre, und eine Vorhaltefrist, die nicht länger ist."
    )


class RuleIncompleteError(CrmError):
    """A rule that lacks a part, or has a word in it that means nothing."""

    message = "Die Löschregel %(rule)s ist unvollständig oder falsch bei „%(part)s“."


class StartEvent(StrEnum):
    """What starts a period (Startzeitpunkt)."""

    LAST_CONTACT = "last_contact"
    END_OF_RELATION = "end_of_relation"
    CREATED = "created"
    OBJECTION = "objection"
    END_OF_PURPOSE = "end_of_purpose"
    VALUE_SET = "value_set"


class Unit(StrEnum):
    """In what a period is counted."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    OPEN = "open"  # an event ends it; no day can be computed


class Basis(StrEnum):
    """What a figure rests on."""

    POLICY = "policy"
    LIMITATION = "limitation"
    STATUTORY = "statutory_min"


class EndAction(StrEnum):
    """What happens when the period is over."""

    DELETE = "delete"
    RESTRICT = "restrict_then_delete"
    AGGREGATE = "aggregate_then_delete"
    PSEUDONYMISE = "pseudonymise_then_delete"
    STOP_USE = "stop_use"
    REVIEW = "review"
    SEGMENT = "delete_segment"
    OVERWRITE = "overwrite"


class CarriedOut(StrEnum):
    """By what a rule takes effect."""

    RUN = "run"
    JOB = "job"
    ACT = "act"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Period:
    """So many days, months or years; `until` says in words what ends an open one."""

    amount: int
    unit: Unit
    until: Mapping[str, str] | None = None

    @property
    def length(self) -> float:
        """Return how long it is, in days; years are twelve months, so that 36 months are as long as three years."""
        if self.unit is Unit.OPEN:
            return float("inf")
        return self.amount if self.unit is Unit.DAYS else self.months * _DAYS_OF_A_MONTH

    @property
    def months(self) -> int:
        """Return the months of a period that is not counted in days."""
        return self.amount * _MONTHS_OF_A_YEAR if self.unit is Unit.YEARS else self.amount

    def is_possible(self, *, from_year_end: bool) -> bool:
        """Say whether anything can be kept for this long."""
        if self.unit is Unit.OPEN:
            return bool(self.until) and not from_year_end
        is_counted = self.amount >= 0 and self.length <= _LONGEST * _DAYS_OF_A_MONTH
        return is_counted and not (from_year_end and self.unit is Unit.DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """One rule of one kind of data (Löschregel, Datenart).

    Attributes:
        loeschklasse: the class of DIN 66398: kind of start and length.
        period: how long the data are kept from the start (Regellöschfrist).
        available: how long they must be there (Vorhaltefrist).
        sector: periods where the controller is of a sector that keeps longer.
        owner: the role that answers for the rule.
        data: where such data lie, as `crm.privacy.stocks` names it; nowhere: `no_data` says why.
        version: 0 as long as the installation follows what it began with.
    """

    code: str
    kind: Mapping[str, str]
    loeschklasse: str
    start: StartEvent
    start_text: Mapping[str, str]
    period: Period
    available: Period
    from_year_end: bool
    basis: Basis
    source: str
    action: EndAction
    owner: Role
    data: tuple[str, ...] = ()
    carried_out: CarriedOut | None = None
    no_data: Mapping[str, str] | None = None
    sector: Mapping[str, Period] = field(default_factory=dict)
    version: int = 0


@cache
def find_shipped() -> Mapping[str, RetentionRule]:
    """Return the rules that an installation begins with, by code.

    Raises:
        RuleSourceMissingError, ImpossiblePeriodError, RuleIncompleteError: names the rule that cannot be followed.
    """
    return {code: parse(code, rule) for code, rule in initial_policy("retention").items()}


def parse(code: str, rule: Mapping[str, Any]) -> RetentionRule:
    """Return a rule as it is written, if it can be followed.

    Raises:
        RuleSourceMissingError, ImpossiblePeriodError, RuleIncompleteError: names the rule.
    """
    try:
        parsed = _read(code, rule)
    except KeyError as error:
        raise RuleIncompleteError(rule=code, part=error.args[0]) from error
    except ValueError as error:
        raise RuleIncompleteError(rule=code, part=str(error)) from error
    if not parsed.source.strip():
        raise RuleSourceMissingError(rule=code)
    if bool(parsed.data) == bool(parsed.no_data):
        raise RuleIncompleteError(rule=code, part="data")
    return require_possible(parsed)


def require_possible(rule: RetentionRule) -> RetentionRule:
    """Return the rule, unless its period is none.

    Raises:
        ImpossiblePeriodError: names the rule.
    """
    periods = (rule.period, rule.available, *rule.sector.values())
    is_possible = all(each.is_possible(from_year_end=rule.from_year_end and each.amount > 0) for each in periods)
    if not is_possible or rule.available.length > rule.period.length:
        raise ImpossiblePeriodError(rule=rule.code)
    return rule


def _read(code: str, rule: Mapping[str, Any]) -> RetentionRule:
    return RetentionRule(
        code=code,
        kind=rule["kind"],
        loeschklasse=rule["class"],
        start=StartEvent(rule["start"]),
        start_text=rule["start_text"],
        period=read_period(rule["period"]),
        available=read_period(rule["available"]),
        from_year_end=rule["from_year_end"],
        basis=Basis(rule["basis"]),
        source=rule["source"],
        action=EndAction(rule["action"]),
        owner=Role(rule["owner"]),
        data=tuple(rule.get("data", ())),
        carried_out=CarriedOut(rule["carried_out"]) if "data" in rule else None,
        no_data=rule.get("no_data"),
        sector={name: read_period(each) for name, each in rule.get("sector", {}).items()},
    )


def read_period(written: Mapping[str, Any]) -> Period:
    """Return a period as it is written."""
    amount = written.get("amount", 0)
    if type(amount) is not int:  # a period of two and a half years, or one of "24"
        raise ValueError("period")
    return Period(amount, Unit(written["unit"]), written.get("until"))


def due_on(rule: RetentionRule, started_on: date) -> date:
    """Return the last day of the period; the day after, the data go.

    A period of months ends on the same day of the month, or on its last day where that day is missing; with
    `from_year_end` it runs from the end of the calendar year of the start.

    Args:
        started_on: day of the start event, in the time zone of the controller.

    Raises:
        ValueError: an event ends the period, and no day can be computed; a mistake in the program.

    Source: BGB §§ 187, 188.
    """
    if rule.period.unit is Unit.OPEN:
        raise ValueError(rule.code)
    start = date(started_on.year, 12, 31) if rule.from_year_end else started_on
    if rule.period.unit is Unit.DAYS:
        return date.fromordinal(start.toordinal() + rule.period.amount)
    return add_months(start, rule.period.months)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of the month where that day is missing (BGB § 188)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
