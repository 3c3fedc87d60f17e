"""The log: entries newest first, a page at a time, by filters."""

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.privacy import purposes
from crm.services.ledger_reading import EntryPage, list_entries
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.desk import time_zone
from crm.web.ledger.blueprint import bp
from crm.web.ledger.bundle import offered_bundle
from crm.web.ledger.check import show_check
from crm.web.ledger.filters import read_cursor, read_typed, show_filters, show_pager, understand, values_of
from crm.web.ledger.rows import make_rows


@bp.get("/ledger")
def index() -> ResponseReturnValue:
    """Show one page of entries; a wrong filter shows none, because all of them would be another answer."""
    runtime, typed, cursor = current_runtime(), read_typed(), read_cursor()
    understood = understand(typed, time_zone())
    with runtime.database.reading() as db:
        known = purposes.find_all(db)
        page = EntryPage([], None)
        if not understood.wrong:
            page = list_entries(
                db, wanted=understood.wanted, actor=current_actor(), clock=runtime.clock, before=cursor.before, after=cursor.after
            )
    shown = render_template(
        "ledger/index.html",
        filters=show_filters(typed, known, understood.wrong),
        is_wrong=bool(understood.wrong),
        entries=make_rows(page.entries, known),
        pager=show_pager(page, "ledger.index", values_of(typed)),
        verify=show_check(),
        bundle=offered_bundle(),
    )
    return shown, 422 if understood.wrong else 200
