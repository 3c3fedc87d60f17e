"""Orders an erasure: from its commit on nothing more is written about the person, and the rest follows whatever happens.

Source: Art. 17(1) DSGVO.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.errors import NotFoundError
from crm.models.erasure import ErasureCause, ErasureJob, ErasureStep
from crm.privacy import audit, indexing
from crm.privacy.actions import Action
from crm.vault import Subject, Vault


def order(
    session: Session, *, subject_id: str, cause: ErasureCause, rule: str | None, case_id: str | None, actor: Actor, now: datetime
) -> ErasureJob:
    """Order the erasure of one person, in the transaction of the decision; `eraser.finish` carries it out.

    Asks for no ground and no duty to keep: who decides has weighed them. Ordering somebody twice is one order, and
    the first cause stands.

    Raises:
        NotFoundError: nobody ever had this pseudonym.
    """
    # First, because it locks: whoever orders the same person at the same moment waits here and then finds the job.
    Vault.of(session).mark_erasing(session, [subject_id])
    ordered = find_job(session, subject_id=subject_id)
    if ordered is not None:
        return ordered
    if session.scalar(select(Subject.id).where(Subject.id == subject_id)) is None:
        raise NotFoundError
    job = ErasureJob(
        id=new_id(),
        subject_id=subject_id,
        cause=cause,
        rule=rule,
        case_id=case_id,
        step=ErasureStep.ORDERED,
        ordered_at=now,
        ordered_by=actor.pseudonym,
    )
    session.add(job)
    session.flush()
    indexing.announce_gone(session, [subject_id], now=now)
    audit.record(session, Action.ERASURE_ORDERED, actor=actor, now=now, subject_id=subject_id, kind=cause, result=rule)
    return job


def find_job(session: Session, *, subject_id: str) -> ErasureJob | None:
    """Return the erasure that was ordered for a person, done or not."""
    return session.scalars(select(ErasureJob).where(ErasureJob.subject_id == subject_id)).first()
