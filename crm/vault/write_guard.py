"""The guard of sealed writes: nothing is written about somebody who is being erased."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, select, update
from sqlalchemy.orm import Session, SessionTransaction

from crm.vault.batches import in_batches
from crm.vault.errors import ErasedError
from crm.vault.tables import Subject, SubjectState

_BEGUN = "vault_begun"

# Built once, because the guard runs before every write; on the table, because no object of the ORM holds a subject.
_SUBJECT = cast("Table", Subject.__table__)
_THESE = _SUBJECT.c.id.in_(bindparam("ids", expanding=True))
_MOVE = update(_SUBJECT).where(_THESE, _SUBJECT.c.state == SubjectState.LIVING.value).values(write_seq=_SUBJECT.c.write_seq + 1)
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


def mark_erasing(session: Session, subject_ids: Sequence[str]) -> None:
    """Let nothing more be written about these people; commit it before their keys are destroyed."""
    _change_state(session, subject_ids, SubjectState.LIVING, SubjectState.ERASING)


def mark_erased(session: Session, subject_ids: Sequence[str]) -> None:
    """Note that the erasure of these people is complete."""
    _change_state(session, subject_ids, SubjectState.ERASING, SubjectState.ERASED)


def note_begun(session: Session, subject_ids: Iterable[str]) -> None:
    """Remember that these people were found living, under the lock of the running transaction."""
    transaction = session.get_nested_transaction() or session.get_transaction()
    begun: dict[str, SessionTransaction | None] = session.info.setdefault(_BEGUN, {})
    begun.update(dict.fromkeys(subject_ids, transaction))


def is_begun(session: Session, subject_id: str) -> bool:
    """Say whether the write about this person has begun and its transaction still runs."""
    transaction = session.info.get(_BEGUN, {}).get(subject_id)
    return transaction is not None and transaction.is_active


def require_begun(session: Session, subject_id: str) -> None:
    """Refuse to seal without the guard; that would be a mistake in the program, so it is no CrmError."""
    if not is_begun(session, subject_id):
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
