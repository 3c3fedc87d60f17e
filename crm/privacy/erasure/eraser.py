"""Carries erasures out, step by step; each step is a unit of work that a crash leaves repeatable.

Key first, values afterwards: from the moment the key is gone every copy of the values is dark, wherever it lies.

Source: Art. 17(1), 5(2), 32(1) DSGVO.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import system_actor
from crm.db import Compartment, Database, empty_log
from crm.models.contact import SourceRecord
from crm.models.erasure import ErasureJob, ErasureStep
from crm.privacy import audit, indexing
from crm.privacy.actions import Action
from crm.privacy.erasure import reach
from crm.vault import Subject, Vault

_AT_ONCE: Final = 500  # people whose keys one emptying of the key store's log destroys
_IN_ONE_UNIT: Final = 100  # people whose values one unit of work deletes; then others get their turn
_PATIENCE: Final = 0.2  # seconds for readers of old pages of the data
_ERASER: Final = system_actor("eraser")


@dataclass(frozen=True, slots=True)
class _Waiting:
    job_id: str
    subject_id: str


def finish(database: Database, *, vault: Vault, now: datetime, job_ids: Collection[str] | None = None) -> int:
    """Carry out every erasure that was ordered, and what a crash left of earlier ones; return how many are complete now.

    Call it outside of a unit of work. Two processes may do it at once: each step is taken by one of them.

    Args:
        job_ids: only these; None for all.

    Raises:
        KeyUnavailableError: the key store is out of reach; the next call goes on where this one stopped.
    """
    ordered = _find(database, ErasureStep.ORDERED, job_ids)
    for start in range(0, len(ordered), _AT_ONCE):
        for batch in _portions(_destroy_keys(database, vault, ordered[start : start + _AT_ONCE], now)):
            _forget(database, batch, now)
    forgotten = _find(database, ErasureStep.DESTROYED, job_ids)
    if forgotten:
        # What was deleted stays in old pages of the log; if somebody reads just now, until they are written over.
        empty_log(database.engine, patience=_PATIENCE)
    return sum(_complete(database, vault, batch, now) for batch in _portions(forgotten))


def _find(database: Database, step: ErasureStep, job_ids: Collection[str] | None) -> list[_Waiting]:
    wanted = select(ErasureJob.id, ErasureJob.subject_id).where(ErasureJob.step == step)
    if job_ids is not None:
        wanted = wanted.where(ErasureJob.id.in_(job_ids))
    with database.reading() as session:
        return [_Waiting(*row) for row in session.execute(wanted.order_by(ErasureJob.ordered_at, ErasureJob.id))]


def _destroy_keys(database: Database, vault: Vault, jobs: Sequence[_Waiting], now: datetime) -> list[_Waiting]:
    """Enter rights journal and tombstones, destroy the profile keys, and return whose are gone from every file of the key store.

    Who reads the key store's old pages at this moment keeps a key in them; then the job waits for the next call.
    """
    subject_ids = [each.subject_id for each in jobs]
    tags = _source_tags(database, vault, subject_ids)
    destructions = vault.destroy(subject_ids, compartments={Compartment.PROFILE}, source_tags=tags, now=now)
    remaining = {each.subject_id for each in destructions if each.removed_at is None}
    return [each for each in jobs if each.subject_id not in remaining]


def _source_tags(database: Database, vault: Vault, subject_ids: Sequence[str]) -> list[bytes]:
    """Return the tags by which an import recognises the records these people came from."""
    records = select(SourceRecord.system, SourceRecord.record_id).where(SourceRecord.subject_id.in_(subject_ids))
    with database.reading() as session:
        rows = session.execute(records).all()
    return [vault.source_tag(system, record_id) for system, record_id in rows]


def _forget(database: Database, waiting: Sequence[_Waiting], now: datetime) -> None:
    """Delete what these people left in the data, in one unit of work, and note that their keys are gone."""
    with _unit_of_work(database, waiting) as session:
        jobs = _take(session, waiting, ErasureStep.ORDERED)
        subject_ids = [each.subject_id for each in jobs]
        if subject_ids:
            _await_writers(session, subject_ids)
            reach.forget(session, subject_ids)
            ledger.drop_salts(session, subject_ids)
            _enter(session, Action.ERASURE_KEY_DESTROYED, subject_ids, now)
            _move(session, jobs, {"step": ErasureStep.DESTROYED, "destroyed_at": now})


def _complete(database: Database, vault: Vault, waiting: Sequence[_Waiting], now: datetime) -> int:
    """Note that nothing is left; return for how many it was this call that did."""
    with _unit_of_work(database, waiting) as session:
        jobs = _take(session, waiting, ErasureStep.DESTROYED)
        subject_ids = [each.subject_id for each in jobs]
        if subject_ids:
            vault.mark_erased(session, subject_ids)
            indexing.announce_gone(session, subject_ids, now=now)
            _enter(session, Action.ERASURE_COMPLETED, subject_ids, now)
            _move(session, jobs, {"step": ErasureStep.DONE, "done_at": now})
    return len(jobs)


def _portions(waiting: Sequence[_Waiting]) -> Iterator[Sequence[_Waiting]]:
    for start in range(0, len(waiting), _IN_ONE_UNIT):
        yield waiting[start : start + _IN_ONE_UNIT]


def _unit_of_work(database: Database, waiting: Sequence[_Waiting]) -> AbstractContextManager[Session]:
    """Open the unit of work of a step: one person who waits goes before others, many go behind everybody who waits."""
    return database.writing() if len(waiting) == 1 else database.writing_in_bulk()


def _take(session: Session, waiting: Sequence[_Waiting], step: ErasureStep) -> list[_Waiting]:
    """Return those of the jobs that still wait at this step, locked in the order of their ids."""
    still = select(ErasureJob.id, ErasureJob.subject_id).where(
        ErasureJob.id.in_([each.job_id for each in waiting]), ErasureJob.step == step
    )
    return [_Waiting(*row) for row in session.execute(still.order_by(ErasureJob.id).with_for_update())]


def _move(session: Session, jobs: Sequence[_Waiting], values: Mapping[str, Any]) -> None:
    session.execute(update(ErasureJob).where(ErasureJob.id.in_([each.job_id for each in jobs])).values(**values))


def _enter(session: Session, action: Action, subject_ids: Sequence[str], now: datetime) -> None:
    audit.record_all(session, [audit.Entry(action=action, subject_id=each) for each in subject_ids], actor=_ERASER, now=now)


def _await_writers(session: Session, subject_ids: Sequence[str]) -> None:
    """Wait on PostgreSQL for whoever is inserting a row that points to these people, so that it is deleted with the others."""
    session.execute(select(Subject.id).where(Subject.id.in_(subject_ids)).order_by(Subject.id).with_for_update())
