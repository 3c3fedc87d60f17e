"""Rechtmäßigkeit: may this purpose use this person's data, and by which way may they be reached?

Source: Art. 5(1)(a), 6(1), 18(2), 21(3) DSGVO; § 7 UWG.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import among, insert_rows
from crm.models.lawfulness import GroundAct, GroundEvent
from crm.privacy import audit, bound_rows, consent, due, indexing, restriction
from crm.privacy.actions import Action
from crm.privacy.consent import Consent
from crm.privacy.errors import (
    NoLawfulBasisError,
    ObjectedError,
    PrivacyError,
    RestrictedError,
)
from crm.privacy.objection import DIRECT_MARKETING, Objection, find_objections
from crm.privacy.purposes import Channel, Purpose, Purposes
from crm.vault import ErasedError, Subject, SubjectState

# Built once and of tables, not classes: every page about people asks these, and building cost as much as asking.
_SUBJECT, _GROUND = Subject.__table__.c, GroundEvent.__table__.c
_LIVING = select(_SUBJECT.id, _SUBJECT.state).where(among(_SUBJECT.id, "subject_ids"))
_GROUNDS = (
    select(_GROUND.subject_id, _GROUND.purpose, _GROUND.act, _GROUND.basis, _GROUND.effective_at, _GROUND.recorded_at)
    .where(among(_GROUND.subject_id, "subject_ids"))
    .order_by(_GROUND.id)
)


class Standing(StrEnum):
    """How a person stands to a purpose or a channel of it."""

    ALLOWED = "allowed"
    MISSING = "missing"
    OBJECTED = "objected"
    RESTRICTED = "restricted"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Ground:
    """A legal ground with its time (Rechtsgrundlage); `until` is None while nobody set an end."""

    basis: str
    since: datetime
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class PersonState:
    """Everything that decides about a person's data at one moment."""

    subject_id: str
    living: bool = True
    restricted: bool = False
    grounds: Mapping[str, Ground] = field(default_factory=dict)
    objections: frozenset[Objection] = frozenset()
    consents: Mapping[tuple[str, Channel], Consent] = field(default_factory=dict)

    def objects_to_marketing(self, channel: Channel) -> bool:
        return bool(self.objections & {Objection(DIRECT_MARKETING), Objection(DIRECT_MARKETING, channel)})

    def consented(self, purpose: Purpose, channel: Channel) -> Consent | None:
        """Return the consent that permits this purpose by this channel, if one does."""
        given = self.consents.get((purpose.code, channel))
        return given if given and given.permits else None


def standing(purpose: Purpose, state: PersonState, *, now: datetime) -> Standing:
    """Return how the person stands to the purpose at `now`.

    Order matters: restriction and objection come before the ground, because they win over every ground.
    """
    if not state.living:
        return Standing.ERASED
    if state.restricted and not purpose.survives_restriction:
        return Standing.RESTRICTED
    if _objected(purpose, state):
        return Standing.OBJECTED
    if purpose.needs_consent:
        consented = [each for each in purpose.channels if state.consented(purpose, each)]
        return Standing.ALLOWED if any(not state.objects_to_marketing(each) for each in consented) else Standing.MISSING
    ground = state.grounds.get(purpose.code)
    return Standing.ALLOWED if ground and ground.holds(now) else Standing.MISSING


def channel_standing(purpose: Purpose, channel: Channel, state: PersonState, *, now: datetime) -> Standing:
    """Return whether the person may be reached by `channel` for the purpose (UWG matrix)."""
    overall = standing(purpose, state, now=now)
    if overall is not Standing.ALLOWED:
        return overall
    if purpose.direct_marketing and state.objects_to_marketing(channel):
        return Standing.OBJECTED
    if channel not in purpose.channels:
        return Standing.MISSING
    if purpose.needs_consent and not state.consented(purpose, channel):
        return Standing.MISSING
    return Standing.ALLOWED


def _objected(purpose: Purpose, state: PersonState) -> bool:
    if not state.objections:
        return False  # as most people; a list asks this hundreds of times
    return Objection(purpose.code) in state.objections or _all_channels_objected(purpose, state)


def _all_channels_objected(purpose: Purpose, state: PersonState) -> bool:
    if not purpose.direct_marketing:
        return False
    return Objection(DIRECT_MARKETING) in state.objections or (
        bool(purpose.channels) and all(state.objects_to_marketing(channel) for channel in purpose.channels)
    )


def require(purpose: Purpose, state: PersonState, *, now: datetime) -> None:
    """Refuse when the purpose may not use this person's data.

    Raises:
        ErasedError, RestrictedError, ObjectedError, NoLawfulBasisError: what stands against it.
    """
    verdict = standing(purpose, state, now=now)
    refusal: dict[Standing, type[PrivacyError | ErasedError]] = {
        Standing.ERASED: ErasedError,
        Standing.RESTRICTED: RestrictedError,
        Standing.OBJECTED: ObjectedError,
        Standing.MISSING: NoLawfulBasisError,
    }
    if verdict is not Standing.ALLOWED:
        raise refusal[verdict]


def allowed_bits(purposes: Purposes, state: PersonState, *, now: datetime) -> int:
    """Return the bit set of the purposes that may use this person's data now, for the search index."""
    return sum(1 << each.bit for each in purposes if standing(each, state, now=now) is Standing.ALLOWED)


def find_states(session: Session, subject_ids: Sequence[str], *, now: datetime) -> dict[str, PersonState]:
    """Return the state of each of these people; ids that were never given are absent."""
    if not subject_ids:
        return {}
    living = session.execute(_LIVING, {"subject_ids": subject_ids}).all()
    grounds = find_grounds(session, subject_ids, now=now)
    objections = find_objections(session, subject_ids)
    consents = consent.find_states(session, subject_ids, now=now)
    restricted = restriction.find_restricted(session, subject_ids)
    return {
        subject_id: PersonState(
            subject_id=subject_id,
            living=state == SubjectState.LIVING,
            restricted=subject_id in restricted,
            grounds=grounds.get(subject_id, {}),
            objections=objections.get(subject_id, frozenset()),
            consents=consents.get(subject_id, {}),
        )
        for subject_id, state in living
    }


def find_grounds(session: Session, subject_ids: Sequence[str], *, now: datetime) -> dict[str, dict[str, Ground]]:
    """Return the grounds per person and purpose.

    An end that was set for the moment of its recording counts even when the clock is set back later.
    """
    rows = session.execute(_GROUNDS, {"subject_ids": subject_ids})
    found: dict[str, dict[str, Ground]] = defaultdict(dict)
    for subject_id, purpose, act, basis, effective_at, recorded_at in rows:
        if act == GroundAct.STARTED:
            found[subject_id][purpose] = Ground(basis, effective_at, None)
        elif purpose in found[subject_id] and effective_at <= recorded_at:
            del found[subject_id][purpose]
        elif ground := found[subject_id].get(purpose):
            found[subject_id][purpose] = Ground(ground.basis, ground.since, effective_at)
    return {
        subject_id: {code: each for code, each in by.items() if each.until is None or now < each.until} for subject_id, by in found.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGround:
    """A ground that begins for a person and a purpose."""

    subject_id: str
    purpose: Purpose
    since: datetime


def start_grounds(session: Session, grounds: Sequence[NewGround], *, now: datetime) -> list[str]:
    """Let grounds begin and return the digests of their rows, in order.

    The caller enters the act of which this is a part, with the digests, because collecting is one act; and moves the due day.
    """
    rows = [
        {
            "subject_id": ground.subject_id,
            "purpose": ground.purpose.code,
            "basis": ground.purpose.basis,
            "act": GroundAct.STARTED,
            "effective_at": ground.since,
            "recorded_at": now,
        }
        for ground in grounds
    ]
    insert_rows(session.connection(), GroundEvent, rows)
    return bound_rows.digests(GroundEvent, rows)


def end_ground(session: Session, *, subject_id: str, purpose: Purpose, ends_at: datetime, actor: Actor, now: datetime) -> None:
    """Let the ground of a purpose end, now or at a later moment.

    Raises:
        NoLawfulBasisError: there is none.
    """
    ground = find_grounds(session, [subject_id], now=now).get(subject_id, {}).get(purpose.code)
    if ground is None:
        raise NoLawfulBasisError
    ended = GroundEvent(
        subject_id=subject_id,
        purpose=purpose.code,
        basis=ground.basis,
        act=GroundAct.ENDED,
        effective_at=ends_at,
        recorded_at=now,
    )
    session.add(ended)
    session.flush()
    audit.record(
        session,
        Action.GROUND_ENDED,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=ground.basis,
        rows=[bound_rows.digest_of(ended)],
    )
    due.refresh(session, [subject_id], zone=due.zone_of(session), now=now)
    indexing.announce_changed(session, [subject_id], now=now)
