"""Orders an erasure: from its commit on nothing more is written about the person, and the rest follows whatever happens.

Source: Art. 17(1) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows, new_id
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
    ordered = order_many(session, {subject_id: rule}, cause=cause, case_id=case_id, actor=actor, now=now)
    if subject_id not in ordered:
        raise NotFoundError
    return ordered[subject_id]


def order_many(
    session: Session, rules: Mapping[str, str | None], *, cause: ErasureCause, case_id: str | None, actor: Actor, now: datetime
) -> dict[str, ErasureJob]:
    """Order the erasure of many people in one unit of work, each by the rule beside them; return the jobs by person.

    Who was ordered before keeps the first order; pseudonyms that nobody ever had are left out.
    """
    subject_ids = list(rules)
    # First, because it locks: whoever orders the same person at the same moment waits here and then finds the job.
    Vault.of(session).mark_erasing(session, subject_ids)
    ordered = _find_jobs(session, subject_ids)
    living = session.scalars(select(Subject.id).where(Subject.id.in_(subject_ids))).all()
    fresh = [each for each in sorted(living) if each not in ordered]
    if fresh:
        order = {"cause": cause, "case_id": case_id, "step": ErasureStep.ORDERED, "ordered_at": now, "ordered_by": actor.pseudonym}
        rows = [{"id": new_id(), "subject_id": each, "rule": rules[each], **order} for each in fresh]
        insert_rows(session.connection(), ErasureJob, rows)
        indexing.announce_gone(session, fresh, now=now)
        entries = [audit.Entry(action=Action.ERASURE_ORDERED, subject_id=each, kind=cause, result=rules[each]) for each in fresh]
        audit.record_all(session, entries, actor=actor, now=now)
    return _find_jobs(session, subject_ids)


def _find_jobs(session: Session, subject_ids: Sequence[str]) -> dict[str, ErasureJob]:
    return {each.subject_id: each for each in session.scalars(select(ErasureJob).where(ErasureJob.subject_id.in_(subject_ids)))}


def find_job(session: Session, *, subject_id: str) -> ErasureJob | None:
    """Return the erasure that was ordered for a person, done or not."""
    return session.scalars(select(ErasureJob).where(ErasureJob.subject_id == subject_id)).first()
