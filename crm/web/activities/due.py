"""What is due today, on the workplace."""

from flask import url_for

from crm.db import Session
from crm.services.activities.listing import ShownActivity, find_due
from crm.services.staff_names import find_account_id
from crm.site.access import may
from crm.site.i18n import _
from crm.site.view_models import DueEntry, DueSection
from crm.web.activities.words import KIND_TITLES
from crm.web.desk import Desk
from crm.web.due import urgency_of
from crm.web.names import full_name


def due_section(db: Session, desk: Desk) -> tuple[tuple[DueSection, ...], int]:
    """Return what the reader has to do by today, overdue ones first, and how many people it names; nothing for other roles."""
    if not may("activities.listing"):
        return (), 0
    owner_id = find_account_id(db, desk.actor) or ""
    due = find_due(db, owner_id=owner_id, today=desk.today, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    section = DueSection(
        title=_("Heute fällig"),
        entries=tuple(_entry(desk, each) for each in due.rows),
        empty=_(
            "Für heute ist nichts mehr zu tun. Anrufe, Treffen und Aufgaben planen Sie beim Kontakt, bei der Firma oder Verkaufschance."
        ),
        empty_url=url_for("activities.listing"),
        empty_action=_("Was später ansteht"),
        more_url=url_for("activities.listing") if due.more or due.rows else None,
        more=due.more,
    )
    return (section,), sum(1 for each in due.rows if each.customer.person is not None)


def _entry(desk: Desk, each: ShownActivity) -> DueEntry:
    activity = each.activity
    about = [each.customer.company, full_name(each.customer.person) if each.customer.person is not None else ""]
    at = activity.due_time.strftime("%H:%M") if activity.due_time else ""
    kind = str(KIND_TITLES.get(activity.kind, activity.kind))
    return DueEntry(
        title=f"{kind}: {each.text}" if each.text is not None else kind,
        due_on=activity.due_on,
        urgency=urgency_of(activity.due_on, today=desk.today),
        url=url_for("activities.done", activity_id=activity.id) if each.text is not None else None,
        note=" · ".join(part for part in (at, *about) if part) or None,
    )
