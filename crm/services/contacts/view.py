"""One contact in full view, with what may be done and until when it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.contact import Contact
from crm.models.field_groups import FieldGroup
from crm.models.lawfulness import NoticeEvent, ObjectionAct, ObjectionEvent
from crm.privacy import disclosure, due, lawfulness
from crm.privacy.disclosure import DisclosedPerson
from crm.privacy.due import Forgetting
from crm.privacy.lawfulness import PersonState, Standing
from crm.privacy.objection import Objection
from crm.privacy.purposes import Channel, Purpose, Purposes
from crm.services.companies.names import find_names
from crm.vault import ErasedError, Subject

CHANNELS = (Channel.EMAIL, Channel.PHONE, Channel.LETTER)  # all but fax, which no purpose uses

_LATEST_NOTICE = select(NoticeEvent).where(NoticeEvent.subject_id == bindparam("subject_id")).order_by(NoticeEvent.id.desc()).limit(1)
_OBJECTED = (
    select(ObjectionEvent.scope, ObjectionEvent.channel, ObjectionEvent.effective_at)
    .where(ObjectionEvent.subject_id == bindparam("subject_id"), ObjectionEvent.act == ObjectionAct.RAISED)
    .order_by(ObjectionEvent.id)
)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """Whether the person may be reached this way for the purpose at hand.

    Attributes:
        by: the purpose that permits it: the one at hand, or one that rests on consent.
        advertising_objected: the person wants no advertising this way; other matters may still be allowed (Art. 21(3)).
    """

    channel: Channel
    standing: Standing
    by: Purpose | None
    since: datetime | None
    advertising_objected: bool


@dataclass(frozen=True, slots=True)
class ContactView:
    """Everything the contact page shows."""

    person: DisclosedPerson
    contact: Contact
    company: str
    purpose: Purpose
    standings: tuple[tuple[Purpose, Standing], ...]
    channels: tuple[ChannelState, ...]
    forgetting: tuple[Forgetting, ...]
    notice: NoticeEvent | None
    objected_at: Mapping[Objection, datetime]


def open_contact(
    session: Session, *, subject_id: str, purpose: Purpose, purposes: Purposes, actor: Actor, now: datetime, zone: ZoneInfo
) -> ContactView:
    """Open one contact for the purpose; one entry.

    Raises:
        NotFoundError: no contact has this id.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.
    """
    contact = get_contact(session, subject_id=subject_id)
    person = disclosure.open_person(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    return ContactView(
        person=person,
        contact=contact,
        company=find_names(session, {contact.company_id}).get(contact.company_id, "") if contact.company_id else "",
        purpose=purpose,
        standings=tuple((each, lawfulness.standing(each, person.state, now=now)) for each in purposes if concerns(each, person.state)),
        channels=find_channels(purpose, purposes, person.state, actor=actor, now=now),
        forgetting=due.find_forgetting(session, [subject_id], zone=zone, now=now)[subject_id],
        notice=_latest_notice(session, subject_id),
        objected_at=_objected_at(session, subject_id),
    )


def open_fields(session: Session, *, subject_id: str, purpose: Purpose, actor: Actor, now: datetime) -> tuple[Mapping[str, str], Contact]:
    """Open the fields of one contact for a form that changes them; one entry.

    Raises: as `open_contact`.
    """
    contact = get_contact(session, subject_id=subject_id)
    # The form shows no notes and no origin, so it opens none, and the entry says so.
    shown = replace(purpose, groups=tuple(group for group in purpose.groups if group not in {FieldGroup.NOTES, FieldGroup.ORIGIN}))
    person = disclosure.open_person(session, subject_id=subject_id, purpose=shown, actor=actor, now=now)
    return person.fields, contact


def get_contact(session: Session, *, subject_id: str) -> Contact:
    """Return the pseudonymous row of a contact.

    Raises:
        NotFoundError: there never was one.
        ErasedError: the person was erased.
    """
    contact = session.get(Contact, subject_id)
    if contact is None:
        raise ErasedError if session.get(Subject, subject_id) else NotFoundError
    return contact


def concerns(purpose: Purpose, state: PersonState) -> bool:
    """Return whether the chip of a purpose says something: it has a ground, or needs a consent that may be asked for."""
    return purpose.needs_consent or purpose.code in state.grounds or Objection(purpose.code) in state.objections


def find_channels(purpose: Purpose, purposes: Purposes, state: PersonState, *, actor: Actor, now: datetime) -> tuple[ChannelState, ...]:
    """Return the channel matrix for the purpose; advertising may also use a channel that a consent opens.

    Source: § 7(2) UWG; Art. 21(3) DSGVO.
    """
    verdicts = {channel: _channel_verdict(purpose, purposes, channel, state, actor, now) for channel in CHANNELS}
    return tuple(
        ChannelState(
            channel=channel,
            standing=verdict,
            by=by,
            since=_since(by, channel, state),
            advertising_objected=state.objects_to_marketing(channel),
        )
        for channel, (verdict, by) in verdicts.items()
    )


def _channel_verdict(
    purpose: Purpose, purposes: Purposes, channel: Channel, state: PersonState, actor: Actor, now: datetime
) -> tuple[Standing, Purpose | None]:
    verdict = lawfulness.channel_standing(purpose, channel, state, now=now)
    if verdict is not Standing.MISSING or not purpose.direct_marketing:
        return verdict, purpose if verdict is Standing.ALLOWED else None
    if state.objects_to_marketing(channel):
        return Standing.OBJECTED, None
    for each in purposes.of_role(actor.role):
        if each.needs_consent and lawfulness.channel_standing(each, channel, state, now=now) is Standing.ALLOWED:
            return Standing.ALLOWED, each
    return verdict, None


def _since(by: Purpose | None, channel: Channel, state: PersonState) -> datetime | None:
    if by is None:
        return None
    consent = state.consented(by, channel)
    if consent:
        return consent.since
    ground = state.grounds.get(by.code)
    return ground.since if ground else None


def _latest_notice(session: Session, subject_id: str) -> NoticeEvent | None:
    return session.scalars(_LATEST_NOTICE, {"subject_id": subject_id}).first()


def find_allowing(session: Session, *, subject_id: str, purposes: Purposes, actor: Actor, now: datetime) -> list[Purpose]:
    """Return the purposes of the actor's role that may use this person's data; the way out of a refusal.

    Raises:
        NotFoundError: no contact has this id.
    """
    get_contact(session, subject_id=subject_id)
    state = lawfulness.find_states(session, [subject_id], now=now)[subject_id]
    return [each for each in purposes.of_role(actor.role) if lawfulness.standing(each, state, now=now) is Standing.ALLOWED]


def _objected_at(session: Session, subject_id: str) -> dict[Objection, datetime]:
    """Return since when each objection stands; the state says which do."""
    rows = session.execute(_OBJECTED, {"subject_id": subject_id})
    return {Objection(scope, Channel(channel) if channel else None): at for scope, channel, at in rows}
