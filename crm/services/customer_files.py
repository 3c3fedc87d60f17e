"""Files attached to a company or a deal: kept sealed, listed by name, fetched one by one, removed.

Whoever is behind the company or the deal takes the files with them when they are erased. What a statute makes us keep
belongs among the retained documents (`crm.services.retained_documents`).

Source: Art. 5(1)(c), (f), 17(1), 32(1)(a) DSGVO.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError, NotFoundError
from crm.mail import safe_name
from crm.models.customer_file import CustomerFile
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, work_texts
from crm.privacy.actions import Action
from crm.privacy.documents.media import ENDINGS, media_type_of
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.services import forms, work_customers
from crm.services.contacts.fields import clean_line
from crm.services.forms import SentForm
from crm.services.matter import Matter, resolve
from crm.services.work_customers import Chosen

LONGEST_NAME: Final = 120  # characters
MOST: Final = 100  # files of one company or deal

_LISTED: Final = (
    CustomerFile.id,
    CustomerFile.subject_id,
    CustomerFile.size,
    CustomerFile.added_at,
    CustomerFile.added_by,
    CustomerFile.sealed_name,
)


class FileNameError(InvalidInputError):
    """Nothing says what the file is."""

    message = "Bitte geben Sie der Datei einen Namen, zum Beispiel „Angebot Pumpen 2026“."


class TooManyFilesError(InvalidInputError):
    """A company or deal has as many files as it may have."""

    message = "Hier liegen schon %(most)s Dateien. Entfernen Sie zuerst, was niemand mehr braucht."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to be kept, with what it is called."""

    name: str
    content: bytes

    def sent(self, token: str, matter: Matter) -> SentForm:
        """Return the form as it came; the content stands in it as its hash."""
        about = {"deal": matter.deal_id or "", "company": matter.company_id or ""}
        return SentForm(token, {**about, "name": self.name, "content": hashlib.sha256(self.content).hexdigest()})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """One file of a list; `name` is None where the purpose does not show it."""

    id: str
    name: str | None
    size: int
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """One file, opened; its name is one that any system takes."""

    name: str
    media_type: str
    content: bytes


def add(session: Session, *, file: NewFile, matter: Matter, token: str, purpose: Purpose, actor: Actor, now: datetime) -> str:
    """Keep a file and return its id; the same form with the same file sent again keeps nothing.

    Raises:
        FileNameError, TooManyFilesError, DocumentMissingError, DocumentTooLargeError, DocumentTypeError: it cannot be kept.
        NotFoundError, InvalidInputError: there is no such company or deal.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    file_id = forms.key_of(session, file.sent(token, matter))
    if session.get(CustomerFile, file_id):
        return file_id
    name, media_type = _name(file), media_type_of(file.content)
    chosen = resolve(session, matter)
    work_customers.require_writable(session, chosen.subject_id, purpose=purpose, actor=actor, now=now)
    _require_room(session, matter, chosen)
    kept = CustomerFile(
        id=file_id,
        company_id=chosen.company_id,
        deal_id=matter.deal_id,
        subject_id=chosen.subject_id,
        media_type=media_type,
        size=len(file.content),
        added_at=now,
        added_by=actor.pseudonym,
        sealed_name=work_texts.seal(session, _name_place(file_id, chosen.subject_id), name),
        sealed_content=work_texts.seal_content(session, _content_place(file_id, chosen.subject_id), file.content),
    )
    with forms.sent_twice_is_known():
        session.add(kept)
        session.flush()
    written = {"groups": (FieldGroup.NOTES,), "sealed": (kept.sealed_name, kept.sealed_content)} if chosen.subject_id else {}
    _enter(session, Action.FILE_ADDED, kept.subject_id, purpose, actor, now, **written)
    return file_id


def find_of(session: Session, *, matter: Matter, purpose: Purpose, actor: Actor, now: datetime) -> list[ListedFile]:
    """Return the files of a company or a deal, the newest first, without their contents; one entry where they are about people.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    rows = session.execute(_of(matter).order_by(CustomerFile.added_at.desc(), CustomerFile.id)).all()
    names = _open_names(session, rows, purpose=purpose, actor=actor, now=now)
    return [
        ListedFile(
            id=row.id,
            name=names.get(row.id),
            size=row.size,
            added_at=row.added_at,
            added_by=row.added_by,
        )
        for row in rows
    ]


def find_name(session: Session, *, file_id: str, purpose: Purpose, actor: Actor, now: datetime) -> tuple[str, Matter]:
    """Return what one file is called, and where it lies.

    Raises:
        NotFoundError: there is none, or the purpose does not show it.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    row = session.execute(select(*_LISTED, CustomerFile.company_id, CustomerFile.deal_id).where(CustomerFile.id == file_id)).one_or_none()
    names = _open_names(session, [row], purpose=purpose, actor=actor, now=now) if row else {}
    if row is None or file_id not in names:
        raise NotFoundError
    return names[file_id], Matter(deal_id=row.deal_id, company_id=None if row.deal_id else row.company_id)


def fetch(session: Session, *, file_id: str, purpose: Purpose, actor: Actor, now: datetime) -> OpenedFile:
    """Open one file; its name becomes one that any system takes.

    Raises:
        NotFoundError: there is none, or the purpose does not show it.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    found = session.get(CustomerFile, file_id)
    if found is None:
        raise NotFoundError
    name_place, content_place = _name_place(file_id, found.subject_id), _content_place(file_id, found.subject_id)
    sealed = [(name_place, found.sealed_name), (content_place, found.sealed_content)]
    opened = work_texts.open_contents(session, contents=sealed, purpose=purpose, actor=actor, now=now)
    if not opened:
        raise NotFoundError
    _enter(session, Action.FILE_FETCHED, found.subject_id, purpose, actor, now)
    ending = ENDINGS[found.media_type]
    name = opened[name_place].decode().removesuffix(ending)
    return OpenedFile(name=safe_name(f"{name}{ending}"), media_type=found.media_type, content=opened[content_place])


def remove(session: Session, *, file_id: str, purpose: Purpose, actor: Actor, now: datetime) -> Matter:
    """Take one file away for good, and return where it lay.

    Raises:
        NotFoundError: there is none (any more), or the purpose does not show it.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    _name_of_it, matter = find_name(session, file_id=file_id, purpose=purpose, actor=actor, now=now)
    subject_id = session.scalar(select(CustomerFile.subject_id).where(CustomerFile.id == file_id))
    work_customers.require_writable(session, subject_id, purpose=purpose, actor=actor, now=now)
    if session.execute(delete(CustomerFile).where(CustomerFile.id == file_id).returning(CustomerFile.id)).first() is None:
        raise NotFoundError
    _enter(session, Action.FILE_REMOVED, subject_id, purpose, actor, now)
    return matter


def _name(file: NewFile) -> str:
    name = clean_line(file.name, field="name", longest=LONGEST_NAME)
    if not name:
        raise FileNameError(field="name")
    return name


def _require_room(session: Session, matter: Matter, chosen: Chosen) -> None:
    where = matter if matter.deal_id else Matter(company_id=chosen.company_id)
    if (session.scalar(select(func.count()).select_from(_of(where).subquery())) or 0) >= MOST:
        raise TooManyFilesError(field="file", most=MOST)


def _of(matter: Matter) -> Select[*tuple[Any, ...]]:
    """Select the files of a deal, or of a company and its deals, without their contents: a hundred would be half a gigabyte."""
    is_here = CustomerFile.deal_id == matter.deal_id if matter.deal_id else CustomerFile.company_id == matter.company_id
    return select(*_LISTED).where(is_here)


def _open_names(session: Session, rows: Sequence[Any], *, purpose: Purpose, actor: Actor, now: datetime) -> Mapping[str, str]:
    texts = [(_name_place(row.id, row.subject_id), row.sealed_name) for row in rows]
    return work_texts.open_allowed(session, texts=texts, purpose=purpose, actor=actor, now=now) if texts else {}


def _name_place(file_id: str, subject_id: str | None) -> WorkText:
    return WorkText("customer_file", "sealed_name", file_id, subject_id)


def _content_place(file_id: str, subject_id: str | None) -> WorkText:
    return WorkText("customer_file", "sealed_content", file_id, subject_id)


def _enter(session: Session, action: Action, subject_id: str | None, purpose: Purpose, actor: Actor, now: datetime, **written: Any) -> None:
    audit.record(session, action, actor=actor, now=now, subject_id=subject_id, purpose=purpose.code, basis=purpose.basis, **written)
