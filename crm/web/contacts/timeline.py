"""The timeline of the contact page: entries of the ledger in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.field_groups import FieldGroup
from crm.privacy.actions import Action
from crm.privacy.intake.letterbox import ACTOR as PORTAL
from crm.privacy.purposes import Purposes
from crm.services.contacts.timeline import Past, PastEvent
from crm.site.i18n import _, _l, ngettext, number
from crm.site.view_models import TimelineEntry, TimelineKind
from crm.site.words import CHANNEL_TITLES, GROUP_TITLES
from crm.web import custom_words
from crm.web.action_words import ACTION_TITLES, MAIL_OUTCOMES, MAIL_TITLES
from crm.web.contacts.notes_words import KIND_TITLES
from crm.web.desk import Desk, purpose_title

_LINES: Final = 10
_VIEWS: Final = frozenset({Action.PERSON_DISCLOSED, Action.COMPANY_DISCLOSED})
_KINDS: Final[Mapping[str, TimelineKind]] = {
    Action.PERSON_COLLECTED: TimelineKind.COLLECTED,
    Action.PERSON_MERGED: TimelineKind.MERGED,
    Action.PERSON_DISCLOSED: TimelineKind.DISCLOSED,
    Action.COMPANY_DISCLOSED: TimelineKind.DISCLOSED,
    Action.PERSON_RECTIFIED: TimelineKind.CHANGED,
    Action.PERSON_ASSIGNED: TimelineKind.CHANGED,
    Action.COMPANY_CREATED: TimelineKind.CHANGED,
    Action.COMPANY_CHANGED: TimelineKind.CHANGED,
    Action.NOTE_WRITTEN: TimelineKind.NOTED,
    Action.CONSENT_GIVEN: TimelineKind.CONSENTED,
    Action.CONSENT_TAKEN_OVER: TimelineKind.CONSENTED,
    Action.CONSENT_WITHDRAWN: TimelineKind.WITHDRAWN,
    Action.OBJECTION_RAISED: TimelineKind.OBJECTED,
    Action.OBJECTION_CORRECTED: TimelineKind.RELEASED,
    Action.OBJECTION_LIFTED: TimelineKind.RELEASED,
    Action.RESTRICTION_IMPOSED: TimelineKind.RESTRICTED,
    Action.RESTRICTION_LIFTED: TimelineKind.RELEASED,
    Action.NOTICE_GIVEN: TimelineKind.INFORMED,
    Action.MAIL_HANDED_OVER: TimelineKind.CONTACTED,
}

_SAID: Final[Mapping[str, LazyString]] = {
    Action.CONSENT_TAKEN_OVER: _l("aus dem Vorsystem, unbelegt"),
    Action.GROUND_STARTED: _l("Rechtsgrundlage beginnt"),
    Action.GROUND_ENDED: _l("Rechtsgrundlage endet"),
    Action.ORIGIN_STATED: _l("Herkunft festgestellt"),
    Action.OBJECTION_CORRECTED: _l("Widerspruch war ein Irrtum"),
    Action.OBJECTION_LIFTED: _l("Widerspruch auf Wunsch der Person"),
    Action.PERSON_ASSIGNED: _l("Firma, Betreuung oder Segment"),
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The lines of the page, and how many entries are not among them."""

    lines: tuple[TimelineEntry, ...]
    older: int


def make_timeline(desk: Desk, past: Past, *, shown: int, groups: Collection[FieldGroup]) -> Timeline:
    """Return what happened, this page view, which opened these groups, first: its entry is in the log before the page leaves.

    Views of one day by the same person that say the same are one line, this one among them: a busy contact is opened many times.
    """
    alike = [list(group) for _key, group in groupby(past.events, lambda event: _likeness(desk, event))]
    before = len(alike.pop(0)) if alike and _is_like_this_view(desk, groups, alike[0][0]) else 0
    older = alike[:_LINES]
    fields = ngettext("%(num)s Feld", "%(num)s Felder", shown)
    text = f"{fields}, {purpose_title(desk.purpose)}"
    view = TimelineEntry(when=desk.now, kind=TimelineKind.DISCLOSED, text=_counted(text, before + 1), current=True)
    lines = tuple(_line(desk, group) for group in older)
    return Timeline((view, *lines), past.count - before - sum(map(len, older)))


def _likeness(desk: Desk, event: PastEvent) -> tuple[object, ...]:
    own = None if event.action in _VIEWS else event.row  # only views are alike; every other act stands for itself
    return event.at.astimezone(desk.zone).date(), event.actor, event.action, event.purpose, event.groups, own


def _is_like_this_view(desk: Desk, groups: Collection[FieldGroup], event: PastEvent) -> bool:
    is_today = event.at.astimezone(desk.zone).date() == desk.today
    is_mine = event.actor == desk.actor.pseudonym and event.action == Action.PERSON_DISCLOSED
    return is_today and is_mine and event.purpose == desk.purpose.code and set(event.groups) == set(groups)


def _counted(text: str, times: int) -> str:
    return _("%(what)s · %(count)s-mal an diesem Tag", what=text, count=number(times)) if times > 1 else text


def _line(desk: Desk, events: Sequence[PastEvent]) -> TimelineEntry:
    newest = events[0]
    entered_on, happened_on = (moment.astimezone(desk.zone).date() for moment in (newest.at, newest.happened_at))
    return TimelineEntry(
        when=newest.at,
        kind=_KINDS.get(newest.action, TimelineKind.CHANGED),
        text=_counted(_text(desk.purposes, newest), len(events)),
        happened_on=happened_on if happened_on != entered_on else None,
        index=newest.index,
    )


def _text(purposes: Purposes, event: PastEvent) -> str:
    titles: Mapping[str, str | LazyString] = {**GROUP_TITLES, **custom_words.titles_of(purposes)}
    parts = [
        _subject(event),
        ", ".join(str(titles[group]) for group in event.groups if group in titles),
        _purposes(purposes, event),
    ]
    return " · ".join(part for part in parts if part)


def _subject(event: PastEvent) -> str:
    if event.action == Action.OBJECTION_RAISED:
        return _objection(event)
    if event.action == Action.MAIL_HANDED_OVER:
        return _mail(event)
    words: Mapping[str, LazyString] = {**CHANNEL_TITLES, **KIND_TITLES, "company": _l("Firma")}
    # What has no word of its own on this page says what the log says: "Geändert" alone would leave the reader to guess.
    named = words.get(event.kind or "") if event.action in _KINDS else ACTION_TITLES.get(event.action)
    said = _SAID.get(event.action) or named
    return str(said) if said else ""


def _objection(event: PastEvent) -> str:
    ways = str(CHANNEL_TITLES[event.kind]) if event.kind else _("alle Wege")
    return _("über das Portal, %(ways)s", ways=ways) if event.actor == PORTAL.pseudonym else ways


def _mail(event: PastEvent) -> str:
    said = (MAIL_TITLES.get(event.kind or "") or _("E-Mail"), MAIL_OUTCOMES.get(event.result or ""))
    return ", ".join(str(each) for each in said if each)


def _purposes(purposes: Purposes, event: PastEvent) -> str:
    titles = {each.code: purpose_title(each) for each in purposes} | {"direct_marketing": _("Werbung")}
    return ", ".join(titles.get(code, code) for code in (event.purpose or "").split(",") if code)
