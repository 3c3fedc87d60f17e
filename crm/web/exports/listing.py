"""One's own exports, and the decision about those of others."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.models.export_file import ExportState
from crm.privacy import purposes
from crm.services.exports import deciding, listing
from crm.services.exports.listing import ListedExport
from crm.site.access import may
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.exports.blueprint import bp
from crm.web.exports.words import KIND_TITLES, STATE_TITLES, column_titles


@bp.get("/exports")
def index() -> ResponseReturnValue:
    """Show one's own exports, and those that wait for a decision of the reader."""
    runtime, actor = current_runtime(), current_actor()
    with runtime.database.reading() as db:
        own = listing.list_own(db, actor=actor, now=runtime.clock.now())
        waiting = listing.list_waiting(db, actor=actor, now=runtime.clock.now())
        titles = _purpose_titles(db)
        columns = column_titles(db)
    return render_template(
        "exports/list.html",
        own=own,
        waiting=waiting,
        purposes=titles,
        kinds=KIND_TITLES,
        states=STATE_TITLES,
        columns=columns,
        decides=may("exports.approve"),
        is_making=any(each.state is ExportState.MAKING for each in own),
        file_url=_file_url,
    )


@bp.post("/exports/<pseudonym:export_id>/approve")
def approve(export_id: str) -> ResponseReturnValue:
    """Agree to a large export."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        deciding.approve(db, export_id=export_id, actor=current_actor(), now=runtime.clock.now())
    flash(_("Freigegeben. Die Datei wird gleich erstellt."), "ok")
    return redirect(url_for(".index"), code=303)


@bp.post("/exports/<pseudonym:export_id>/refuse")
def refuse(export_id: str) -> ResponseReturnValue:
    """Do not agree to it."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        deciding.refuse(db, export_id=export_id, actor=current_actor(), now=runtime.clock.now())
    flash(_("Abgelehnt. Die Datei wird nicht erstellt."), "ok")
    return redirect(url_for(".index"), code=303)


def _file_url(export: ListedExport) -> str | None:
    return url_for(".fetch", export_id=export.id) if export.state is ExportState.READY and may("exports.fetch") else None


def _purpose_titles(db: Session) -> dict[str, str]:
    return {each.code: in_language(each.title) for each in purposes.find_all(db)}
