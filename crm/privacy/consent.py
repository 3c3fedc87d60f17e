"""Einwilligung: asked for, given, withdrawn; with the words that were agreed to as evidence.

Source: Art. 4(11), 6(1)(a), 7 DSGVO; § 7 UWG.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, exists, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from crm.actor import Actor
from crm.db import Compartment, among, new_id
from crm.models.consent import ConsentAct, ConsentEvent, ConsentWording
from crm.privacy import audit, bound_rows, indexing
from crm.privacy.actions import Action
from crm.privacy.errors import PrivacyError, WordingMissingError
from crm.privacy.purposes import Channel
from crm.vault import Padding, Place, Right, RightsEntry, Subject, SubjectState, Vault

__all__ = [
    "Consent",
    "ConsentAct",
    "ConsentNotGivenError",
    "count_evidence",
    "count_withdrawn",
    "find_evidence",
    "find_states",
    "give",
    "take_over_unproven",
    "withdraw",
]

# Built once, because every page about people asks it.
_EVENT = ConsentEvent.__table__.c
_EVENTS = (
    select(_EVENT.subject_id, _EVENT.purpose, _EVENT.channel, _EVENT.act, _EVENT.effective_at)
    .where(among(_EVENT.subject_id, "subject_ids"))
    .order_by(_EVENT.id)
)


class ConsentNotGivenError(PrivacyError):
    """There is no standing consent to withdraw."""

    article = "Art. 7(3)"
    message = "Zu diesem Zweck liegt keine Einwilligung vor, die widerrufen werden könnte."


@dataclass(frozen=True, slots=True)
class Consent:
    """What the latest act says about one consent."""

    act: ConsentAct
    since: datetime

    @property
    def permits(self) -> bool:
        return self.act is ConsentAct.GIVEN


def give(
    session: Session,
    *,
    subject_id: str,
    purpose: str,
    channel: Channel,
    wording: str,
    language: str,
    evidence: Mapping[str, str],
    given_at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    """Record a consent with its evidence.

    Args:
        wording: the exact text agreed to.
        evidence: how it was given (form, paper, double opt-in …); sealed as proof, because it must outlive the profile.

    Raises:
        WordingMissingError: the wording is empty.

    Source: Art. 7(1) DSGVO.
    """
    text = _keep_wording(session, purpose, wording, language, now)
    row = _row(subject_id, purpose, channel, ConsentAct.GIVEN, effective_at=given_at, now=now)
    sealed = _seal_evidence(session, subject_id, row["evidence_id"], evidence)
    rows = _append(session, [row | {"wording_id": text.id, "sealed_evidence": sealed}], now=now)
    audit.record(
        session,
        Action.CONSENT_GIVEN,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose,
        basis="6-1-a",
        kind=channel,
        sealed=[sealed],
        rows=[*rows, bound_rows.digest_of(text)],
    )


def _keep_wording(session: Session, purpose: str, wording: str, language: str, now: datetime) -> ConsentWording:
    if not wording.strip():
        raise WordingMissingError(field="wording")
    text = ConsentWording(purpose=purpose, language=language, text=wording.strip(), valid_from=now)
    session.add(text)
    session.flush()
    return text


def withdraw(session: Session, *, subject_id: str, purpose: str, channel: Channel, actor: Actor, now: datetime) -> None:
    """Withdraw the standing consent to `purpose` by `channel` (Widerruf der Einwilligung).

    Asks for no reason and checks nothing else, because withdrawing must be as easy as giving.

    Raises:
        ConsentNotGivenError: there is nothing to withdraw.

    Source: Art. 7(3) DSGVO.
    """
    state = find_states(session, [subject_id], now=now)[subject_id].get((purpose, channel))
    if state is None or state.act is ConsentAct.WITHDRAWN:
        raise ConsentNotGivenError
    # Into the journal of the key store first: a restored backup must not bring the consent back.
    Vault.of(session).note_rights([RightsEntry(right=Right.WITHDRAWAL, noted_at=now, subject_id=subject_id, purposes=(purpose,))])
    rows = _append(session, [_row(subject_id, purpose, channel, ConsentAct.WITHDRAWN, effective_at=now, now=now)], now=now)
    audit.record(session, Action.CONSENT_WITHDRAWN, actor=actor, now=now, subject_id=subject_id, purpose=purpose, kind=channel, rows=rows)


def take_over_unproven(
    session: Session, *, subject_ids: Sequence[str], purpose: str, channel: Channel, effective_at: datetime, actor: Actor, now: datetime
) -> None:
    """Keep consents that came from elsewhere without evidence; they permit nothing (unbelegt).

    Source: Art. 7(1) DSGVO: the controller must be able to demonstrate consent.
    """
    rows = [_row(each, purpose, channel, ConsentAct.UNPROVEN, effective_at=effective_at, now=now) for each in subject_ids]
    written = _append(session, rows, now=now)
    entries = [
        audit.Entry(action=Action.CONSENT_TAKEN_OVER, subject_id=each, purpose=purpose, kind=channel, result="unproven", rows=[row])
        for each, row in zip(subject_ids, written, strict=True)
    ]
    audit.record_all(session, entries, actor=actor, now=now)


def find_states(session: Session, subject_ids: Sequence[str], *, now: datetime) -> dict[str, dict[tuple[str, Channel], Consent]]:
    """Return what the latest acts say, per person, purpose and channel.

    A withdrawal counts whatever its time says: a clock that was set back must not revive a consent.
    """
    rows = session.execute(_EVENTS, {"subject_ids": subject_ids})
    states: dict[str, dict[tuple[str, Channel], Consent]] = defaultdict(dict)
    for subject_id, purpose, channel, act, effective_at in rows:
        if effective_at <= now or act == ConsentAct.WITHDRAWN:
            states[subject_id][purpose, Channel(channel)] = Consent(ConsentAct(act), effective_at)
    return states


def holds(subject_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Say whom a consent holds that was given and not withdrawn."""
    given, later = aliased(ConsentEvent), aliased(ConsentEvent)
    same = (later.subject_id == given.subject_id, later.purpose == given.purpose, later.channel == given.channel)
    return exists().where(given.subject_id == subject_id, given.act == ConsentAct.GIVEN, ~exists().where(*same, later.id > given.id))


def count_withdrawn(session: Session) -> dict[str, int]:
    """Return how often each person has withdrawn a consent; each act stands in the journal of the key store too."""
    withdrawn = select(ConsentEvent.subject_id, func.count()).where(ConsentEvent.act == ConsentAct.WITHDRAWN)
    return dict(session.execute(withdrawn.group_by(ConsentEvent.subject_id)).all())


def find_evidence(session: Session, subject_ids: Sequence[str]) -> list[tuple[Place, bytes]]:
    """Return the sealed evidence of these people's consents with its places."""
    columns = select(ConsentEvent.subject_id, ConsentEvent.evidence_id, cast(ConsentEvent.sealed_evidence, LargeBinary))
    rows = session.execute(columns.where(ConsentEvent.subject_id.in_(subject_ids), ConsentEvent.sealed_evidence.is_not(None)))
    return [(_evidence_place(subject_id, evidence_id), sealed) for subject_id, evidence_id, sealed in rows]


def count_evidence(session: Session) -> int:
    """Return how many pieces of sealed evidence there are of living people."""
    living = select(func.count(ConsentEvent.sealed_evidence)).join(Subject, Subject.id == ConsentEvent.subject_id)
    return session.scalar(living.where(Subject.state == SubjectState.LIVING)) or 0


def _evidence_place(subject_id: str, evidence_id: str) -> Place:
    return Place(subject_id, Compartment.PROOF, "consent_event", "sealed_evidence", evidence_id)


def _seal_evidence(session: Session, subject_id: str, evidence_id: str, evidence: Mapping[str, str]) -> bytes:
    vault = Vault.of(session)
    vault.begin_write(session, [subject_id])
    return vault.seal(
        session, _evidence_place(subject_id, evidence_id), json.dumps(dict(evidence), ensure_ascii=False).encode(), padding=Padding.TEXT
    )


def _row(subject_id: str, purpose: str, channel: Channel, act: ConsentAct, *, effective_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "subject_id": subject_id,
        "purpose": purpose,
        "channel": channel,
        "act": act,
        "effective_at": effective_at,
        "recorded_at": now,
        "wording_id": None,
        "evidence_id": new_id(),
        "sealed_evidence": None,
    }


def _append(session: Session, rows: Sequence[dict[str, Any]], *, now: datetime) -> list[str]:
    """Add events and return their digests, for the entries that name them."""
    if rows:
        session.execute(insert(ConsentEvent), rows)
        indexing.announce_changed(session, [row["subject_id"] for row in rows], now=now)
    return bound_rows.digests(ConsentEvent, rows)
