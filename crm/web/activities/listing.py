"""The list of one's own activities."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.services.activities import listing as activities
from crm.services.staff_names import find_account_id, find_staff_names
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import DealTab, PagerView
from crm.web.activities.blueprint import bp
from crm.web.activities.rows import make_rows
from crm.web.desk import open_desk, strip_of
from crm.web.names import name_fields
from crm.web.typed import chosen_id, filled


@bp.get("/activities")
def listing() -> ResponseReturnValue:
    """Show what the reader has to do, or has done."""
    done = request.args.get("show") == "done"
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        page = activities.list_of(
            db,
            owner_id=find_account_id(db, desk.actor) or "",
            done=done,
            after=chosen_id("after"),
            purpose=desk.purpose,
            actor=desk.actor,
            now=desk.now,
        )
        staff = find_staff_names(db).by_account
    rows = make_rows(desk, page.rows, staff)
    shown = filled({"show": "done" if done else None})
    names_somebody = any(row.person for row in rows)
    return render_template(
        "activities/list.html",
        strip=strip_of(desk, shown=len(name_fields(desk)) if names_somebody else 0, per_person=True),
        name_fields=" ".join(name_fields(desk)),
        tabs=(
            DealTab(_("Zu tun"), url_for(".listing"), not done),
            DealTab(_("Erledigt"), url_for(".listing", show="done"), done),
        ),
        done=done,
        rows=rows,
        pager=PagerView(
            previous_url=url_for(".listing", **shown) if chosen_id("after") else None,
            next_url=url_for(".listing", **shown, after=page.after) if page.after else None,
        ),
    )
