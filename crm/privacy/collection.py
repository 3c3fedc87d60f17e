"""The door in (Datensparsamkeit): a field needs a purpose, a person an origin, a notice, and no suppression.

Source: Art. 5(1)(b),(c), 6(1), 13, 14, 21(3), 25 DSGVO.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Compartment, insert_rows
from crm.models.contact import SEALED_COLUMN, Contact, Lookup, SourceRecord
from crm.models.field_groups import GROUP_OF, FieldGroup
from crm.models.lawfulness import NoticeEvent
from crm.privacy import audit, bound_rows, custom_values, due, indexing, lawfulness, objection, plain_columns, sealing
from crm.privacy.actions import Action
from crm.privacy.custom_fields import is_custom
from crm.privacy.custom_values import Written
from crm.privacy.due import NewPeriods
from crm.privacy.errors import FieldWithoutPurposeError, LastContactAheadError, OriginMissingError
from crm.privacy.lawfulness import NewGround
from crm.privacy.new_person import Collected, NewPerson, Notice, Refusal, SourceKey, normal_addresses
from crm.privacy.objection import DIRECT_MARKETING, Heard, Objection
from crm.privacy.purposes import Purpose
from crm.privacy.screening import Arrival, screen
from crm.vault import Vault

__all__ = [
    "NOTICE_WITHIN",
    "Collected",
    "NewPerson",
    "Notice",
    "Refusal",
    "SourceKey",
    "allowed_groups",
    "collect",
    "collect_many",
    "keep_allowed",
    "keep_opened",
    "normal_addresses",
]

_COMPARTMENTS = (Compartment.PROFILE, Compartment.PROOF)
NOTICE_WITHIN = timedelta(days=30)  # Art. 14(3)(a): at the latest within one month


def allowed_groups(purposes: Collection[Purpose]) -> frozenset[FieldGroup]:
    """Return the groups that these purposes need; birth dates only where a purpose lists them."""
    return frozenset(group for purpose in purposes for group in purpose.groups)


def keep_allowed(fields: Mapping[str, str], groups: Collection[FieldGroup]) -> dict[str, str]:
    """Return the fields that belong to these groups; the others are dropped and never stored."""
    return {name: value for name, value in fields.items() if name in GROUP_OF and GROUP_OF[name] in groups}


def keep_opened(fields: Mapping[str, str], purpose: Purpose) -> dict[str, str]:
    """Return the fields that a purpose opens, custom ones among them; the others are dropped and never stored."""
    return {name: value for name, value in fields.items() if name in purpose.fields}


def collect(session: Session, *, person: NewPerson, actor: Actor, now: datetime) -> Collected:
    """Take in one person.

    Raises:
        OriginMissingError: nobody says where the data came from.
        LastContactAheadError: the last contact has not happened yet.
        FieldWithoutPurposeError: a filled field belongs to no group that the purposes need.
        InvalidInputError: a value of a custom field cannot be taken.
    """
    return collect_many(session, people=[person], actor=actor, now=now)[0]


def collect_many(session: Session, *, people: Sequence[NewPerson], actor: Actor, now: datetime) -> list[Collected]:
    """Take in many people in one unit of work, with keys, look-ups, grounds, notices, feed and an entry each.

    Raises: as `collect`; then nothing was taken in.
    """
    arrivals = [_require_collectable(person, now) for person in people]
    outcomes = screen(session, arrivals)
    accepted = [(outcome.subject_id, each) for outcome, each in zip(outcomes, arrivals, strict=True) if outcome.subject_id is not None]
    if accepted:
        _write(session, accepted, actor=actor, now=now)
        _block_marketing(session, outcomes, people, actor=actor, now=now)
    return outcomes


def _require_collectable(person: NewPerson, now: datetime) -> Arrival:
    if person.last_contact_at > now:
        raise LastContactAheadError(field="last_contact_at")
    if not person.origin.strip():
        raise OriginMissingError(field="origin")
    allowed = allowed_groups(person.purposes)
    groups = sealing.group_fields(person.fields)
    for group, fields in groups.items():
        if group not in allowed:
            raise FieldWithoutPurposeError(field=next(iter(fields)), purpose=person.purposes[0].title["de"])
    custom_values.require_writable(_custom(person), person.purposes, before={})
    return Arrival(person, {**groups, **sealing.group_origin(person.origin)}, normal_addresses(person.fields))


def _write(
    session: Session,
    accepted: Sequence[tuple[str, Arrival]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    subject_ids = [subject_id for subject_id, _ in accepted]
    people = [(subject_id, arrival.person) for subject_id, arrival in accepted]
    Vault.of(session).create(session, subject_ids, compartments=_COMPARTMENTS, now=now)
    sealed = [sealing.seal_groups(session, subject_id, arrival.groups) for subject_id, arrival in accepted]
    contacts = [
        plain_columns.sealed(session, Contact, _contact_row(*person, groups, now)) for person, groups in zip(people, sealed, strict=True)
    ]
    insert_rows(session.connection(), Contact, contacts)
    values = {subject_id: _write_custom(session, subject_id, person, now) for subject_id, person in people}
    _write_lookups(session, accepted)
    _write_sources(session, people)
    notices = _write_notices(session, people, now)
    grounds = _start_grounds(session, people, now)
    entries: list[audit.Entry] = []
    for (subject_id, person), groups, notice in zip(people, sealed, notices, strict=True):
        written: dict[str, bytes] = {group.value: value for group, value in groups.items()} | values[subject_id].filled
        entries += _entries(subject_id, person, written, notice, grounds)
    due.begin(
        session,
        [NewPeriods(each, person.purposes, person.last_contact_at, is_prospect=person.is_prospect) for each, person in people],
    )
    audit.record_all(session, entries, actor=actor, now=now)
    indexing.announce_changed(session, subject_ids, now=now)


def _start_grounds(session: Session, people: Sequence[tuple[str, NewPerson]], now: datetime) -> dict[tuple[str, str], str]:
    """Let the grounds of these people begin; return the digests of their rows by person and purpose."""
    grounds = [
        NewGround(subject_id=subject_id, purpose=purpose, since=person.collected_at)
        for subject_id, person in people
        for purpose in person.purposes
        if not purpose.needs_consent
    ]
    rows = lawfulness.start_grounds(session, grounds, now=now)
    return {(ground.subject_id, ground.purpose.code): row for ground, row in zip(grounds, rows, strict=True)}


def _custom(person: NewPerson) -> dict[str, str]:
    return {name: value for name, value in person.fields.items() if value and is_custom(name)}


def _write_custom(session: Session, subject_id: str, person: NewPerson, now: datetime) -> Written:
    values = _custom(person)
    if not values:
        return Written({})
    values = custom_values.require_writable(values, person.purposes, before={})
    return custom_values.write(session, subject_id=subject_id, values=values, fields=custom_values.fields_of(person.purposes), now=now)


def _entries(
    subject_id: str, person: NewPerson, sealed: Mapping[str, bytes], notice: str, grounds: Mapping[tuple[str, str], str]
) -> list[audit.Entry]:
    """One entry for the collection under its main purpose, and one for each further ground that begins with it."""
    main, *further = person.purposes

    def rows(purpose: Purpose) -> list[str]:
        return [grounds[subject_id, purpose.code]] if (subject_id, purpose.code) in grounds else []

    collected = audit.Entry(
        action=Action.PERSON_COLLECTED,
        subject_id=subject_id,
        purpose=main.code,
        basis=main.basis,
        groups=tuple(sealed),
        sealed=tuple(sealed.values()),
        rows=[*rows(main), notice],
    )
    return [
        collected,
        *(
            audit.Entry(action=Action.GROUND_STARTED, subject_id=subject_id, purpose=each.code, basis=each.basis, rows=rows(each))
            for each in further
        ),
    ]


def _contact_row(subject_id: str, person: NewPerson, sealed: Mapping[FieldGroup, bytes], now: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        "subject_id": subject_id,
        "company_id": person.company_id,
        "owner_id": person.owner_id,
        "segment": person.segment,
        "collected_at": person.collected_at,
        "last_contact_at": person.last_contact_at,
        "is_prospect": person.is_prospect,
        "changed_at": now,
        "version": 1,
    }
    return row | {column: sealed.get(group) for group, column in SEALED_COLUMN.items()}


def _write_lookups(session: Session, accepted: Sequence[tuple[str, Arrival]]) -> None:
    vault = Vault.of(session)
    rows = {
        (subject_id, channel, tag): {"subject_id": subject_id, "field": channel, "tag": tag}
        for subject_id, arrival in accepted
        for channel, _, address in arrival.addresses
        for tag in [vault.lookup_tag(channel, address)]
    }
    insert_rows(session.connection(), Lookup, list(rows.values()))


def _write_sources(session: Session, people: Sequence[tuple[str, NewPerson]]) -> None:
    vault = Vault.of(session)
    rows = [
        {
            "system": source.system,
            "record_tag": vault.source_tag(source.system, source.record_id),
            "subject_id": subject_id,
            "company_id": None,
        }
        for subject_id, person in people
        if (source := person.source)
    ]
    insert_rows(session.connection(), SourceRecord, rows)


def _write_notices(session: Session, people: Sequence[tuple[str, NewPerson]], now: datetime) -> list[str]:
    rows = [
        {
            "subject_id": subject_id,
            "act": person.notice,
            "article": "14" if person.notice is Notice.DUE else "13",
            "version": "1",
            "due_at": now + NOTICE_WITHIN if person.notice is Notice.DUE else None,
            "effective_at": person.collected_at if person.notice is Notice.EARLIER else person.told_at or now,
            "recorded_at": now,
        }
        for subject_id, person in people
    ]
    insert_rows(session.connection(), NoticeEvent, rows)
    return bound_rows.digests(NoticeEvent, rows)


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
    objection.raise_many(session, told, origin=Heard.OLD_SYSTEM, actor=actor, now=now)
    objection.raise_many(session, remembered, origin=Heard.SUPPRESSION_LIST, actor=actor, now=now)
