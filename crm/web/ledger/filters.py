"""Filters of the log: what was typed, what it means, and what is wrong with it.

They stand in the address: pseudonyms and actions are no personal contents, and an auditor may keep the address.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import request, url_for

from crm.clock import begin_of
from crm.errors import InvalidInputError
from crm.ledger import EntryFilter
from crm.privacy.actions import Action
from crm.privacy.purposes import Purposes
from crm.services.ledger_entries import read_pseudonym, require_action
from crm.services.ledger_reading import EntryPage
from crm.site.errors import sentence_of
from crm.site.i18n import _, moment, number
from crm.site.view_models import FieldInput, LedgerFilterView, PagerView
from crm.web.ledger.rows import action_title, purpose_titles
from crm.web.selects import select_of
from crm.web.typed import filled, typed_day_line, typed_line

_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_LONGEST_ACTOR: Final = 64
_LONGEST_ACTION: Final = 64
_LONGEST_NUMBER: Final = 18


class NoDayError(InvalidInputError):
    """What was typed is no day."""

    message = "Das ist kein Tag. Schreiben Sie ihn als JJJJ-MM-TT, etwa 2026-11-23."


class PeriodTurnedError(InvalidInputError):
    """The last day comes before the first."""

    message = "Der letzte Tag liegt vor dem ersten."


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFilter:
    """The filters as they were typed."""

    since: str = ""
    until: str = ""
    action: str = ""
    purpose: str = ""
    actor: str = ""
    subject: str = ""


@dataclass(slots=True)
class Understood:
    """What the filters mean; where one is wrong, `wanted` lacks it and nothing is to be shown."""

    wanted: EntryFilter
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the page is: below or above a row."""

    before: int | None
    after: int | None


def read_typed() -> TypedFilter:
    """Return the filters of the address."""
    return TypedFilter(
        since=typed_day_line("since").strip(),
        until=typed_day_line("until").strip(),
        action=typed_line("action").strip()[:_LONGEST_ACTION],
        purpose=typed_line("purpose").strip(),
        actor=typed_line("actor").strip()[:_LONGEST_ACTOR],
        subject=typed_line("subject").strip(),
    )


def read_cursor() -> Cursor:
    """Return which page of the list is wanted."""
    return Cursor(_number("before"), _number("after"))


def understand(typed: TypedFilter, zone: ZoneInfo) -> Understood:
    """Return what the filters mean; days begin and end in the time zone of the controller."""
    wrong: dict[str, str] = {}
    since, until = _day("since", typed.since, wrong), _day("until", typed.until, wrong)
    if since and until and until < since:
        wrong["until"] = sentence_of(PeriodTurnedError(field="until"))
    wanted = EntryFilter(
        actor=typed.actor or None,
        action=_checked("action", typed.action, require_action, wrong),
        purpose=typed.purpose or None,
        subject_id=_checked("subject", typed.subject, read_pseudonym, wrong),
        since=begin_of(since, zone) if since else None,
        until=begin_of(until + timedelta(days=1), zone) if until else None,
    )
    return Understood(wanted, wrong)


def show_filters(typed: TypedFilter, purposes: Purposes, wrong: Mapping[str, str]) -> LedgerFilterView:
    """Return the controls above the list."""
    actions = dict(sorted(((each.value, action_title(each)) for each in Action), key=lambda each: each[1].casefold()))
    unknown = {typed.action: typed.action} if "action" in wrong else {}
    titles = {
        **({typed.purpose: typed.purpose} if typed.purpose else {}),
        **purpose_titles(purposes),
    }  # old entries name purposes that are gone
    return LedgerFilterView(
        since=FieldInput(name="since", title=_("Vom"), kind="date", value=typed.since, error=wrong.get("since")),
        until=FieldInput(name="until", title=_("Bis zum"), kind="date", value=typed.until, error=wrong.get("until")),
        action=replace(select_of("action", _("Vorgang"), unknown | actions, typed.action), error=wrong.get("action")),
        purpose=select_of("purpose", _("Zweck"), titles, typed.purpose),
        actor=FieldInput(name="actor", title=_("Wer (Kennung)"), value=typed.actor),
        subject=FieldInput(name="subject", title=_("Person (Kennung)"), value=typed.subject, error=wrong.get("subject")),
    )


def show_pager(page: EntryPage, endpoint: str, values: Mapping[str, str]) -> PagerView:
    """Return the way to newer and older entries, and which ones these are."""
    position = ""
    if page.entries:
        first, last = moment(page.entries[0].happened_at), moment(page.entries[-1].happened_at)
        position = _("%(first)s bis %(last)s, %(count)s auf dieser Seite", first=first, last=last, count=number(len(page.entries)))
    return PagerView(
        previous_url=url_for(endpoint, **filled(values), after=page.after) if page.after else None,
        next_url=url_for(endpoint, **filled(values), before=page.before) if page.before else None,
        position=position,
    )


def values_of(typed: TypedFilter) -> dict[str, str]:
    """Return the filters as arguments of an address."""
    return asdict(typed)


def _checked(name: str, written: str, read: Callable[[str], str], wrong: dict[str, str]) -> str | None:
    if not written:
        return None
    try:
        return read(written)
    except InvalidInputError as error:
        wrong[name] = sentence_of(error)
        return None


def _day(name: str, written: str, wrong: dict[str, str]) -> date | None:
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return day
    wrong[name] = sentence_of(NoDayError(field=name))
    return None


def _number(name: str) -> int | None:
    written = request.args.get(name, "")
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _LONGEST_NUMBER else None
