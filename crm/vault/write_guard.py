"""The guard of sealed writes: nothing is written about somebody who is being erased."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Table, select, update
from sqlalchemy.orm import Session, SessionTransaction

from crm.db import Compartment, among, in_batches
from crm.vault.errors import ErasedError
from crm.vault.tables import Subject, SubjectState

_BEGUN = "vault_begun"
_KEPT = "vault_begun_kept"

# Built once, because the guard runs before every write; on the table, because no object of the ORM holds a subject.
_SUBJECT = cast("Table", Subject.__table__)
_THESE = among(_SUBJECT.c.id, "ids")
_MOVE = update(_SUBJECT).where(_THESE, _SUBJECT.c.state == SubjectState.LIVING.value).values(write_seq=_SUBJECT.c.write_seq + 1)
_TOUCH = update(_SUBJECT).where(_THESE).values(write_seq=_SUBJECT.c.write_seq + 1)
_LOCK = select(_SUBJECT.c.id).where(_THESE).order_by(_SUBJECT.c.id).with_for_update()


def begin_write(session: Session, subject_ids: Sequence[str]) -> None:
    """Move `write_seq` of these people, or refuse; lasts until the transaction or savepoint it ran in ends.

    The database decides, not the cache: a process that still holds a key cannot seal after an erasure.

    Raises:
        ErasedError: one of them is being erased, is erased, or never existed.
    """
    wanted = {subject_id for subject_id in subject_ids if not is_begun(session, subject_id)}
    for batch in in_batches(sorted(wanted)):
        _lock_in_order(session, batch)
        moved = session.execute(_MOVE, {"ids": batch})
        if cast("CursorResult[Any]", moved).rowcount != len(batch):
            raise ErasedError
    note_begun(session, wanted)


def begin_kept_write(session: Session, subject_ids: Sequence[str]) -> None:
    """Begin a write to what is kept beyond an erasure (case, evidence, documents), whatever state these people are in.

    An answer is written after the person it goes to is gone from the profile; the compartment's own key decides
    until when.

    Raises:
        ErasedError: one of them never existed.
    """
    for batch in in_batches(sorted(set(subject_ids))):
        _lock_in_order(session, batch)
        touched = session.execute(_TOUCH, {"ids": batch})
        if cast("CursorResult[Any]", touched).rowcount != len(batch):
            raise ErasedError
    _note(session, _KEPT, subject_ids)


def mark_erasing(session: Session, subject_ids: Sequence[str]) -> None:
    """Let nothing more be written about these people; commit it before their keys are destroyed."""
    _change_state(session, subject_ids, SubjectState.LIVING, SubjectState.ERASING)


def mark_erased(session: Session, subject_ids: Sequence[str]) -> None:
    """Note that the erasure of these people is complete."""
    _change_state(session, subject_ids, SubjectState.ERASING, SubjectState.ERASED)


def note_begun(session: Session, subject_ids: Iterable[str]) -> None:
    """Remember that these people were found living, under the lock of the running transaction."""
    _note(session, _BEGUN, subject_ids)


def _note(session: Session, guard: str, subject_ids: Iterable[str]) -> None:
    transaction = session.get_nested_transaction() or session.get_transaction()
    begun: dict[str, SessionTransaction | None] = session.info.setdefault(guard, {})
    begun.update(dict.fromkeys(subject_ids, transaction))


def is_begun(session: Session, subject_id: str) -> bool:
    """Say whether the write about this person has begun and its transaction still runs."""
    return _is_running(session, _BEGUN, subject_id)


def _is_running(session: Session, guard: str, subject_id: str) -> bool:
    transaction = session.info.get(guard, {}).get(subject_id)
    return transaction is not None and transaction.is_active


def require_begun(session: Session, subject_id: str, compartment: str) -> None:
    """Refuse to seal without the guard; that would be a mistake in the program, so it is no CrmError."""
    if is_begun(session, subject_id):
        return
    if compartment == Compartment.PROFILE or not _is_running(session, _KEPT, subject_id):
        raise RuntimeError("seal needs begin_write in the same transaction")


def _change_state(session: Session, subject_ids: Sequence[str], before: SubjectState, after: SubjectState) -> None:
    begun = session.info.get(_BEGUN, {})
    for batch in in_batches(sorted(set(subject_ids))):
        _lock_in_order(session, batch)
        session.execute(update(_SUBJECT).where(_THESE, _SUBJECT.c.state == before.value).values(state=after.value), {"ids": batch})
        for subject_id in batch:
            begun.pop(subject_id, None)


def _lock_in_order(session: Session, subject_ids: Sequence[str]) -> None:
    """Lock rows in the order of their ids, so that two batches on PostgreSQL cannot wait for each other."""
    if len(subject_ids) > 1 and session.get_bind().dialect.name != "sqlite":
        session.execute(_LOCK, {"ids": subject_ids})
