"""The door to kept documents: titles in lists, contents one by one; each leaves an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, select, tuple_
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError, NotFoundError
from crm.models.erasure import RetainedDocument
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.documents.duty import content_place, require_duty, still_kept, title_place
from crm.privacy.purposes import Purpose
from crm.vault import Subject, SubjectState, Vault

PAGE_SIZE: Final = 50

_Document = RetainedDocument
_LISTED: Final = (
    _Document.subject_id,
    _Document.id,
    _Document.rule,
    _Document.issued_on,
    _Document.keep_until,
    _Document.media_type,
    _Document.sealed_title,
    Subject.state,
)


class DocumentPageError(InvalidInputError):
    """The address of the page was changed by hand, or its first document is gone."""

    message = "Diese Seite der Liste gibt es nicht. Beginnen Sie bei der ersten."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDocument:
    """One document with its title, opened; `erased` says that its person is forgotten and only this is left."""

    subject_id: str
    id: str
    rule: str
    issued_on: date
    keep_until: date
    media_type: str
    title: str
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDocument:
    """One document, opened."""

    title: str
    media_type: str
    content: bytes


def open_documents(
    session: Session, *, subject_id: str, purpose: Purpose, today: date, actor: Actor, now: datetime
) -> list[ListedDocument]:
    """Open the titles of one person's documents, also of an erased one; one entry.

    Raises:
        PurposeNotAllowedError: the actor does not keep documents.
    """
    require_duty(purpose, actor)
    rows = session.execute(_kept(today).where(_Document.subject_id == subject_id).order_by(_Document.issued_on.desc(), _Document.id)).all()
    listed = _open_titles(session, rows)
    if listed:
        _enter(session, purpose, actor=actor, now=now, subject_id=subject_id, kind="title", count=len(listed))
    return listed


def list_all(
    session: Session, *, erased_only: bool, after: str | None, purpose: Purpose, today: date, actor: Actor, now: datetime
) -> list[ListedDocument]:
    """Open the titles of one page of documents, those that end first in front; one entry for the list.

    Args:
        after: id of the last document of the page before; keyset paging by (keep_until, id).

    Raises:
        PurposeNotAllowedError: the actor does not keep documents.
        DocumentPageError: there is no such document.
    """
    require_duty(purpose, actor)
    selected = _kept(today)
    if erased_only:
        selected = selected.where(Subject.state == SubjectState.ERASED)
    if after:
        selected = selected.where(tuple_(_Document.keep_until, _Document.id) > (_day_of(session, after), after))
    rows = session.execute(selected.order_by(_Document.keep_until, _Document.id).limit(PAGE_SIZE + 1)).all()
    listed = _open_titles(session, rows)
    if listed:
        _enter(session, purpose, actor=actor, now=now, subjects=[each.subject_id for each in listed], kind="title")
    return listed


def open_document(
    session: Session, *, subject_id: str, document_id: str, purpose: Purpose, today: date, actor: Actor, now: datetime
) -> OpenedDocument:
    """Open one document; one entry.

    Raises:
        PurposeNotAllowedError: the actor does not keep documents.
        NotFoundError: there is none, or its period has ended.
    """
    require_duty(purpose, actor)
    wanted = select(_Document).where(_Document.subject_id == subject_id, _Document.id == document_id, still_kept(today))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    vault = Vault.of(session)
    title = vault.open(title_place(subject_id, document_id), found.sealed_title).decode()
    content = vault.open(content_place(subject_id, document_id), found.sealed_content)
    _enter(session, purpose, actor=actor, now=now, subject_id=subject_id, kind=found.rule)
    return OpenedDocument(title=title, media_type=found.media_type, content=content)


def _kept(today: date) -> Select[*tuple[Any, ...]]:
    """Select documents whose period runs, without their contents: a list of fifty would read a quarter of a gigabyte."""
    return select(*_LISTED).join(Subject, Subject.id == _Document.subject_id).where(still_kept(today))


def _day_of(session: Session, document_id: str) -> date:
    found = session.scalar(select(_Document.keep_until).where(_Document.id == document_id).limit(1))
    if found is None:
        raise DocumentPageError
    return found


def _open_titles(session: Session, rows: Sequence[Row[Any]]) -> list[ListedDocument]:
    titles = Vault.of(session).open_many([(title_place(row.subject_id, row.id), row.sealed_title) for row in rows])
    return [
        ListedDocument(
            subject_id=row.subject_id,
            id=row.id,
            rule=row.rule,
            issued_on=row.issued_on,
            keep_until=row.keep_until,
            media_type=row.media_type,
            title=title.decode(),
            erased=row.state != SubjectState.LIVING,
        )
        for row, title in zip(rows, titles, strict=True)
    ]


def _enter(
    session: Session,
    purpose: Purpose,
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    subject_id: str | None = None,
    subjects: Sequence[str] | None = None,
    count: int | None = None,
) -> None:
    audit.record(
        session,
        Action.DOCUMENT_DISCLOSED,
        actor=actor,
        now=now,
        subject_id=subject_id,
        subjects=subjects,
        count=count,
        kind=kind,
        purpose=purpose.code,
        basis=purpose.basis,
    )
