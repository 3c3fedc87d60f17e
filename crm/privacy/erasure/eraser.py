"""Carries erasures out, step by step; each step is a unit of work that a crash leaves repeatable.

Key first, values afterwards: from the moment the key is gone every copy of the values is dark, wherever it lies.

Source: Art. 17(1), 5(2), 32(1) DSGVO.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, cast

import structlog
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from crm.actor import system_actor
from crm.db import Compartment, Database, among, empty_log
from crm.models.contact import SourceRecord
from crm.models.erasure import ErasureJob, ErasureStep
from crm.privacy import audit, documents, indexing
from crm.privacy.actions import Action
from crm.privacy.erasure import job, named, reach
from crm.vault import Destruction, Subject, Vault

_log = structlog.get_logger()

_AT_ONCE: Final = 400  # people whose keys one emptying of the key store's log destroys
_IN_ONE_UNIT: Final = 400  # people whose values one unit of work deletes; then others get their turn
_PATIENCE: Final = 0.2  # seconds for readers of old pages of the data
_ERASER: Final = system_actor("eraser")

# Built once and on the tables, because a run of the Löschkonzept asks them for hundreds of people over and over.
_JOBS, _SUBJECTS = (cast("Table", model.__table__) for model in (ErasureJob, Subject))
_JOB, _SUBJECT, _RECORD = _JOBS.c, _SUBJECTS.c, SourceRecord.__table__.c
_AT_STEP = select(_JOB.id, _JOB.subject_id).where(_JOB.step == bindparam("step"))
# Neighbours go together: then a unit of work changes few pages of each index, however many people stay.
_ALL_AT_STEP = _AT_STEP.order_by(_JOB.ordered_at, _JOB.subject_id)
_THESE_AT_STEP = _ALL_AT_STEP.where(among(_JOB.id, "jobs"))
_STILL_AT_STEP = _AT_STEP.where(among(_JOB.id, "jobs")).order_by(_JOB.id).with_for_update()
_MOVE = {
    ErasureStep.DESTROYED: update(_JOBS).where(among(_JOB.id, "jobs")).values(step=ErasureStep.DESTROYED, destroyed_at=bindparam("now")),
    ErasureStep.DONE: update(_JOBS).where(among(_JOB.id, "jobs")).values(step=ErasureStep.DONE, done_at=bindparam("now")),
}
_LOCKED = select(_SUBJECT.id).where(among(_SUBJECT.id, "people")).order_by(_SUBJECT.id).with_for_update()
_RECORDS_OF = select(_RECORD.record_tag).where(among(_RECORD.subject_id, "people"))
_RECORDS_EACH = select(_RECORD.subject_id, func.count()).where(among(_RECORD.subject_id, "people")).group_by(_RECORD.subject_id)


@dataclass(frozen=True, slots=True)
class _Waiting:
    job_id: str
    subject_id: str


def finish(database: Database, *, vault: Vault, clock: Callable[[], datetime], job_ids: Collection[str] | None = None) -> int:
    """Carry out every erasure that was ordered, and what a crash left of earlier ones; return how many are complete now.

    An order that is not genuine was written with SQL, or changed: it is left alone, because nothing of it can be undone.

    Call it outside of a unit of work. Two processes may do it at once: each step is taken by one of them.

    Args:
        clock: asked at each step, because the proof says when each of them was.
        job_ids: only these; None for all.

    Raises:
        KeyUnavailableError: the key store is out of reach; the next call goes on where this one stopped.
    """
    ordered = _find(database, ErasureStep.ORDERED, job_ids)
    for start in range(0, len(ordered), _AT_ONCE):
        gone = _destroy_keys(database, vault, ordered[start : start + _AT_ONCE], clock)
        for batch in _portions([each for each in ordered[start : start + _AT_ONCE] if each.subject_id in gone]):
            _forget(database, batch, gone, clock())
    forgotten = _find(database, ErasureStep.DESTROYED, job_ids, asked={each.subject_id for each in ordered})
    if forgotten:
        # What was deleted stays in old pages of the log; if somebody reads just now, until they are written over.
        empty_log(database.engine, patience=_PATIENCE)
    return sum(_complete(database, vault, batch, clock()) for batch in _portions(forgotten))


def _find(
    database: Database, step: ErasureStep, job_ids: Collection[str] | None, *, asked: Collection[str] = frozenset()
) -> list[_Waiting]:
    """Return the genuine orders at this step; about people in `asked` it was asked just now."""
    wanted = _ALL_AT_STEP if job_ids is None else _THESE_AT_STEP
    with database.reading() as session:
        waiting = [_Waiting(*row) for row in session.execute(wanted, {"step": step, "jobs": job_ids})]
        unknown = [each.subject_id for each in waiting if each.subject_id not in asked]
        genuine = {*asked, *job.find_genuine(session, unknown)}
    for each in waiting:
        if each.subject_id not in genuine:
            _log.error("erasure.held_back", job=each.job_id)  # `lethe doctor` says so too
    return [each for each in waiting if each.subject_id in genuine]


def _destroy_keys(database: Database, vault: Vault, jobs: Sequence[_Waiting], clock: Callable[[], datetime]) -> dict[str, list[str]]:
    """Enter rights journal and tombstones, destroy the keys, and return whose are gone from every file of the key store.

    Beside each person stands what their entry says of the keys.

    With the profile goes the key of documents under a duty (`record`) of whoever has none left; the others keep it until
    their last one goes. Who reads the key store's old pages at this moment keeps a key in them; then the job waits for
    the next call.
    """
    with database.reading() as session:
        keeping = documents.find_keepers(session, [each.subject_id for each in jobs])
    keepers = [each for each in jobs if each.subject_id in keeping]
    others = [each for each in jobs if each.subject_id not in keeping]
    return {
        **_destroy(database, vault, others, {Compartment.PROFILE, Compartment.RECORD}, clock),
        **_destroy(database, vault, keepers, {Compartment.PROFILE}, clock),
    }


def _destroy(
    database: Database, vault: Vault, jobs: Sequence[_Waiting], keys: Collection[Compartment], clock: Callable[[], datetime]
) -> dict[str, list[str]]:
    if not jobs:
        return {}
    subject_ids = [each.subject_id for each in jobs]
    with database.reading() as session:
        tags = session.scalars(_RECORDS_OF, {"people": subject_ids}).all()
    destructions = vault.destroy(subject_ids, compartments=keys, source_tags=tags, clock=clock)
    remaining = {each.subject_id for each in destructions if each.removed_at is None}
    gone: dict[str, list[Destruction]] = {each: [] for each in subject_ids if each not in remaining}
    for each in destructions:
        if each.subject_id in gone:
            gone[each.subject_id].append(each)
    return {subject_id: named.digests_of_keys(keys) for subject_id, keys in gone.items()}


def _forget(database: Database, waiting: Sequence[_Waiting], keys: Mapping[str, list[str]], now: datetime) -> None:
    """Delete what these people left in the data, in one unit of work, and note that their keys are gone.

    The entry says which keys those were, and how many records of other systems the key store will recognise, so that it is
    noticed when it no longer does.
    """
    with _unit_of_work(database, waiting) as session:
        jobs = _take(session, waiting, ErasureStep.ORDERED)
        subject_ids = [each.subject_id for each in jobs]
        if subject_ids:
            _await_writers(session, subject_ids)
            records: dict[str, int] = dict(session.execute(_RECORDS_EACH, {"people": subject_ids}).all())
            reach.forget(session, subject_ids)
            audit.forget_lists(session, subject_ids, actor=_ERASER, now=now)
            _enter(session, Action.ERASURE_KEY_DESTROYED, subject_ids, now, counts=records, rows=keys)
            _move(session, jobs, ErasureStep.DESTROYED, now)


def _complete(database: Database, vault: Vault, waiting: Sequence[_Waiting], now: datetime) -> int:
    """Note that nothing is left; return for how many it was this call that did."""
    with _unit_of_work(database, waiting) as session:
        jobs = _take(session, waiting, ErasureStep.DESTROYED)
        subject_ids = [each.subject_id for each in jobs]
        if subject_ids:
            vault.mark_erased(session, subject_ids)
            indexing.announce_gone(session, subject_ids, now=now)
            _enter(session, Action.ERASURE_COMPLETED, subject_ids, now, rows=_digests_of_kept(session, subject_ids))
            _move(session, jobs, ErasureStep.DONE, now)
    return len(jobs)


def _digests_of_kept(session: Session, subject_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return what the last entry of each person says of what stays, so that the proof can be checked for it."""
    kept = reach.find_kept_of(session, subject_ids)
    return {each: [named.digest_of_kept(each, [(one.table, one.kept, one.rows) for one in kept.get(each, ())])] for each in subject_ids}


def _portions(waiting: Sequence[_Waiting]) -> Iterator[Sequence[_Waiting]]:
    for start in range(0, len(waiting), _IN_ONE_UNIT):
        yield waiting[start : start + _IN_ONE_UNIT]


def _unit_of_work(database: Database, waiting: Sequence[_Waiting]) -> AbstractContextManager[Session]:
    """Open the unit of work of a step: one person who waits goes before others, many go behind everybody who waits."""
    return database.writing() if len(waiting) == 1 else database.writing_in_bulk()


def _take(session: Session, waiting: Sequence[_Waiting], step: ErasureStep) -> list[_Waiting]:
    """Return those of the jobs that still wait at this step, locked in the order of their ids."""
    these = {"jobs": [each.job_id for each in waiting], "step": step}
    return [_Waiting(*row) for row in session.execute(_STILL_AT_STEP, these)]


def _move(session: Session, jobs: Sequence[_Waiting], step: ErasureStep, now: datetime) -> None:
    session.execute(_MOVE[step], {"jobs": [each.job_id for each in jobs], "now": now})


def _enter(
    session: Session,
    action: Action,
    subject_ids: Sequence[str],
    now: datetime,
    *,
    rows: Mapping[str, list[str]],
    counts: Mapping[str, int] = MappingProxyType({}),
) -> None:
    entries = [audit.Entry(action=action, subject_id=each, count=counts.get(each), rows=rows.get(each, ())) for each in subject_ids]
    audit.record_all(session, entries, actor=_ERASER, now=now)


def _await_writers(session: Session, subject_ids: Sequence[str]) -> None:
    """Wait on PostgreSQL for whoever is inserting a row that points to these people, so that it is deleted with the others."""
    session.execute(_LOCKED, {"people": subject_ids})
