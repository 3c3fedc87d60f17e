"""Forms that are sent twice: a double click, a reload, a slow line.

Each form that makes something new carries a random token. A keyed hash of token and content becomes a unique key
of what is made: the source record (`form`, hash) of a contact or company, the id of everything else. So no second table
has to be pruned, the check needs no clock, and two copies that arrive at once in two processes cannot both win.

The content belongs to it because of the back button: whoever goes back, changes the name and saves again wants
a second contact, not the first one and a lost name. It is a new entry, which the warning of duplicates looks at.
The token is kept nowhere; without it the hash says nothing about the content, not even to who has the key.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.db import new_id
from crm.errors import CrmError, InvalidInputError
from crm.models.contact import SourceRecord
from crm.privacy.collection import SourceKey
from crm.vault import Vault

_Saved = TypeVar("_Saved")
_SYSTEM = "form"
_LENGTH = 32
_TABLES = (
    "source_record",
    "note",
    "retained_document",
    "deal",
    "activity",
    "custom_field",
    "customer_file",
    "request_case",
    "campaign",
    "ticket",
    "invoice",
    "export_file",
    "import_upload",
    "legal_hold",
)


class FormAlreadySavedError(CrmError):
    """The same form was saved by another request at this very moment."""

    message = "Dieses Formular wurde gerade schon gespeichert. Suchen Sie den Eintrag in der Liste."


class FormTokenError(InvalidInputError):
    """The form carries no token of ours."""

    message = "Dieses Formular ist unvollständig. Laden Sie die Seite neu und füllen Sie es noch einmal aus."


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it came in.

    Attributes:
        token: random name that the form got when it was shown.
        content: everything that was typed or chosen, by field.
    """

    token: str
    content: Mapping[str, str]


def new_form_token() -> str:
    """Return the token for a form that is about to be shown."""
    return new_id()


def key_of(session: Session, form: SentForm) -> str:
    """Return the key that only this form with this content has; fits wherever an id fits.

    Raises:
        FormTokenError: it carries no token.
    """
    _require_token(form.token)
    content = json.dumps(dict(form.content), ensure_ascii=False, sort_keys=True)
    return Vault.of(session).form_tag(form.token, content).hex()


def source_of(session: Session, form: SentForm) -> SourceKey:
    """Return where something made by this form comes from.

    Raises:
        FormTokenError: it carries no token.
    """
    return SourceKey(system=_SYSTEM, record_id=key_of(session, form))


def find_saved_contact(session: Session, form: SentForm) -> str | None:
    """Return the person this form made, if it was saved before.

    Raises:
        FormTokenError: it carries no token.
    """
    return session.scalar(select(SourceRecord.subject_id).where(*_made_by(session, form)))


def find_saved_company(session: Session, form: SentForm) -> str | None:
    """Return the company this form made, if it was saved before.

    Raises:
        FormTokenError: it carries no token.
    """
    return session.scalar(select(SourceRecord.company_id).where(*_made_by(session, form)))


def save_once(save: Callable[[], _Saved]) -> _Saved:
    """Return what `save` made, or what the other copy of the same form made that was faster.

    The other copy is committed by the time its key is refused, so `save`, which looks for it first, finds it now.
    """
    try:
        return save()
    except FormAlreadySavedError:
        return save()


def note_saved_company(session: Session, *, form: SentForm, company_id: str) -> None:
    """Keep that this form made this company.

    Raises:
        FormTokenError: it carries no token.
        FormAlreadySavedError: another request was faster.
    """
    with sent_twice_is_known():
        session.add(SourceRecord(system=_SYSTEM, record_tag=_tag_of(session, form), company_id=company_id))
        session.flush()


@contextmanager
def sent_twice_is_known() -> Iterator[None]:
    """Turn a broken unique key into the one thing it can mean here."""
    try:
        yield
    except IntegrityError as error:
        if not any(table in str(error.orig) for table in _TABLES):
            raise
        raise FormAlreadySavedError from error


def _made_by(session: Session, form: SentForm) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SourceRecord.system == _SYSTEM, SourceRecord.record_tag == _tag_of(session, form)


def _tag_of(session: Session, form: SentForm) -> bytes:
    return Vault.of(session).source_tag(_SYSTEM, key_of(session, form))


def _require_token(token: str) -> None:
    if len(token) != _LENGTH or not set(token) <= set("0123456789abcdef"):
        raise FormTokenError
