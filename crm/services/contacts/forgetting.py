"""Until when a person is kept: which rules end which grounds, and on which day the last one ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from crm.privacy.erasure.policy import RetentionRule, StartEvent, due_on, find_rules
from crm.privacy.lawfulness import PersonState
from crm.privacy.purposes import Purpose, Purposes


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One rule that ends grounds of a person.

    Attributes:
        purposes: the purposes whose ground it ends.
        started_on: day of the start event; None while it has not happened.
        due_on: last day of the period; None while it does not run.
    """

    rule: RetentionRule
    purposes: tuple[Purpose, ...]
    started_on: date | None
    due_on: date | None


def find_forgetting(
    last_contact_at: datetime, purposes: Purposes, state: PersonState, *, now: datetime, zone: ZoneInfo
) -> tuple[Forgetting, ...]:
    """Return the rules that end this person's grounds, the earliest first, those that do not run yet last.

    The handling of a request or duty ends by being done and prolongs nothing: who has to be forgotten is not kept
    because somebody has yet to decide about them.
    """
    ended: dict[str, list[Purpose]] = {}
    for purpose in purposes:
        ground = state.grounds.get(purpose.code)
        if ground and ground.holds(now) and find_rules()[purpose.retention].start is not StartEvent.END_OF_PURPOSE:
            ended.setdefault(purpose.retention, []).append(purpose)
    last_contact_on = last_contact_at.astimezone(zone).date()
    found = [_apply(find_rules()[code], tuple(each), last_contact_on) for code, each in ended.items()]
    return tuple(sorted(found, key=lambda each: (each.due_on is None, each.due_on or date.max)))


def _apply(rule: RetentionRule, purposes: tuple[Purpose, ...], last_contact_on: date) -> Forgetting:
    if rule.start is StartEvent.LAST_CONTACT:
        return Forgetting(rule, purposes, last_contact_on, due_on(rule, last_contact_on))
    return Forgetting(rule, purposes, None, None)


def deciding(rules: Sequence[Forgetting]) -> Forgetting | None:
    """Return the rule that decides when the person goes: data stay while any ground holds, so the last one does."""
    return rules[-1] if rules else None


def due_day(rules: Sequence[Forgetting]) -> date | None:
    """Return the day on which the last ground ends, or None while one has no end."""
    last = deciding(rules)
    return last.due_on if last else None
