"""What the views of kept documents share."""

from dataclasses import replace
from typing import Final

from flask import Blueprint, url_for

from crm.db import Session
from crm.privacy.documents import ListedDocument
from crm.privacy.periods import find_shipped
from crm.privacy.purposes import Purpose
from crm.services.retained_documents import Desk
from crm.site.i18n import in_language
from crm.site.installation import current_runtime
from crm.site.view_models import DocumentRow, StripView
from crm.site.visitor import current_actor
from crm.web.desk import open_desk, strip_of, time_zone
from crm.web.typed import accept_pseudonyms

bp = Blueprint("documents", __name__)
accept_pseudonyms(bp)

# Larger than a document may be, so that one that is a little too large is answered by a sentence at its field.
UPLOADS: Final = {"documents.file": 16 * 1024 * 1024}


def document_desk() -> Desk:
    """Return who works with documents here and now."""
    return Desk(actor=current_actor(), now=current_runtime().clock.now(), zone=time_zone())


def strip_for(db: Session, duty: Purpose, *, shown: int, note: str | None = None) -> StripView:
    """Return the strip; these pages work for the duty alone, so no other purpose is offered."""
    return replace(strip_of(replace(open_desk(db), purpose=duty), shown=shown, note=note), alternatives=())


def row_of(document: ListedDocument, *, with_person: bool) -> DocumentRow:
    """Return the row of a document."""
    person_url = url_for("documents.of_person", subject_id=document.subject_id) if with_person else None
    return DocumentRow(
        title=document.title,
        url=url_for("documents.fetch", subject_id=document.subject_id, document_id=document.id),
        kind=in_language(find_shipped()[document.rule].kind),
        issued_on=document.issued_on,
        keep_until=document.keep_until,
        person_url=person_url,
        erased=document.erased,
    )
