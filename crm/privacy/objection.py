"""Widerspruch: against direct marketing at once and without reasons, against other purposes until decided.

Source: Art. 21(1)-(3) DSGVO.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows
from crm.models.lawfulness import ObjectionAct, ObjectionEvent
from crm.privacy import audit, indexing
from crm.privacy.actions import Action
from crm.privacy.purposes import Channel
from crm.vault import Right, RightsEntry, Vault

DIRECT_MARKETING = "direct_marketing"

# Built once, because every page about people asks it.
_EVENT = ObjectionEvent.__table__.c
_EVENTS = (
    select(_EVENT.subject_id, _EVENT.scope, _EVENT.channel, _EVENT.act)
    .where(_EVENT.subject_id.in_(bindparam("subject_ids", expanding=True)))
    .order_by(_EVENT.id)
)


@dataclass(frozen=True, slots=True)
class Objection:
    """What a person objects to: a scope and a channel, or every channel."""

    scope: str
    channel: Channel | None = None


def raise_many(session: Session, objections: Sequence[tuple[str, Objection]], *, origin: str, actor: Actor, now: datetime) -> None:
    """Enter objections of people: (subject, objection). Each counts from this moment, in every process.

    Asks for no reason and checks nothing, because an objection to direct marketing needs neither.

    Source: Art. 21(2), (3) DSGVO.
    """
    if not objections:
        return
    Vault.of(session).note_rights(
        [RightsEntry(right=Right.OBJECTION, noted_at=now, subject_id=subject_id, purposes=(each.scope,)) for subject_id, each in objections]
    )
    rows = [
        {
            "subject_id": subject_id,
            "scope": objection.scope,
            "channel": objection.channel,
            "act": ObjectionAct.RAISED,
            "origin": origin,
            "effective_at": now,
            "recorded_at": now,
        }
        for subject_id, objection in objections
    ]
    insert_rows(session.connection(), ObjectionEvent, rows)
    entries = [
        audit.Entry(action=Action.OBJECTION_RAISED, subject_id=subject_id, purpose=objection.scope, kind=objection.channel)
        for subject_id, objection in objections
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    indexing.announce_changed(session, [subject_id for subject_id, _ in objections], now=now)


def raise_to_marketing(
    session: Session, *, subject_id: str, origin: str, actor: Actor, now: datetime, channel: Channel | None = None
) -> None:
    """Enter a Werbewiderspruch of one person, for one channel or for all."""
    raise_many(session, [(subject_id, Objection(DIRECT_MARKETING, channel))], origin=origin, actor=actor, now=now)


def find_objections(session: Session, subject_ids: Sequence[str]) -> dict[str, frozenset[Objection]]:
    """Return what the people object to; the latest act about a scope and channel counts, whatever its time says."""
    rows = session.execute(_EVENTS, {"subject_ids": subject_ids})
    standing: dict[str, set[Objection]] = defaultdict(set)
    for subject_id, scope, channel, act in rows:
        objection = Objection(scope, Channel(channel) if channel else None)
        if act == ObjectionAct.RAISED:
            standing[subject_id].add(objection)
        else:
            standing[subject_id].discard(objection)
    return {subject_id: frozenset(objections) for subject_id, objections in standing.items()}


def count_raised(session: Session) -> dict[str, int]:
    """Return how often each person has objected; each act stands in the journal of the key store too."""
    raised = select(ObjectionEvent.subject_id, func.count()).where(ObjectionEvent.act == ObjectionAct.RAISED)
    return dict(session.execute(raised.group_by(ObjectionEvent.subject_id)).all())
