"""The archive of an answer: kept sealed for its case, under the profile key of the person, until it is fetched or its time is over.

Nothing of it is ever written to a disk in clear: it is made, sealed and opened in memory.

Source: Art. 5(1)(e), (f), 15(3), 32(1)(a) DSGVO.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, Final, Literal
from zipfile import ZipFile

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Compartment
from crm.models.answer_package import AnswerHandout, AnswerPackage
from crm.models.request_case import CaseState, RequestCase
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.requests import sealed
from crm.vault import Padding, Place, TamperedError, Vault

GRANTED: Final = "granted"  # the word of a decision that names the archive which goes out
_TABLE: Final = "answer_package"
_PAPER: Final = ".pdf"
Column = Literal["sealed_summary", "sealed_package"]


def keep(session: Session, case_id: str, *, subject_id: str, summary: Mapping[str, Any], archive: bytes, now: datetime) -> None:
    """Keep an archive for a case, in the place of an earlier one.

    Raises:
        ErasedError: nothing is written about the person any more.
    """
    vault = Vault.of(session)
    vault.begin_write(session, [subject_id])
    drop(session, case_id)
    said = json.dumps({**summary, "digest": digest_of(archive)}, ensure_ascii=False).encode()
    session.add(
        AnswerPackage(
            case_id=case_id,
            subject_id=subject_id,
            composed_at=now,
            sealed_summary=vault.seal(session, _place(subject_id, "sealed_summary", case_id), said, padding=Padding.TEXT),
            sealed_package=vault.seal(session, _place(subject_id, "sealed_package", case_id), archive, padding=Padding.TEXT),
        )
    )
    session.flush()


def drop(session: Session, case_id: str) -> None:
    """Let the archive of a case go, and what is laid out of it."""
    for model in (AnswerHandout, AnswerPackage):
        session.execute(delete(model).where(model.case_id == case_id))
    session.expire_all()


def find(session: Session, case_id: str) -> AnswerPackage | None:
    """Return the archive that is kept for a case."""
    return session.get(AnswerPackage, case_id)


def open_summary(session: Session, package: AnswerPackage) -> dict[str, Any]:
    """Return what the desk shows of an archive.

    Raises:
        TamperedError: it is not what the program wrote.
    """
    opened: dict[str, Any] = json.loads(_open(session, package, "sealed_summary", package.sealed_summary))
    return opened


def open_archive(session: Session, package: AnswerPackage) -> bytes:
    """Return the archive as it was composed; who opens it enters that.

    Raises:
        TamperedError: it is not what the program wrote, or not what its summary says.
    """
    archive = _open(session, package, "sealed_package", package.sealed_package)
    if open_summary(session, package).get("digest") != digest_of(archive):
        raise TamperedError
    return archive


def open_granted(session: Session, case: RequestCase, package: AnswerPackage) -> bytes:
    """Return the archive that the decision names, and no other that was put in its place.

    Raises:
        TamperedError: it is another one.
    """
    archive = open_archive(session, package)
    if sealed.open_part(session, case, "sealed_decision").get(GRANTED) != digest_of(archive):
        raise TamperedError
    return archive


def paper_of(archive: bytes) -> bytes:
    """Return the sheets of an archive, for the post and for whoever looks before it goes."""
    with ZipFile(BytesIO(archive)) as opened:
        return opened.read(next(name for name in opened.namelist() if name.endswith(_PAPER) and "/" not in name))


def digest_of(archive: bytes) -> str:
    """Return what a decision says of the archive it is about."""
    return hashlib.sha256(archive).hexdigest()


def let_out(session: Session, case: RequestCase, *, today: date, for_days: int) -> AnswerPackage:
    """Begin the days in which the archive of a case can be fetched.

    Raises:
        TamperedError: it is gone, or another one than the decision is about.
    """
    package = find(session, case.id)
    if package is None:
        raise TamperedError
    open_granted(session, case, package)
    package.expires_on = today + timedelta(days=for_days)
    return package


def let_expire(session: Session, *, today: date, actor: Actor, now: datetime) -> int:
    """Let the archives go whose days are over, and those of cases that ended without one; the entry names their number."""
    closed = select(RequestCase.id).where(RequestCase.state == CaseState.CLOSED)
    is_over = (AnswerPackage.expires_on < today) | (AnswerPackage.expires_on.is_(None) & AnswerPackage.case_id.in_(closed))
    gone = list(session.scalars(select(AnswerPackage.case_id).where(is_over)))
    for case_id in gone:
        drop(session, case_id)
    session.execute(delete(AnswerHandout).where(AnswerHandout.expires_at <= now))
    if gone:
        audit.record(session, Action.COPY_EXPIRED, actor=actor, now=now, count=len(gone))
    return len(gone)


def _open(session: Session, package: AnswerPackage, column: Column, value: object) -> bytes:
    if not isinstance(value, bytes):  # SQLite stores any type in any column
        raise TamperedError
    return Vault.of(session).open(_place(package.subject_id, column, package.case_id), value)


def _place(subject_id: str, column: Column, case_id: str) -> Place:
    return Place(subject_id, Compartment.PROFILE, _TABLE, column, case_id)
