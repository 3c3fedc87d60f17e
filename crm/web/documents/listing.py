"""Finding kept documents and fetching one."""

from typing import Final

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.services import retained_documents
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import PagerView
from crm.web.documents.blueprint import bp, document_desk, row_of, strip_for
from crm.web.handing_over import hand_over
from crm.web.typed import chosen_id

ERASED: Final = "erased"


@bp.get("/documents")
def index() -> ResponseReturnValue:
    """Show one page of all kept documents, or of those whose person is erased."""
    erased_only = request.args.get("of") == ERASED
    after = chosen_id("after")
    with current_runtime().database.reading() as db:
        page = retained_documents.find_all(db, erased_only=erased_only, after=after, desk=document_desk())
        strip = strip_for(db, page.purpose, shown=0, note=_("ein Eintrag für die ganze Liste"))
    chosen = ERASED if erased_only else None
    return render_template(
        "documents/list.html",
        strip=strip,
        rows=[row_of(each, with_person=True) for each in page.documents],
        tabs=[
            (_("Alle"), url_for(".index"), not erased_only),
            (_("Von gelöschten Personen"), url_for(".index", of=ERASED), erased_only),
        ],
        erased_only=erased_only,
        first_url=url_for(".index", of=chosen) if after else None,
        pager=PagerView(next_url=url_for(".index", of=chosen, after=page.after) if page.after else None),
    )


@bp.get("/documents/<pseudonym:subject_id>/<pseudonym:document_id>")
def fetch(subject_id: str, document_id: str) -> Response:
    """Hand one document over as a file."""
    with current_runtime().database.reading() as db:
        opened = retained_documents.fetch(db, subject_id=subject_id, document_id=document_id, desk=document_desk())
    return hand_over(opened.content, name=opened.title, media_type=opened.media_type)
