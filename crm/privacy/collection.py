"""The door in (Datensparsamkeit): a field needs a purpose, a person an origin, a notice, and no suppression.

Source: Art. 5(1)(b),(c), 6(1), 13, 14, 21(3), 25 DSGVO.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import insert
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Base, Compartment, new_id
from crm.models.contact import SEALED_COLUMN, Contact, Lookup, SourceRecord
from crm.models.field_groups import GROUP_OF, FieldGroup
from crm.models.lawfulness import NoticeEvent
from crm.privacy import audit, indexing, lawfulness, objection, sealing, suppression
from crm.privacy.actions import Action
from crm.privacy.errors import FieldWithoutPurposeError, OriginMissingError
from crm.privacy.lawfulness import NewGround
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel, Purpose
from crm.search.exact import exact_email, exact_phone
from crm.vault import Vault

_COMPARTMENTS = (Compartment.PROFILE, Compartment.PROOF)
NOTICE_WITHIN = timedelta(days=30)  # Art. 14(3)(a): at the latest within one month


class Notice(StrEnum):
    """What the person knows about the processing."""

    GIVEN = "given"  # told at collection (Art. 13)
    DUE = "due"  # collected from elsewhere: has to be told within a month (Art. 14(3))
    EARLIER = "earlier"  # told when the controller's previous system collected the data


class Refusal(StrEnum):
    """Why a person is not taken in."""

    SUPPRESSED = "suppressed"
    ERASED_BEFORE = "erased_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKey:
    """The record of another system that a person comes from."""

    system: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """One person to be taken in.

    Attributes:
        origin: where the data came from, in words (Art. 14(2)(f)).
        collected_at: when the data were first collected; from the source when they come from another system.
        last_contact_at: last contact in substance; starts the period of RET-01.
    """

    fields: Mapping[str, str]
    purposes: Sequence[Purpose]
    origin: str
    notice: Notice
    collected_at: datetime
    last_contact_at: datetime
    company_id: str | None = None
    owner_id: str | None = None
    segment: str | None = None
    source: SourceKey | None = None
    objections: Sequence[Objection] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one person: an id, or the reason why not."""

    subject_id: str | None
    refused: Refusal | None = None
    marketing_blocked: bool = False


def allowed_groups(purposes: Collection[Purpose]) -> frozenset[FieldGroup]:
    """Return the groups that these purposes need; birth dates only where a purpose lists them."""
    return frozenset(group for purpose in purposes for group in purpose.groups)


def keep_allowed(fields: Mapping[str, str], groups: Collection[FieldGroup]) -> dict[str, str]:
    """Return the fields that belong to these groups; the others are dropped and never stored."""
    return {name: value for name, value in fields.items() if name in GROUP_OF and GROUP_OF[name] in groups}


def collect(session: Session, *, person: NewPerson, actor: Actor, now: datetime) -> Collected:
    """Take in one person.

    Raises:
        OriginMissingError: nobody says where the data came from.
        FieldWithoutPurposeError: a filled field belongs to no group that the purposes need.
    """
    return collect_many(session, people=[person], actor=actor, now=now)[0]


def collect_many(session: Session, *, people: Sequence[NewPerson], actor: Actor, now: datetime) -> list[Collected]:
    """Take in many people in one unit of work, with keys, look-ups, grounds, notices, feed and an entry each.

    Raises: as `collect`; then nothing was taken in.
    """
    arrivals = [_require_collectable(person) for person in people]
    outcomes = _screen(session, arrivals)
    accepted = [(outcome.subject_id, each) for outcome, each in zip(outcomes, arrivals, strict=True) if outcome.subject_id is not None]
    if accepted:
        _write(session, accepted, actor=actor, now=now)
        _block_marketing(session, outcomes, people, actor=actor, now=now)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A person at the door, with the filled fields by group and the addresses in the form that is looked up."""

    person: NewPerson
    groups: Mapping[FieldGroup, Mapping[str, str]]
    addresses: Sequence[tuple[Channel, str, str]]


def _require_collectable(person: NewPerson) -> _Arrival:
    if not person.origin.strip():
        raise OriginMissingError(field="origin")
    allowed = allowed_groups(person.purposes)
    groups = sealing.group_fields(person.fields)
    for group, fields in groups.items():
        if group not in allowed:
            raise FieldWithoutPurposeError(field=next(iter(fields)), purpose=person.purposes[0].title["de"])
    return _Arrival(person, groups, normal_addresses(person.fields))


def _screen(session: Session, arrivals: Sequence[_Arrival]) -> list[Collected]:
    """Decide who may come in: not who was erased under the same record, nor a suppressed address for advertising alone."""
    erased = _find_erased(session, [each.person for each in arrivals])
    suppressed = _find_suppressed(session, arrivals)
    outcomes = []
    for each in arrivals:
        blocked = any((channel, address) in suppressed for channel, _, address in each.addresses)
        if each.person.source in erased:
            outcomes.append(Collected(None, Refusal.ERASED_BEFORE))
        elif blocked and all(purpose.direct_marketing for purpose in each.person.purposes):
            outcomes.append(Collected(None, Refusal.SUPPRESSED))
        else:
            outcomes.append(Collected(new_id(), marketing_blocked=blocked))
    return outcomes


def _find_erased(session: Session, people: Sequence[NewPerson]) -> set[SourceKey | None]:
    vault = Vault.of(session)
    by_tag = {vault.source_tag(person.source.system, person.source.record_id): person.source for person in people if person.source}
    return {by_tag[tag] for tag in vault.find_tombstones(list(by_tag))} if by_tag else set()


def _find_suppressed(session: Session, arrivals: Sequence[_Arrival]) -> set[tuple[str, str]]:
    by_channel: dict[str, list[str]] = {}
    for each in arrivals:
        for channel, _, address in each.addresses:
            by_channel.setdefault(channel, []).append(address)
    return suppression.find_suppressed(session, by_channel)


def normal_addresses(fields: Mapping[str, str]) -> list[tuple[Channel, str, str]]:
    """Return (channel, field, normalised address) of the e-mail addresses and phone numbers among the fields."""
    found = []
    for name, channel in (("email", Channel.EMAIL), ("phone", Channel.PHONE), ("mobile", Channel.PHONE)):
        if value := fields.get(name):
            address = exact_email(value) if channel is Channel.EMAIL else exact_phone(value)
            if address:
                found.append((channel, name, address))
    return found


def _write(
    session: Session,
    accepted: Sequence[tuple[str, _Arrival]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    subject_ids = [subject_id for subject_id, _ in accepted]
    people = [(subject_id, arrival.person) for subject_id, arrival in accepted]
    Vault.of(session).create(session, subject_ids, compartments=_COMPARTMENTS, now=now)
    contacts: list[dict[str, object]] = []
    entries: list[audit.Entry] = []
    for subject_id, arrival in accepted:
        sealed = sealing.seal_groups(session, subject_id, arrival.groups)
        contacts.append(_contact_row(subject_id, arrival.person, sealed, now))
        entries += _entries(subject_id, arrival.person, sealed)
    _insert(session, Contact, contacts)
    _write_lookups(session, accepted)
    _write_sources(session, people)
    _write_notices(session, people, now)
    lawfulness.start_grounds(
        session,
        [
            NewGround(subject_id=subject_id, purpose=purpose, since=person.collected_at, origin=person.origin)
            for subject_id, person in people
            for purpose in person.purposes
            if not purpose.needs_consent
        ],
        now=now,
    )
    audit.record_all(session, entries, actor=actor, now=now)
    indexing.announce_changed(session, subject_ids, now=now)


def _insert(session: Session, model: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Write many rows past the ORM, which would make an object of each."""
    session.connection().execute(insert(model), rows)


def _entries(subject_id: str, person: NewPerson, sealed: Mapping[FieldGroup, bytes]) -> list[audit.Entry]:
    """One entry for the collection under its main purpose, and one for each further ground that begins with it."""
    main, *further = person.purposes
    collected = audit.Entry(
        action=Action.PERSON_COLLECTED,
        subject_id=subject_id,
        purpose=main.code,
        basis=main.basis,
        groups=tuple(sealed),
        sealed=tuple(sealed.values()),
    )
    return [
        collected,
        *(audit.Entry(action=Action.GROUND_STARTED, subject_id=subject_id, purpose=each.code, basis=each.basis) for each in further),
    ]


def _contact_row(subject_id: str, person: NewPerson, sealed: Mapping[FieldGroup, bytes], now: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        "subject_id": subject_id,
        "company_id": person.company_id,
        "owner_id": person.owner_id,
        "segment": person.segment,
        "origin": person.origin,
        "collected_at": person.collected_at,
        "last_contact_at": person.last_contact_at,
        "changed_at": now,
        "version": 1,
    }
    return row | {column: sealed.get(group) for group, column in SEALED_COLUMN.items()}


def _write_lookups(session: Session, accepted: Sequence[tuple[str, _Arrival]]) -> None:
    vault = Vault.of(session)
    rows = {
        (subject_id, channel, tag): {"subject_id": subject_id, "field": channel, "tag": tag}
        for subject_id, arrival in accepted
        for channel, _, address in arrival.addresses
        for tag in [vault.lookup_tag(channel, address)]
    }
    if rows:
        _insert(session, Lookup, list(rows.values()))


def _write_sources(session: Session, people: Sequence[tuple[str, NewPerson]]) -> None:
    rows = [
        {"system": person.source.system, "record_id": person.source.record_id, "subject_id": subject_id, "company_id": None}
        for subject_id, person in people
        if person.source
    ]
    if rows:
        _insert(session, SourceRecord, rows)


def _write_notices(session: Session, people: Sequence[tuple[str, NewPerson]], now: datetime) -> None:
    rows = [
        {
            "subject_id": subject_id,
            "act": person.notice,
            "article": "14" if person.notice is Notice.DUE else "13",
            "version": "1",
            "due_at": now + NOTICE_WITHIN if person.notice is Notice.DUE else None,
            "effective_at": person.collected_at if person.notice is Notice.EARLIER else now,
            "recorded_at": now,
        }
        for subject_id, person in people
    ]
    _insert(session, NoticeEvent, rows)


def _block_marketing(session: Session, outcomes: Sequence[Collected], people: Sequence[NewPerson], *, actor: Actor, now: datetime) -> None:
    """Carry over objections: those the source told of, and those the suppression list remembers."""
    told = [
        (outcome.subject_id, each)
        for outcome, person in zip(outcomes, people, strict=True)
        if outcome.subject_id
        for each in person.objections
    ]
    remembered = [
        (outcome.subject_id, Objection(DIRECT_MARKETING)) for outcome in outcomes if outcome.subject_id and outcome.marketing_blocked
    ]
    objection.raise_many(session, told, origin="Vorsystem", actor=actor, now=now)
    objection.raise_many(session, remembered, origin="Werbesperrdatei", actor=actor, now=now)
