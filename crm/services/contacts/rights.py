"""What staff enter when a person exercises a right: consent, withdrawal; `advertising` has the objections.

No act opens a field: whoever is told "no more advertising" must be able to enter it even when the purpose at hand
shows nothing of the person. Each act can be entered twice without harm.

Source: Art. 7, 21(2), (3) DSGVO.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.field_groups import FieldGroup
from crm.privacy import consent, disclosure, due, lawfulness
from crm.privacy.consent import ConsentAct
from crm.privacy.disclosure import DisclosedPerson
from crm.privacy.errors import PrivacyError
from crm.privacy.lawfulness import PersonState, Standing
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel, Purpose, Purposes
from crm.readable import require_readable
from crm.services.contacts.fields import LONGEST
from crm.services.contacts.view import CHANNELS, get_contact
from crm.vault import ErasedError

LONGEST_WORDING = 4_000  # characters
_CLOCKS_DIFFER = timedelta(minutes=5)


class NoConsentPurposeError(InvalidInputError):
    """The purpose does not rest on consent, or not for this channel."""

    message = "Dieser Zweck beruht nicht auf einer Einwilligung für diesen Weg. Wählen Sie einen anderen."


class EvidenceMissingError(InvalidInputError):
    """Nobody says how the consent was given (Art. 7(1))."""

    message = "Bitte geben Sie an, wie eingewilligt wurde und wo der Beleg liegt, zum Beispiel „Formular auf Papier, Ordner 12“."


class EvidenceTooLongError(InvalidInputError):
    """More text than evidence needs."""

    message = "Das ist länger als %(longest)s Zeichen. Kürzen Sie es."


class FutureConsentError(InvalidInputError):
    """A consent that was given tomorrow."""

    message = "Dieser Tag liegt in der Zukunft. Geben Sie den Tag an, an dem eingewilligt wurde."


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingConsent:
    """A consent that can be given or withdrawn, as it stands."""

    purpose: Purpose
    channel: Channel
    act: ConsentAct | None
    since: datetime | None

    @property
    def can_be_withdrawn(self) -> bool:
        return self.act not in (None, ConsentAct.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the person has objected to and consented to; while their data are restricted, no consent permits anything."""

    state: PersonState
    objected_to_all: bool
    objected_channels: frozenset[Channel]
    consents: tuple[StandingConsent, ...]


def find_rights(session: Session, *, subject_id: str, purposes: Purposes, now: datetime) -> Rights:
    """Return objections and consents of one person, for the form; no field is opened.

    Raises:
        NotFoundError: no contact has this id.
    """
    get_contact(session, subject_id=subject_id)
    state = lawfulness.find_states(session, [subject_id], now=now)[subject_id]
    consents = [
        StandingConsent(purpose=purpose, channel=channel, act=given.act if given else None, since=given.since if given else None)
        for purpose in purposes
        if purpose.needs_consent
        for channel in purpose.channels
        for given in [state.consents.get((purpose.code, channel))]
    ]
    return Rights(
        state=state,
        objected_to_all=Objection(DIRECT_MARKETING) in state.objections,
        objected_channels=frozenset(each for each in CHANNELS if Objection(DIRECT_MARKETING, each) in state.objections),
        consents=tuple(consents),
    )


def find_name(session: Session, *, subject_id: str, purpose: Purpose, actor: Actor, now: datetime) -> DisclosedPerson | None:
    """Open whose rights these are, with an entry; None, and nothing is opened, where the purpose does not show them."""
    name = {FieldGroup.IDENTITY}
    try:
        return disclosure.open_person(session, subject_id=subject_id, groups=name, purpose=purpose, actor=actor, now=now)
    except (PrivacyError, ErasedError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """A consent as somebody tells of it.

    Attributes:
        wording: the exact text agreed to.
        evidence: how it was given and where the proof is.
    """

    purpose: Purpose
    channel: Channel
    wording: str
    language: str
    evidence: str
    given_at: datetime


def record_consent(session: Session, *, subject_id: str, given: NewConsent, actor: Actor, now: datetime) -> Standing:
    """Record a consent with its words and evidence; return what it permits now.

    An objection wins over every consent, and so does a restriction: what is recorded permits nothing while one stands.

    Raises:
        NoConsentPurposeError, WordingMissingError, EvidenceMissingError, EvidenceTooLongError, TurnedTextError, FutureConsentError:
            what was entered is no evidence of a consent.
        NotFoundError: no contact has this id.

    Source: Art. 7(1) DSGVO.
    """
    get_contact(session, subject_id=subject_id)
    _require_evidence(given, now)
    state = consent.find_states(session, [subject_id], now=now).get(subject_id, {}).get((given.purpose.code, given.channel))
    if state and state.permits and state.since == given.given_at:
        return _standing(session, subject_id, given, now)  # the same form, sent twice
    consent.give(
        session,
        subject_id=subject_id,
        purpose=given.purpose.code,
        channel=given.channel,
        wording=given.wording,
        language=given.language,
        evidence={"how": given.evidence.strip(), "recorded_by": "staff"},
        given_at=min(given.given_at, now),
        actor=actor,
        now=now,
    )
    due.refresh(session, [subject_id], zone=due.zone_of(session), now=now)
    return _standing(session, subject_id, given, now)


def _standing(session: Session, subject_id: str, given: NewConsent, now: datetime) -> Standing:
    state = lawfulness.find_states(session, [subject_id], now=now)[subject_id]
    return lawfulness.channel_standing(given.purpose, given.channel, state, now=now)


def _require_evidence(given: NewConsent, now: datetime) -> None:
    if not given.purpose.needs_consent or given.channel not in given.purpose.channels:
        raise NoConsentPurposeError(field="permission")
    require_readable(given.wording, field="wording")
    require_readable(given.evidence, field="evidence")
    if len(given.wording) > LONGEST_WORDING:
        raise EvidenceTooLongError(field="wording", longest=LONGEST_WORDING)
    if not given.evidence.strip():
        raise EvidenceMissingError(field="evidence")
    if len(given.evidence) > LONGEST:
        raise EvidenceTooLongError(field="evidence", longest=LONGEST)
    if given.given_at > now + _CLOCKS_DIFFER:
        raise FutureConsentError(field="given_on")


def withdraw_consent(session: Session, *, subject_id: str, purpose: Purpose, channel: Channel, actor: Actor, now: datetime) -> None:
    """Enter that the person withdraws a consent; asks for no reason, and again is the same as once.

    Source: Art. 7(3) DSGVO.
    """
    get_contact(session, subject_id=subject_id)
    state = consent.find_states(session, [subject_id], now=now).get(subject_id, {}).get((purpose.code, channel))
    if state and state.act is ConsentAct.WITHDRAWN:
        return
    consent.withdraw(session, subject_id=subject_id, purpose=purpose.code, channel=channel, actor=actor, now=now)
    due.refresh(session, [subject_id], zone=due.zone_of(session), now=now)


def permissions(purposes: Purposes) -> Sequence[tuple[Purpose, Channel]]:
    """Return what can be consented to."""
    return [(purpose, channel) for purpose in purposes if purpose.needs_consent for channel in purpose.channels]
