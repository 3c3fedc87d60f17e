"""One's own imports: all of them, one with its progress and report, and the rows that were refused."""

import csv
from io import BytesIO, StringIO

from flask import Response, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from crm.documents.formulas import harmless
from crm.models.import_upload import UploadState
from crm.services.imports.rows import Verdict
from crm.services.uploads import listing, steering
from crm.services.uploads.errors import UploadGoneError
from crm.services.uploads.listing import ListedUpload
from crm.site.i18n import _, translate_message
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.imports.blueprint import bp
from crm.web.imports.words import KIND_TITLES, STATE_TITLES

_SHOWN_ROWS = 12
_AT_WORK = frozenset({UploadState.CHECKING, UploadState.QUEUED, UploadState.RUNNING})


@bp.get("/imports")
def index() -> ResponseReturnValue:
    """Show one's own imports."""
    with current_runtime().database.reading() as db:
        uploads = listing.list_own(db, actor=current_actor())
    is_working = any(each.state in _AT_WORK for each in uploads)
    return render_template("imports/list.html", uploads=uploads, kinds=KIND_TITLES, states=STATE_TITLES, is_working=is_working)


@bp.get("/imports/<pseudonym:upload_id>")
def show(upload_id: str) -> ResponseReturnValue:
    """Show how far one is, and what it came to or would come to."""
    with current_runtime().database.reading() as db:
        upload = listing.find_own(db, upload_id, actor=current_actor())
    is_working = upload.state in _AT_WORK
    outcome = None if is_working else upload.outcome  # until it is done, that is still what the dry run foretold
    return render_template(
        "imports/show.html",
        upload=upload,
        kind=KIND_TITLES[upload.kind],
        state=STATE_TITLES[upload.state],
        is_working=is_working,
        is_foretold=upload.state is UploadState.CHECKED,
        can_assign=upload.state in {UploadState.MAPPING, UploadState.CHECKED},
        can_discard=upload.state in {UploadState.MAPPING, UploadState.CHECKING, UploadState.CHECKED},
        failure=_failure(upload),
        counts=[(verdict.value, outcome.counts[verdict]) for verdict in Verdict] if outcome and outcome.counts else [],
        reasons=[(reason.value, len(rows), list(rows[:_SHOWN_ROWS])) for reason, rows in outcome.rows.items()] if outcome else [],
        outcome=outcome,
    )


def _failure(upload: ListedUpload) -> str | None:
    """Return why an import stopped, or why there is nothing to show."""
    if upload.state is UploadState.GONE:
        return translate_message(UploadGoneError.message, {})
    said = upload.outcome
    return translate_message(said.failure, dict(said.facts)) if said and said.failure else None


@bp.post("/imports/<pseudonym:upload_id>/start")
def start(upload_id: str) -> ResponseReturnValue:
    """Let the worker take the file in."""
    with current_runtime().database.writing() as db:
        steering.start(db, upload_id, actor=current_actor())
    flash(_("Begonnen. Sie können die Seite verlassen; der Import läuft weiter."), "ok")
    return redirect(url_for(".show", upload_id=upload_id), code=303)


@bp.get("/imports/<pseudonym:upload_id>/refused")
def refused(upload_id: str) -> Response:
    """Hand over the rows that were refused, each with its reason, to be corrected and sent again."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        found = listing.fetch_refused(db, upload_id, actor=current_actor(), now=runtime.clock.now())
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*(harmless(name) for name in found.header), _("Zeile"), _("Warum nicht eingelesen")])
    for row, reason, cells in found.rows:
        padded = [*cells, *[""] * (len(found.header) - len(cells))]
        writer.writerow([*(harmless(cell) for cell in padded), row, translate_message(reason.value, {})])
    name, content = _("Abgelehnte Zeilen"), BytesIO(text.getvalue().encode("utf-8-sig"))
    answer = send_file(content, mimetype="text/csv", as_attachment=True, download_name=f"{name}.csv")
    answer.headers["Cache-Control"] = "no-store"
    return answer
