"""Keeping somebody beyond their period, with a reason and until a day.

Source: Art. 5(1)(e), 17(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.retention import KeepReason, RetentionKeep
from crm.privacy import audit, due
from crm.privacy.actions import Action


def keep(session: Session, *, subject_id: str, reason: KeepReason, until: date, rule: str, actor: Actor, now: datetime) -> None:
    """Keep one person until a day, in place of what was decided about them before; `rule` is the one by which they would go."""
    session.execute(delete(RetentionKeep).where(RetentionKeep.subject_id == subject_id))
    session.add(RetentionKeep(subject_id=subject_id, reason=reason, until=until, kept_by=actor.pseudonym, kept_at=now))
    session.flush()
    audit.record(session, Action.PERSON_KEPT, actor=actor, now=now, subject_id=subject_id, kind=reason, result=rule)


def keep_by_decision(session: Session, *, subject_ids: Sequence[str], until: date, actor: Actor, now: datetime) -> None:
    """Keep people as the answer to their request says: until that day, whatever else would end before or run on, and then they go."""
    for subject_id in subject_ids:
        keep(session, subject_id=subject_id, reason=KeepReason.DECIDED, until=until, rule=due.CLAIMS, actor=actor, now=now)
    due.refresh(session, subject_ids, zone=due.zone_of(session), now=now)
