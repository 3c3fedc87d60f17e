"""The timeline of the contact page: entries of the ledger in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from crm.privacy.actions import Action
from crm.privacy.purposes import Purposes
from crm.services.contacts.timeline import Past, PastEvent
from crm.site.i18n import _, _l, number
from crm.site.view_models import TimelineEntry, TimelineKind
from crm.site.words import CHANNEL_TITLES, GROUP_TITLES
from crm.web.contacts.notes_words import KIND_TITLES
from crm.web.desk import Desk, purpose_title

_LINES: Final = 10
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


def make_timeline(desk: Desk, past: Past, *, shown: int) -> Timeline:
    """Return what happened, this page view first: its entry is in the log before the page leaves.

    Entries of one day that say the same are one line: a busy contact is opened many times.
    """
    fields = ngettext("%(num)s Feld", "%(num)s Felder", shown)
    view = TimelineEntry(when=desk.now, kind=TimelineKind.DISCLOSED, text=f"{fields}, {purpose_title(desk.purpose)}", current=True)
    alike = [list(group) for _key, group in groupby(past.events, lambda event: _likeness(desk, event))][:_LINES]
    lines = tuple(_line(desk.purposes, group) for group in alike)
    return Timeline((view, *lines), past.count - sum(map(len, alike)))


def _likeness(desk: Desk, event: PastEvent) -> tuple[object, ...]:
    own = event.row if event.action != Action.PERSON_DISCLOSED else None  # only views are alike; every other act stands for itself
    return event.at.astimezone(desk.zone).date(), event.action, event.purpose, event.groups, own


def _line(purposes: Purposes, events: Sequence[PastEvent]) -> TimelineEntry:
    newest = events[0]
    text = _text(purposes, newest)
    if len(events) > 1:
        text = _("%(what)s · %(count)s-mal an diesem Tag", what=text, count=number(len(events)))
    return TimelineEntry(when=newest.at, kind=_KINDS.get(newest.action, TimelineKind.CHANGED), text=text, index=newest.index)


def _text(purposes: Purposes, event: PastEvent) -> str:
    parts = [
        _subject(event),
        ", ".join(str(GROUP_TITLES[group]) for group in event.groups if group in GROUP_TITLES),
        _purposes(purposes, event),
    ]
    return " · ".join(part for part in parts if part)


def _subject(event: PastEvent) -> str:
    if event.action == Action.OBJECTION_RAISED and not event.kind:
        return _("alle Wege")
    words: Mapping[str, LazyString] = {**CHANNEL_TITLES, **KIND_TITLES, "company": _l("Firma")}
    said = _SAID.get(event.action) or words.get(event.kind or "")
    return str(said) if said else ""


def _purposes(purposes: Purposes, event: PastEvent) -> str:
    titles = {each.code: purpose_title(each) for each in purposes} | {"direct_marketing": _("Werbung")}
    return ", ".join(titles.get(code, code) for code in (event.purpose or "").split(",") if code)
