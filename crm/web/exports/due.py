"""Exports that wait for the coordinator, for the start page."""

from flask import url_for

from crm.actor import Role
from crm.db import Session
from crm.services.exports import listing
from crm.site.i18n import _, number
from crm.site.view_models import DueEntry, DueSection
from crm.web.desk import Desk, current_day
from crm.web.due import urgency_of
from crm.web.exports.words import KIND_TITLES


def export_sections(db: Session, desk: Desk | None) -> tuple[DueSection, ...]:
    """Return the section of exports that wait for a decision of the reader; none where nothing waits."""
    if desk is None or desk.actor.role is not Role.PRIVACY:
        return ()
    entries = []
    for each in listing.list_waiting(db, actor=desk.actor, now=desk.now):
        asked_on = each.requested_at.astimezone(desk.zone).date()
        title = _("%(kind)s: %(num)s Zeilen", kind=KIND_TITLES[each.kind], num=number(each.row_count))
        urgency = urgency_of(asked_on, today=current_day())
        entries.append(DueEntry(title=title, due_on=asked_on, urgency=urgency, url=url_for("exports.index"), note=each.requested_by))
    return (DueSection(title=_("Exporte zur Freigabe"), entries=tuple(entries), empty=""),) if entries else ()
