"""Forms that are sent twice: a double click, a reload, a slow line.

Each form that makes something new carries a random token. It becomes a unique key of what is made: the source
record (`form`, token) of a contact or company, the id of a note or a kept document. So no second table has to be pruned, the check
needs no clock, and two copies that arrive at once in two processes cannot both win.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.db import new_id
from crm.errors import CrmError, InvalidInputError
from crm.models.contact import SourceRecord
from crm.privacy.collection import SourceKey

_SYSTEM = "form"
_LENGTH = 32
_TABLES = ("source_record", "note", "retained_document")


class FormAlreadySavedError(CrmError):
    """The same form was saved by another request at this very moment."""

    message = "Dieses Formular wurde gerade schon gespeichert. Suchen Sie den Eintrag in der Liste."


class FormTokenError(InvalidInputError):
    """The form carries no token of ours."""

    message = "Dieses Formular ist unvollständig. Laden Sie die Seite neu und füllen Sie es noch einmal aus."


def new_form_token() -> str:
    """Return the token for a form that is about to be shown."""
    return new_id()


def source_of(token: str) -> SourceKey:
    """Return where something made by this form comes from.

    Raises:
        FormTokenError: it is no token.
    """
    require_token(token)
    return SourceKey(system=_SYSTEM, record_id=token)


def find_saved_contact(session: Session, token: str) -> str | None:
    """Return the person this form made, if it was saved before."""
    return session.scalar(select(SourceRecord.subject_id).where(SourceRecord.system == _SYSTEM, SourceRecord.record_id == token))


def find_saved_company(session: Session, token: str) -> str | None:
    """Return the company this form made, if it was saved before."""
    return session.scalar(select(SourceRecord.company_id).where(SourceRecord.system == _SYSTEM, SourceRecord.record_id == token))


def note_saved_company(session: Session, *, token: str, company_id: str, subject_id: str | None = None) -> None:
    """Keep that this form made this company.

    Raises:
        FormTokenError: it is no token.
        FormAlreadySavedError: another request was faster.
    """
    require_token(token)
    with sent_twice_is_known():
        session.add(SourceRecord(system=_SYSTEM, record_id=token, company_id=company_id, subject_id=subject_id))
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


def require_token(token: str) -> None:
    """Refuse what no form of ours carries.

    Raises:
        FormTokenError: it is no token.
    """
    if len(token) != _LENGTH or not set(token) <= set("0123456789abcdef"):
        raise FormTokenError
