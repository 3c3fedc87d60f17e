"""Löschregeln as data and the arithmetic of their periods.

Source: Art. 5(1)(e) DSGVO; DIN 66398.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from crm.settings import initial_policy


class StartEvent(StrEnum):
    """What starts a period (Startzeitpunkt)."""

    LAST_CONTACT = "last_contact"
    END_OF_RELATION = "end_of_relation"
    CREATED = "created"
    END_OF_PURPOSE = "end_of_purpose"
    VALUE_SET = "value_set"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One rule: kind of data, class, start, period (Datenart, Löschklasse, Startzeitpunkt, Regellöschfrist)."""

    code: str
    kind: Mapping[str, str]
    start: StartEvent
    start_text: Mapping[str, str]
    amount: int
    unit: Literal["days", "months", "years"]
    from_year_end: bool
    basis: str
    source: str


@cache
def find_rules() -> Mapping[str, RetentionRule]:
    """Return the rules by code."""
    return {code: _parse(code, rule) for code, rule in initial_policy("retention").items()}


def _parse(code: str, rule: Mapping[str, Any]) -> RetentionRule:
    return RetentionRule(
        code=code,
        kind=rule["kind"],
        start=StartEvent(rule["start"]),
        start_text=rule["start_text"],
        amount=rule["period"]["amount"],
        unit=rule["period"]["unit"],
        from_year_end=rule["from_year_end"],
        basis=rule["basis"],
        source=rule["source"],
    )


def due_on(rule: RetentionRule, started_on: date) -> date:
    """Return the last day of the period; the day after, the data go.

    A period of months ends on the same day of the month, or on its last day where that day is missing; with
    `from_year_end` it runs from the end of the calendar year of the start.

    Args:
        started_on: day of the start event, in the time zone of the controller.

    Source: BGB §§ 187, 188.
    """
    start = date(started_on.year, 12, 31) if rule.from_year_end else started_on
    if rule.unit == "days":
        return date.fromordinal(start.toordinal() + rule.amount)
    return add_months(start, rule.amount * 12 if rule.unit == "years" else rule.amount)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of the month where that day is missing (BGB § 188)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
