"""What accounting does with documents under a duty: file them about a person, find them, open them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.mail import safe_name
from crm.models.erasure import RetainedDocument
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure, documents, purposes
from crm.privacy.documents import ListedDocument, NewDocument, OpenedDocument
from crm.privacy.documents.duty import PURPOSE
from crm.privacy.documents.media import ENDINGS
from crm.privacy.documents.opening import PAGE_SIZE
from crm.privacy.purposes import Purpose
from crm.services import forms
from crm.vault import Subject, SubjectState


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who works with documents, and when; the purpose is always the duty."""

    actor: Actor
    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsDocuments:
    """The documents about one person.

    Attributes:
        name: fields of the name, where the duty opens them; empty where not, and for somebody erased.
        takes_more: the person is living, so that documents can be filed.
    """

    purpose: Purpose
    name: dict[str, str]
    takes_more: bool
    documents: Sequence[ListedDocument]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """One page of all documents; `after` leads to the next one."""

    purpose: Purpose
    documents: Sequence[ListedDocument]
    after: str | None


def file(session: Session, *, subject_id: str, document: NewDocument, desk: Desk) -> None:
    """File a document; the same form sent again files nothing.

    Raises:
        as `crm.privacy.documents.file`, and
        FormTokenError: the form is not ours.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    document = replace(document, document_id=forms.key_of(session, _form_of(document)))
    if session.get(RetainedDocument, (subject_id, document.document_id)):
        return
    with forms.sent_twice_is_known():
        documents.file(
            session, subject_id=subject_id, document=document, purpose=_duty(session), today=_today(desk), actor=desk.actor, now=desk.now
        )


def _form_of(document: NewDocument) -> forms.SentForm:
    """Return the form as it was sent; a file stands in it as its hash."""
    content = {
        "rule": document.rule,
        "title": document.title,
        "issued_on": document.issued_on.isoformat(),
        "content": hashlib.sha256(document.content).hexdigest(),
    }
    return forms.SentForm(document.document_id or "", content)


def find_of_person(session: Session, *, subject_id: str, desk: Desk) -> PersonsDocuments:
    """Open the titles of one person's documents, and the name as far as the duty opens it.

    Raises:
        NotFoundError: there never was such a person.
        PurposeNotAllowedError: the actor does not keep documents.
    """
    subject = session.get(Subject, subject_id)
    if subject is None:
        raise NotFoundError
    duty = _duty(session)
    found = documents.open_documents(session, subject_id=subject_id, purpose=duty, today=_today(desk), actor=desk.actor, now=desk.now)
    named = disclosure.open_people(
        session, subject_ids=[subject_id], groups=[FieldGroup.IDENTITY], purpose=duty, actor=desk.actor, now=desk.now
    )
    return PersonsDocuments(
        purpose=duty,
        name=dict(named[0].fields) if named else {},
        takes_more=subject.state == SubjectState.LIVING,
        documents=found,
    )


def find_all(session: Session, *, erased_only: bool, after: str | None, desk: Desk) -> DocumentPage:
    """Open the titles of one page of all documents, those that end first in front.

    Raises:
        PurposeNotAllowedError: the actor does not keep documents.
        DocumentPageError: the page does not exist.
    """
    duty = _duty(session)
    found = documents.list_all(
        session, erased_only=erased_only, after=after, purpose=duty, today=_today(desk), actor=desk.actor, now=desk.now
    )
    shown = found[:PAGE_SIZE]
    return DocumentPage(purpose=duty, documents=shown, after=shown[-1].id if len(found) > PAGE_SIZE else None)


def fetch(session: Session, *, subject_id: str, document_id: str, desk: Desk) -> OpenedDocument:
    """Open one document; its title becomes the name of a file that any system takes.

    Raises:
        NotFoundError: there is none, or its period has ended.
        PurposeNotAllowedError: the actor does not keep documents.
    """
    opened = documents.open_document(
        session,
        subject_id=subject_id,
        document_id=document_id,
        purpose=_duty(session),
        today=_today(desk),
        actor=desk.actor,
        now=desk.now,
    )
    ending = ENDINGS[opened.media_type]
    return replace(opened, title=safe_name(f"{opened.title.removesuffix(ending)}{ending}"))


def _duty(session: Session) -> Purpose:
    return purposes.find_all(session).get(PURPOSE)


def _today(desk: Desk) -> date:
    return desk.now.astimezone(desk.zone).date()
