"""The ground that documents have of their own: the duty to keep them, whatever became of the person.

`lawfulness.standing` says ERASED of somebody erased, and rightly so: their profile is gone. The document is not,
and who may see it is decided here: a role of the purpose `legal_retention`, until `keep_until`.

Source: Art. 6(1)(c), 17(3)(b), 18(2) DSGVO; § 257 HGB; § 147 AO.
"""

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement

from crm.actor import Actor
from crm.db import Compartment
from crm.models.erasure import RetainedDocument
from crm.privacy.disclosure import require_role
from crm.privacy.errors import PurposeNotAllowedError
from crm.privacy.purposes import Purpose
from crm.vault import Place

PURPOSE: Final = "legal_retention"
_TABLE: Final = "retained_document"


def require_duty(purpose: Purpose, actor: Actor) -> None:
    """Refuse everybody who does not keep documents under the duty.

    Raises:
        PurposeNotAllowedError: the purpose is another one, or the actor's role does not act for it.
    """
    if purpose.code != PURPOSE:
        raise PurposeNotAllowedError
    require_role(purpose, actor)


def still_kept(today: date) -> ColumnElement[bool]:
    """Return the condition that the period still runs; afterwards nobody opens a document, even before the run took it."""
    return RetainedDocument.keep_until >= today


def title_place(subject_id: str, document_id: str) -> Place:
    """Return where the sealed title belongs."""
    return Place(subject_id, Compartment.RECORD, _TABLE, "sealed_title", document_id)


def content_place(subject_id: str, document_id: str) -> Place:
    """Return where the sealed content belongs."""
    return Place(subject_id, Compartment.RECORD, _TABLE, "sealed_content", document_id)
