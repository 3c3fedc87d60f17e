"""The objections to advertising of one person, each with its ways back, for the page of their rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import request

from crm.db import Session
from crm.privacy.objection import Heard, is_of_message
from crm.services.contacts import advertising
from crm.services.contacts.advertising import EndableObjection
from crm.site.i18n import _, day
from crm.site.visitor import current_actor
from crm.site.words import CHANNEL_TITLES
from crm.web.contacts.objection_words import ALL_WAYS, MISTAKE_TITLES, TOLD_TITLES
from crm.web.desk import time_zone
from crm.web.typed import typed_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRow:
    """One objection, with what was typed into the form that ends it.

    Attributes:
        channel: the way that is closed, or `ALL_WAYS`.
        came: each way by which it came, and since when.
    """

    channel: str
    title: str
    came: str
    can_be_corrected: bool
    can_be_lifted: bool
    mistakes: Mapping[str, str]
    ways: Mapping[str, str]
    mistake: str
    told: str
    told_on: str
    warned: bool


def objection_rows(db: Session, subject_id: str) -> tuple[ObjectionRow, ...]:
    """Return the objections that stand."""
    return tuple(_row(each) for each in advertising.find_objections(db, subject_id=subject_id, actor=current_actor()))


def _row(each: EndableObjection) -> ObjectionRow:
    channel = each.standing.objection.channel
    is_typed = request.method == "POST" and typed_line("channel") == (channel or ALL_WAYS)
    return ObjectionRow(
        channel=channel or ALL_WAYS,
        title=str(CHANNEL_TITLES[channel]) if channel else _("alle Wege"),
        came="; ".join(_came(origin, since) for origin, since in each.standing.came.items()),
        can_be_corrected=each.can_be_corrected,
        can_be_lifted=each.can_be_lifted,
        mistakes={mistake.value: str(title) for mistake, title in MISTAKE_TITLES.items()},
        ways={way.value: str(title) for way, title in TOLD_TITLES.items()},
        mistake=typed_line("mistake") if is_typed else "",
        told=typed_line("told") if is_typed else "",
        told_on=typed_line("told_on") if is_typed else "",
        warned=is_typed and bool(typed_line("warned")),
    )


def _came(origin: str, since: datetime) -> str:
    return _("%(origin)s, %(day)s", origin=_origin(origin), day=day(since.astimezone(time_zone()).date()))


def _origin(origin: str) -> str:
    """Return where an objection came from in words; the number of a message from the portal says nothing to people."""
    if origin == Heard.STAFF:
        return _("von Beschäftigten eingetragen")
    return _("aus dem Portal") if is_of_message(origin) else origin
