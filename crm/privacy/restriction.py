"""Einschränkung der Verarbeitung: data that are kept but used for nothing else.

Source: Art. 18, 4(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows
from crm.models.lawfulness import RestrictionAct, RestrictionEvent
from crm.privacy import audit, indexing
from crm.privacy.actions import Action
from crm.vault import Right, RightsEntry, Vault

# Built once, because every page about people asks it.
_EVENT = RestrictionEvent.__table__.c
_EVENTS = select(_EVENT.subject_id, _EVENT.act).where(_EVENT.subject_id.in_(bindparam("subject_ids", expanding=True))).order_by(_EVENT.id)


class RestrictionReason(StrEnum):
    """Why processing is restricted: the cases of Art. 18(1), time that is up, and an erasure that is asked for but not yet decided."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL = "unlawful"
    LEGAL_CLAIMS = "legal_claims"
    OBJECTION_PENDING = "objection_pending"
    TIME_UP = "time_up"
    ERASURE_PENDING = "erasure_pending"


def impose(session: Session, *, subject_ids: Sequence[str], reason: RestrictionReason, actor: Actor, now: datetime) -> None:
    """Restrict the processing of these people's data, at once and everywhere (Art. 18(1))."""
    if not subject_ids:
        return
    Vault.of(session).note_rights([RightsEntry(right=Right.RESTRICTION, noted_at=now, subject_id=each) for each in subject_ids])
    _append(session, subject_ids, RestrictionAct.IMPOSED, reason, now)
    entries = [audit.Entry(action=Action.RESTRICTION_IMPOSED, subject_id=each, result=reason) for each in subject_ids]
    audit.record_all(session, entries, actor=actor, now=now)


def _append(session: Session, subject_ids: Sequence[str], act: RestrictionAct, reason: RestrictionReason, now: datetime) -> None:
    rows = [{"subject_id": each, "act": act, "reason": reason, "effective_at": now, "recorded_at": now} for each in subject_ids]
    insert_rows(session.connection(), RestrictionEvent, rows)
    indexing.announce_changed(session, subject_ids, now=now)


def find_restricted(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return those of the people whose data are restricted.

    The latest act counts whatever its time says: a clock that was set back must not free anybody.
    """
    rows = session.execute(_EVENTS, {"subject_ids": subject_ids})
    latest = {row.subject_id: row.act for row in rows}
    return {subject_id for subject_id, act in latest.items() if act == RestrictionAct.IMPOSED}


def count_imposed(session: Session) -> dict[str, int]:
    """Return how often each person's data were restricted; each act stands in the journal of the key store too."""
    imposed = select(RestrictionEvent.subject_id, func.count()).where(RestrictionEvent.act == RestrictionAct.IMPOSED)
    return dict(session.execute(imposed.group_by(RestrictionEvent.subject_id)).all())
