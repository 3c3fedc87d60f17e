"""Filing a document under its duty; only about living people, because nothing new is kept about somebody erased."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Compartment, new_id
from crm.errors import InvalidInputError
from crm.models.erasure import RetainedDocument
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.privacy.documents.duty import content_place, require_duty, title_place
from crm.privacy.documents.media import media_type_of
from crm.privacy.periods import due_on
from crm.privacy.purposes import Purpose
from crm.privacy.retention_rules import find_rules
from crm.vault import Padding, Vault

DOCUMENT_RULES: Final = ("RET-10", "RET-11")
LONGEST_TITLE: Final = 120


class DocumentTitleError(InvalidInputError):
    """The document has no title, or one that is too long for a list."""

    message = "Bitte geben Sie einen Titel mit höchstens %(longest)s Zeichen an, zum Beispiel „Rechnung 4711“."


class DocumentRuleError(InvalidInputError):
    """The kind of document is none that has a duty."""

    message = "Bitte wählen Sie, was für eine Unterlage es ist; danach richtet sich die Frist."


class DocumentDayError(InvalidInputError):
    """The document is from the future."""

    message = "Das Datum der Unterlage liegt in der Zukunft. Geben Sie den Tag an, an dem sie ausgestellt wurde."


class DutyOverError(InvalidInputError):
    """The period of the document has ended: there is no ground to keep it any more (Art. 5(1)(e))."""

    message = "Die Aufbewahrungsfrist dieser Unterlage ist am %(keep_until)s abgelaufen; sie wird nicht mehr gebraucht."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document to be filed.

    Attributes:
        rule: of the Löschkonzept, one of `DOCUMENT_RULES`.
        issued_on: the day it was issued, received or sent, in the time zone of the controller.
        document_id: what the form named it, so that the same form sent twice files one document.
    """

    rule: str
    title: str
    content: bytes
    issued_on: date
    document_id: str | None = None


def file(
    session: Session, *, subject_id: str, document: NewDocument, purpose: Purpose, today: date, actor: Actor, now: datetime
) -> RetainedDocument:
    """File a document about a living person, sealed under their `record` key, until the last day of its period.

    Args:
        today: in the time zone of the controller.

    Raises:
        PurposeNotAllowedError: the actor does not keep documents.
        DocumentTitleError, DocumentRuleError, DocumentDayError, DutyOverError, DocumentMissingError, DocumentTooLargeError,
            DocumentTypeError: it cannot be filed as it is.
        ErasedError: the person is erased.
    """
    require_duty(purpose, actor)
    keep_until = _require_fit(session, document, today)
    media_type = media_type_of(document.content)
    document_id = document.document_id or new_id()
    vault = Vault.of(session)
    vault.add_keys(session, [subject_id], compartments=[Compartment.RECORD], now=now)
    filed = RetainedDocument(
        subject_id=subject_id,
        id=document_id,
        rule=document.rule,
        issued_on=document.issued_on,
        keep_until=keep_until,
        media_type=media_type,
        filed_at=now,
        filed_by=actor.pseudonym,
        sealed_title=vault.seal(session, title_place(subject_id, document_id), document.title.strip().encode()),
        sealed_content=vault.seal(session, content_place(subject_id, document_id), document.content, padding=Padding.TEXT),
    )
    session.add(filed)
    session.flush()
    _enter(session, filed, purpose, actor=actor, now=now)
    return filed


def _require_fit(session: Session, document: NewDocument, today: date) -> date:
    """Return the last day of the period, or say what is wrong; the fields are those of the form."""
    if document.rule not in DOCUMENT_RULES:
        raise DocumentRuleError(field="rule")
    if not 0 < len(document.title.strip()) <= LONGEST_TITLE:
        raise DocumentTitleError(field="title", longest=LONGEST_TITLE)
    if document.issued_on > today:
        raise DocumentDayError(field="issued_on")
    keep_until = due_on(find_rules(session)[document.rule], document.issued_on)
    if keep_until < today:
        raise DutyOverError(field="issued_on", keep_until=f"{keep_until:%d.%m.%Y}")
    return keep_until


def _enter(session: Session, filed: RetainedDocument, purpose: Purpose, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        Action.DOCUMENT_FILED,
        actor=actor,
        now=now,
        subject_id=filed.subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        kind=filed.rule,
        sealed=(filed.sealed_title, filed.sealed_content),
        rows=(bound_rows.digest_of(filed),),
    )
