"""Orders an erasure: from its commit on nothing more is written about the person, and the rest follows whatever happens.

Source: Art. 17(1) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, and_, exists, or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import among, in_batches, insert_rows, new_id
from crm.errors import NotFoundError
from crm.models.erasure import ErasureCause, ErasureJob, ErasureStep
from crm.privacy import audit, bound_rows, due, holds, indexing
from crm.privacy.actions import Action
from crm.vault import SealedRow, Subject, SubjectState, Vault

# Built once and on the tables, because a run of the Löschkonzept asks them for hundreds of people over and over.
_JOB, _SUBJECT = (cast("Table", model.__table__).c for model in (ErasureJob, Subject))
_TABLE = ErasureJob.__tablename__
_SEALED_ORDERS = select(*(_JOB[name] for name in bound_rows.columns_of(_TABLE)), _JOB.seal).where(among(_JOB.subject_id, "ids"))
_JOBS_OF = select(_JOB.subject_id, _JOB.id).where(among(_JOB.subject_id, "ids"))
_EXISTING = select(_SUBJECT.id).where(among(_SUBJECT.id, "ids")).order_by(_SUBJECT.id)


def order(
    session: Session, *, subject_id: str, cause: ErasureCause, rule: str | None, case_id: str | None, actor: Actor, now: datetime
) -> ErasureJob:
    """Order the erasure of one person, in the transaction of the decision; `eraser.finish` carries it out.

    Asks for no ground and no duty to keep: who decides has weighed them. Ordering somebody twice is one order, and
    the first cause stands.

    Raises:
        NotFoundError: nobody ever had this pseudonym.
    """
    order_many(session, {subject_id: rule}, cause=cause, case_id=case_id, actor=actor, now=now)
    ordered = find_job(session, subject_id=subject_id)
    if ordered is None:
        raise NotFoundError
    return ordered


def order_many(
    session: Session, rules: Mapping[str, str | None], *, cause: ErasureCause, case_id: str | None, actor: Actor, now: datetime
) -> dict[str, str]:
    """Order the erasure of many people in one unit of work, each by the rule beside them; return the ids of the jobs by person.

    Who was ordered before keeps the first order; pseudonyms that nobody ever had are left out.

    Raises:
        HeldError: somebody is under a hold; nothing was changed.
    """
    subject_ids = list(rules)
    holds.require_free(session, subject_ids, day=now.astimezone(due.zone_of(session)).date())
    # First, because it locks: whoever orders the same person at the same moment waits here and then finds the job.
    Vault.of(session).mark_erasing(session, subject_ids)
    ordered = dict(session.execute(_JOBS_OF, {"ids": subject_ids}).all())
    fresh = {each: new_id() for each in session.scalars(_EXISTING, {"ids": subject_ids}) if each not in ordered}
    if fresh:
        order = {"cause": cause, "case_id": case_id, "step": ErasureStep.ORDERED, "ordered_at": now, "ordered_by": actor.pseudonym}
        rows = [{"id": job_id, "subject_id": each, "rule": rules[each], **order} for each, job_id in fresh.items()]
        digests = bound_rows.digests(ErasureJob, rows)
        seals = ({"seal": Vault.of(session).row_seal(SealedRow.ORDER, each)} for each in digests)
        insert_rows(session.connection(), ErasureJob, [row | seal for row, seal in zip(rows, seals, strict=True)])
        indexing.announce_gone(session, list(fresh), now=now)
        named = zip(fresh, digests, strict=True)
        entries = [
            audit.Entry(action=Action.ERASURE_ORDERED, subject_id=each, kind=cause, result=rules[each], rows=[row]) for each, row in named
        ]
        audit.record_all(session, entries, actor=actor, now=now)
    return ordered | fresh


def find_genuine(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return whose erasure was ordered by an act, since whoever writes SQL orders nothing.

    The order as it stands is sealed, and the seal needs the key store. That says enough: an order is never taken back, so none
    can return from a copy.

    Raises:
        KeyUnavailableError: whether it is genuine cannot be said at the moment.
    """
    vault = Vault.of(session)
    rows = (row for some in in_batches(subject_ids) for row in session.execute(_SEALED_ORDERS, {"ids": some}).mappings())
    return {row["subject_id"] for row in rows if vault.bears_seal(SealedRow.ORDER, bound_rows.digest(_TABLE, dict(row)), row["seal"])}


def find_held_back(session: Session) -> list[str]:
    """Return the people whose order waits and is not carried out, because no act gave it as it stands."""
    waiting = session.scalars(select(_JOB.subject_id).where(_JOB.step != ErasureStep.DONE).order_by(_JOB.subject_id)).all()
    genuine = find_genuine(session, waiting)
    return [each for each in waiting if each not in genuine]


def find_unordered(session: Session, *, subject_id: str | None = None) -> Sequence[str]:
    """Return the people, or this one, whose state says that they are being erased, or are erased, and whom no order explains."""
    of_person = exists().where(_JOB.subject_id == _SUBJECT.id)
    is_being = and_(_SUBJECT.state == SubjectState.ERASING, ~of_person.where(_JOB.step != ErasureStep.DONE))
    is_over = and_(_SUBJECT.state == SubjectState.ERASED, ~of_person.where(_JOB.step == ErasureStep.DONE))
    asked = select(_SUBJECT.id).where(or_(is_being, is_over)).order_by(_SUBJECT.id)
    return session.scalars(asked if subject_id is None else asked.where(_SUBJECT.id == subject_id)).all()


def find_job(session: Session, *, subject_id: str) -> ErasureJob | None:
    """Return the erasure that was ordered for a person, done or not."""
    return session.scalars(select(ErasureJob).where(ErasureJob.subject_id == subject_id)).first()
