"""Activities as lists show them, on their own page, on the workplace, and on the pages of customers and deals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from crm.db import Session
from crm.services.activities.listing import ShownActivity, find_about
from crm.services.matter import Matter
from crm.site.access import may
from crm.site.i18n import _
from crm.site.view_models import ActivityRow
from crm.web.activities.words import KIND_TITLES
from crm.web.customers import customer_addresses, person_name
from crm.web.desk import Desk
from crm.web.due import urgency_of
from crm.web.matter import arguments_of


def make_rows(desk: Desk, found: Sequence[ShownActivity], staff: Mapping[str, str]) -> tuple[ActivityRow, ...]:
    """Return the rows of a list."""
    customer_urls = customer_addresses()
    return tuple(_row(desk, each, staff, customer_urls(each.customer)) for each in found)


def _row(desk: Desk, each: ShownActivity, staff: Mapping[str, str], urls: tuple[str | None, str | None]) -> ActivityRow:
    activity = each.activity
    company_url, person_url = urls
    is_open = activity.done_at is None and each.text is not None and may("activities.edit")
    return ActivityRow(
        kind=str(KIND_TITLES.get(activity.kind, activity.kind)),
        text=each.text if each.text is not None else _("zeigt dieser Zweck nicht"),
        company=each.customer.company,
        company_url=company_url,
        person=person_name(each.customer),
        person_url=person_url,
        owner=staff.get(activity.owner_id, ""),
        due_on=activity.due_on,
        time=activity.due_time.strftime("%H:%M") if activity.due_time else "",
        urgency=urgency_of(activity.due_on, today=desk.today),
        is_done=activity.done_at is not None,
        done_url=url_for("activities.done", activity_id=activity.id) if is_open else None,
        edit_url=url_for("activities.edit", activity_id=activity.id) if is_open else None,
    )


@dataclass(frozen=True, slots=True)
class ActivitiesOf:
    """What is still to be done about a customer or deal, on its own page."""

    rows: tuple[ActivityRow, ...]
    new_url: str


def activities_of(
    db: Session,
    desk: Desk | None,
    staff: Mapping[str, str],
    *,
    deal_id: str | None = None,
    company_id: str | None = None,
    subject_id: str | None = None,
) -> ActivitiesOf | None:
    """Return what is still to be done; None where the reader's role has no activities."""
    if desk is None or not may("activities.listing"):
        return None
    found = find_about(
        db, deal_id=deal_id, company_id=company_id, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now
    )
    about = Matter(deal_id=deal_id, company_id=company_id, subject_id=subject_id)
    return ActivitiesOf(make_rows(desk, found, staff), url_for("activities.new", **arguments_of(about)))
