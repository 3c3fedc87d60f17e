"""Carries erasures out, step by step; each step is a unit of work that a crash leaves repeatable.

Key first, values afterwards: from the moment the key is gone every copy of the values is dark, wherever it lies.

Source: Art. 17(1), 5(2), 32(1) DSGVO.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
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

_AT_ONCE: Final = 100  # people whose keys one emptying of the key store's log destroys
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
        for each in _destroy_keys(database, vault, ordered[start : start + _AT_ONCE], now):
            _forget(database, each, now)
    forgotten = _find(database, ErasureStep.DESTROYED, job_ids)
    if forgotten:
        # What was deleted stays in old pages of the log; if somebody reads just now, until they are written over.
        empty_log(database.engine, patience=_PATIENCE)
    return sum(_complete(database, vault, each, now) for each in forgotten)


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


def _forget(database: Database, waiting: _Waiting, now: datetime) -> None:
    """Delete what the person left in the data, in one unit of work, and note that the key is gone."""
    with database.writing() as session:
        for job in _take(session, [waiting.job_id], ErasureStep.ORDERED):
            _await_writers(session, job.subject_id)
            reach.forget(session, [job.subject_id])
            ledger.drop_salts(session, [job.subject_id])
            audit.record(session, Action.ERASURE_KEY_DESTROYED, actor=_ERASER, now=now, subject_id=job.subject_id)
            job.step, job.destroyed_at = ErasureStep.DESTROYED, now


def _complete(database: Database, vault: Vault, waiting: _Waiting, now: datetime) -> bool:
    """Note that nothing is left; return whether it was this call that did."""
    with database.writing() as session:
        taken = _take(session, [waiting.job_id], ErasureStep.DESTROYED)
        for job in taken:
            vault.mark_erased(session, [job.subject_id])
            indexing.announce_gone(session, [job.subject_id], now=now)
            audit.record(session, Action.ERASURE_COMPLETED, actor=_ERASER, now=now, subject_id=job.subject_id)
            job.step, job.done_at = ErasureStep.DONE, now
    return bool(taken)


def _take(session: Session, job_ids: Sequence[str], step: ErasureStep) -> Sequence[ErasureJob]:
    """Return those of the jobs that still wait at this step, locked in the order of their ids."""
    waiting = select(ErasureJob).where(ErasureJob.id.in_(job_ids), ErasureJob.step == step)
    return session.scalars(waiting.order_by(ErasureJob.id).with_for_update()).all()


def _await_writers(session: Session, subject_id: str) -> None:
    """Wait on PostgreSQL for whoever is inserting a row that points to the person, so that it is deleted with the others."""
    session.execute(select(Subject.id).where(Subject.id == subject_id).with_for_update())
