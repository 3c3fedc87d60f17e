"""Fetching a file that is ready."""

from io import BytesIO

from flask import Response, send_file

from crm.services.exports import fetching
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.desk import current_day
from crm.web.exports.blueprint import bp
from crm.web.exports.words import KIND_TITLES, column_titles


@bp.get("/exports/<pseudonym:export_id>/file")
def fetch(export_id: str) -> Response:
    """Hand the file over to who asked for it."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        fetched = fetching.fetch(db, export_id=export_id, actor=current_actor(), now=runtime.clock.now())
        titles = column_titles(db)
    content = fetching.as_csv(fetched, titles=titles)
    name = _("Lethe-Export-%(kind)s-%(day)s", kind=KIND_TITLES[fetched.kind], day=current_day().isoformat())
    answer = send_file(BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=f"{name}.csv")
    answer.headers["Cache-Control"] = "no-store"
    return answer
