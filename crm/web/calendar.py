"""The calendar of one's own due dates: read by a program that knows its secret address, issued and revoked by its owner."""

from datetime import date, datetime

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from crm import __version__
from crm.documents import icalendar
from crm.documents.icalendar import CalendarEvent
from crm.services.activities import calendar_links
from crm.services.activities import feed as feeds
from crm.services.activities.feed import FeedEntry
from crm.site.addresses import absolute_url
from crm.site.i18n import _, current_language
from crm.site.installation import current_runtime
from crm.web import gates
from crm.web.activities.words import KIND_TITLES
from crm.web.desk import current_day, time_zone

bp = Blueprint("calendar", __name__)


@bp.get("/calendar/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    """Return the due dates of whoever the address belongs to, in their language."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        owner = calendar_links.get_owner(db, token=token)
        entries = feeds.read(db, account_id=owner.account_id, today=current_day(), actor=owner.actor, now=runtime.clock.now())
    with force_locale(owner.language or current_language()):
        name = _("Lethe: Fälliges")
        calendar = icalendar.write([_event(each) for each in entries], name=name, program=f"Lethe {__version__}")
    return Response(calendar, content_type="text/calendar; charset=utf-8")


@bp.post("/account/calendar")
def issue() -> ResponseReturnValue:
    """Make a new address and show it this once."""
    runtime, signed_in = current_runtime(), gates.get_signed_in()
    with runtime.database.writing() as db:
        token = calendar_links.issue(db, account_id=signed_in.account_id, actor=signed_in.actor, now=runtime.clock.now())
    return render_template("account/calendar.html", address=absolute_url("calendar.feed", token=token))


@bp.post("/account/calendar/revoke")
def revoke() -> ResponseReturnValue:
    """Let the address open nothing any more."""
    runtime, signed_in = current_runtime(), gates.get_signed_in()
    with runtime.database.writing() as db:
        calendar_links.revoke(db, account_id=signed_in.account_id, actor=signed_in.actor, now=runtime.clock.now())
    flash(_("Die Adresse Ihres Kalenders ist widerrufen. Programme, die sie kennen, lesen nichts mehr."), "ok")
    return redirect(url_for("account.show"), code=303)


def _event(entry: FeedEntry) -> CalendarEvent:
    kind = str(KIND_TITLES.get(entry.kind, entry.kind))
    return CalendarEvent(
        uid=f"{entry.activity_id}@lethe",
        title=f"{kind}: {entry.company}" if entry.company else kind,
        starts=_starts(entry),
        stamped_at=entry.made_at,
        url=absolute_url("activities.done", activity_id=entry.activity_id),
    )


def _starts(entry: FeedEntry) -> datetime | date:
    return datetime.combine(entry.due_on, entry.due_time, time_zone()) if entry.due_time else entry.due_on
