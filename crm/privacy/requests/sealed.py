"""What a case says, sealed under the `case` key of the person it belongs to; read through `crm.privacy.requests.reading`."""

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args

from sqlalchemy.orm import Session

from crm.db import Compartment
from crm.models.request_case import RequestCase
from crm.privacy import sealing
from crm.vault import Padding, Place, TamperedError, Vault

Column = Literal["sealed_request", "sealed_decision", "sealed_answer"]


def seal(session: Session, *, case_id: str, subject_id: str, column: Column, content: Mapping[str, Any]) -> bytes:
    """Seal one part of a case; it can be written after the person is erased, because the case is kept beyond that."""
    vault = Vault.of(session)
    vault.begin_kept_write(session, [subject_id])
    return vault.seal(session, _place(subject_id, column, case_id), sealing.encode(content), padding=Padding.TEXT)


def open_part(session: Session, case: RequestCase, column: Column) -> dict[str, Any]:
    """Open one part of a case; empty while there is none.

    Raises:
        TamperedError: it is not what the program wrote.
    """
    content = _open(session, case, column)
    opened: dict[str, Any] = {} if content is None else json.loads(content)
    return opened


def find_unreadable(session: Session, case: RequestCase) -> tuple[Column, ...]:
    """Return the parts of a case that do not open because they were changed past the program."""
    return tuple(column for column in get_args(Column) if not _opens(session, case, column))


def _opens(session: Session, case: RequestCase, column: Column) -> bool:
    try:
        _open(session, case, column)
    except TamperedError:
        return False
    return True


def _open(session: Session, case: RequestCase, column: Column) -> bytes | None:
    sealed: object = getattr(case, column)
    if sealed is None:
        return None
    if not isinstance(sealed, bytes):  # SQLite stores any type in any column
        raise TamperedError
    return Vault.of(session).open(_place(case.subject_id, column, case.id), sealed)


def add(session: Session, case: RequestCase, column: Column, changes: Mapping[str, Any]) -> None:
    """Write something more into a sealed part of a case; what is named again is replaced."""
    content = {**open_part(session, case, column), **changes}
    setattr(case, column, seal(session, case_id=case.id, subject_id=case.subject_id, column=column, content=content))


def _place(subject_id: str, column: Column, case_id: str) -> Place:
    return Place(subject_id, Compartment.CASE, "request_case", column, case_id)
