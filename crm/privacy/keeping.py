"""Keeping somebody beyond their period, with a reason and until a day.

What keeps somebody decides when they are forgotten, and for whom a request was decided, that alone. So each row is bound to
the entry that says it was written, and a run destroys nobody on the word of one that was changed past the program.

Source: Art. 5(1)(e), (f), 17(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.db import among
from crm.models.retention import KeepReason, RetentionKeep
from crm.privacy import audit, bound_rows, due
from crm.privacy.actions import Action

REPLACED: Final = "replaced"
_ACTS: Final = (Action.PERSON_KEPT, Action.PERSON_KEEP_ENDED)
_COLUMNS: Final = [RetentionKeep.__table__.c[name] for name in bound_rows.columns_of(RetentionKeep.__tablename__)]
_ROWS: Final = select(*_COLUMNS).where(among(RetentionKeep.__table__.c.subject_id, "subject_ids"))


def keep(session: Session, *, subject_id: str, reason: KeepReason, until: date, rule: str, actor: Actor, now: datetime) -> None:
    """Keep one person until a day, in place of what was decided about them before; `rule` is the one by which they would go."""
    _end(session, subject_id, result=REPLACED, actor=actor, now=now)
    _begin(session, subject_id, reason, until, rule=rule, actor=actor, now=now)


def _begin(session: Session, subject_id: str, reason: KeepReason, until: date, *, rule: str, actor: Actor, now: datetime) -> None:
    kept = RetentionKeep(subject_id=subject_id, reason=reason, until=until, kept_by=actor.pseudonym, kept_at=now)
    session.add(kept)
    session.flush()
    rows = [bound_rows.digest_of(kept)]
    audit.record(session, Action.PERSON_KEPT, actor=actor, now=now, subject_id=subject_id, kind=reason, result=rule, rows=rows)


def _end(session: Session, subject_id: str, *, result: str, actor: Actor, now: datetime) -> None:
    standing = session.get(RetentionKeep, subject_id, populate_existing=True)
    if standing is None:
        return
    rows, reason = [bound_rows.digest_of(standing)], standing.reason
    session.delete(standing)
    session.flush()
    audit.record(session, Action.PERSON_KEEP_ENDED, actor=actor, now=now, subject_id=subject_id, kind=reason, result=result, rows=rows)


def keep_by_decision(session: Session, *, subject_ids: Sequence[str], until: date, actor: Actor, now: datetime) -> None:
    """Keep people as the answer to their request says: until that day, whatever else would end before or run on, and then they go."""
    for subject_id in subject_ids:
        keep(session, subject_id=subject_id, reason=KeepReason.DECIDED, until=until, rule=due.CLAIMS, actor=actor, now=now)
    due.refresh(session, subject_ids, zone=due.zone_of(session), now=now)


def end_decided(session: Session, *, subject_id: str, why: str, actor: Actor, now: datetime) -> None:
    """Let go of somebody whom a decision keeps: today is their last day, whatever else would keep them, and the next run forgets them."""
    today = now.astimezone(due.zone_of(session)).date()
    _end(session, subject_id, result=why, actor=actor, now=now)
    _begin(session, subject_id, KeepReason.DECIDED, today, rule=due.CLAIMS, actor=actor, now=now)
    due.refresh(session, [subject_id], zone=due.zone_of(session), now=now)


def find_unsound(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return of whom the newest entry does not say what keeps them, or that nothing does any more.

    An entry of an earlier version names no row; what it kept is believed.
    """
    rows = {each["subject_id"]: _digest(dict(each)) for each in session.execute(_ROWS, {"subject_ids": subject_ids}).mappings()}
    said: dict[str | None, str | None] = {}
    for entry in ledger.find_written_by(session, _ACTS, subject_ids=subject_ids):
        named = entry.hashes[-1] if entry.hashes else rows.get(entry.subject_id or "")
        said[entry.subject_id] = named if entry.action == Action.PERSON_KEPT else None
    return {each for each in subject_ids if rows.get(each) != said.get(each)}


def _digest(row: dict[str, object]) -> str:
    return bound_rows.digest(RetentionKeep.__tablename__, row)
