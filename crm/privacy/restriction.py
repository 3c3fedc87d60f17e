"""Einschränkung der Verarbeitung: data that are kept but used for nothing else.

Source: Art. 18, 4(3) DSGVO.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from crm.actor import Actor
from crm.db import among, insert_rows
from crm.models.lawfulness import RestrictionAct, RestrictionEvent, ToldBy
from crm.privacy import audit, bound_rows, indexing
from crm.privacy.actions import Action
from crm.privacy.errors import PrivacyError
from crm.vault import Right, RightsEntry, Vault

# Built once, because every page about people asks it.
_EVENT = RestrictionEvent.__table__.c
_EVENTS = select(_EVENT.subject_id, _EVENT.reason, _EVENT.act).where(among(_EVENT.subject_id, "subject_ids")).order_by(_EVENT.id)


class RestrictionReason(StrEnum):
    """Why processing is restricted: the cases of Art. 18(1), time that is up, and an erasure that is asked for."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL = "unlawful"
    LEGAL_CLAIMS = "legal_claims"
    OBJECTION_PENDING = "objection_pending"
    TIME_UP = "time_up"
    ERASURE_PENDING = "erasure_pending"
    KEPT = "kept"  # erasure was asked for, and what is kept for claims or a duty is used for nothing else (Art. 17(3))


# What a person has obtained under Art. 18(1): whoever wants data kept, or needs them, does not lose them to a period.
OBTAINED: Final = frozenset(
    {
        RestrictionReason.ACCURACY_CONTESTED,
        RestrictionReason.UNLAWFUL,
        RestrictionReason.LEGAL_CLAIMS,
        RestrictionReason.OBJECTION_PENDING,
    }
)


class NotToldError(PrivacyError):
    """A restriction was to be lifted before the person knows."""

    article = "Art. 18(3)"
    message = "Die Person muss vorher erfahren, dass die Einschränkung endet. Geben Sie an, wann und wie Sie es ihr gesagt haben."


def impose(session: Session, *, subject_ids: Sequence[str], reason: RestrictionReason, actor: Actor, now: datetime) -> None:
    """Restrict the processing of these people's data, at once and everywhere (Art. 18(1))."""
    if not subject_ids:
        return
    rows = _append(session, subject_ids, RestrictionAct.IMPOSED, reason, now)
    entries = [
        audit.Entry(action=Action.RESTRICTION_IMPOSED, subject_id=each, result=reason, rows=[row])
        for each, row in zip(subject_ids, rows, strict=True)
    ]
    audit.record_all(session, entries, actor=actor, now=now)


def lift(
    session: Session,
    *,
    subject_ids: Sequence[str],
    reason: RestrictionReason,
    told_at: datetime,
    told_by: ToldBy,
    actor: Actor,
    now: datetime,
) -> Sequence[str]:
    """End the restriction for this reason, of which the people were told before; return whose ended.

    Restrictions for other reasons stand. Again is the same as once.

    Args:
        told_at: when the people learned of it; never after `now`.

    Raises:
        NotToldError: they have not been told yet.

    Source: Art. 18(3) DSGVO.
    """
    if told_at > now:
        raise NotToldError
    return _end(session, subject_ids, reason, kind=told_by, actor=actor, now=now)


def take_back(session: Session, *, subject_ids: Sequence[str], reason: RestrictionReason, actor: Actor, now: datetime) -> Sequence[str]:
    """End a restriction that was imposed on the wrong people, who asked for nothing and so obtained none; return whose ended."""
    return _end(session, subject_ids, reason, kind="mistaken", actor=actor, now=now)


def end_time_up(session: Session, *, subject_ids: Sequence[str], actor: Actor, now: datetime) -> Sequence[str]:
    """End the restriction of people whose time was up before an import, now that there is a ground to keep them; return whose ended.

    They asked for nothing: the notice before the end is owed to whoever has obtained the restriction under Art. 18(1),
    and other reasons, which may be theirs, stand.

    Source: Art. 5(1)(e), 18(3) DSGVO.
    """
    return _end(session, subject_ids, RestrictionReason.TIME_UP, kind="kept", actor=actor, now=now)


def _end(
    session: Session, subject_ids: Sequence[str], reason: RestrictionReason, *, kind: str, actor: Actor, now: datetime
) -> Sequence[str]:
    standing = find_reasons(session, subject_ids)
    ended = [each for each in subject_ids if reason in standing.get(each, ())]
    if ended:
        rows = _append(session, ended, RestrictionAct.LIFTED, reason, now)
        entries = [
            audit.Entry(action=Action.RESTRICTION_LIFTED, subject_id=each, kind=kind, result=reason, rows=[row])
            for each, row in zip(ended, rows, strict=True)
        ]
        audit.record_all(session, entries, actor=actor, now=now)
    return ended


_RIGHTS = {RestrictionAct.IMPOSED: Right.RESTRICTION, RestrictionAct.LIFTED: Right.RESTRICTION_LIFTED}


def _append(session: Session, subject_ids: Sequence[str], act: RestrictionAct, reason: RestrictionReason, now: datetime) -> list[str]:
    """Enter acts and return the digests of their rows; first in the journal of the key store, so that no restored backup undoes them."""
    noted = [RightsEntry(right=_RIGHTS[act], noted_at=now, subject_id=each, purposes=(reason,)) for each in subject_ids]
    Vault.of(session).note_rights(noted)
    rows = [{"subject_id": each, "act": act, "reason": reason, "effective_at": now, "recorded_at": now} for each in subject_ids]
    insert_rows(session.connection(), RestrictionEvent, rows)
    indexing.announce_changed(session, subject_ids, now=now)
    return bound_rows.digests(RestrictionEvent, rows)


def find_restricted(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return those of the people whose data are restricted, for whatever reason."""
    return set(find_reasons(session, subject_ids))


def find_reasons(session: Session, subject_ids: Sequence[str]) -> dict[str, tuple[RestrictionReason, ...]]:
    """Return why the data of these people are restricted; who is not is absent.

    Each reason stands for itself, and its latest act counts whatever its time says: a clock that was set back must
    not free anybody.
    """
    rows = session.execute(_EVENTS, {"subject_ids": subject_ids})
    standing: dict[str, dict[RestrictionReason, None]] = defaultdict(dict)
    for subject_id, reason, act in rows:
        if act == RestrictionAct.IMPOSED:
            standing[subject_id][RestrictionReason(reason)] = None
        else:
            standing[subject_id].pop(RestrictionReason(reason), None)
    return {subject_id: tuple(reasons) for subject_id, reasons in standing.items() if reasons}


def is_obtained_by(
    subject_id: ColumnElement[str] | InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
) -> ColumnElement[bool]:
    """Return the condition that a person has obtained a restriction under Art. 18(1) that still stands."""
    imposed, later = aliased(RestrictionEvent), aliased(RestrictionEvent)
    undone = exists().where(later.subject_id == imposed.subject_id, later.reason == imposed.reason, later.id > imposed.id)
    standing = (imposed.act == RestrictionAct.IMPOSED, imposed.reason.in_(OBTAINED), ~undone)
    return exists().where(imposed.subject_id == subject_id, *standing)


def find_start(session: Session, *, subject_id: str, reason: RestrictionReason) -> datetime | None:
    """Return when the data of a person were last restricted for this reason, or None."""
    mine = (RestrictionEvent.subject_id == subject_id, RestrictionEvent.reason == reason, RestrictionEvent.act == RestrictionAct.IMPOSED)
    return session.scalar(select(RestrictionEvent.effective_at).where(*mine).order_by(RestrictionEvent.id.desc()).limit(1))


def count_acts(session: Session, *, act: RestrictionAct) -> dict[str, int]:
    """Return how often each person's data were restricted, or released; each act stands in the journal of the key store too."""
    these = select(RestrictionEvent.subject_id, func.count()).where(RestrictionEvent.act == act)
    return dict(session.execute(these.group_by(RestrictionEvent.subject_id)).all())
