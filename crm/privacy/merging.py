"""Takes what another record says about somebody we know already; nothing that is known is overwritten.

Source: Art. 5(1)(c), (d) DSGVO.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows
from crm.models.contact import SEALED_COLUMN, Contact, SourceRecord
from crm.models.field_groups import FIELDS, GROUP_OF, FieldGroup
from crm.privacy import (
    audit,
    custom_values,
    due,
    indexing,
    lawfulness,
    objection,
    plain_columns,
    rectification,
    restriction,
    screening,
    sealing,
    tasks,
)
from crm.privacy.actions import Action
from crm.privacy.collection import NewPerson, Refusal, normal_addresses
from crm.privacy.lawfulness import NewGround
from crm.privacy.objection import Heard, Objection
from crm.privacy.purposes import Purpose
from crm.privacy.restriction import RestrictionReason
from crm.vault import ErasedError, Vault

# Built once, because an import asks it for every record of somebody who is known; rows, because objects cost more than the answer.
_AS_IT_IS = select(Contact.company_id, Contact.version, *(getattr(Contact, column) for column in SEALED_COLUMN.values())).where(
    Contact.subject_id == bindparam("subject_id")
)


def merge(session: Session, *, subject_id: str, person: NewPerson, actor: Actor, now: datetime) -> Refusal | None:
    """Add to a person what another record of the same person says, or return why not.

    Empty fields and an unknown origin are filled, objections and grounds added; of two last contacts the later one counts,
    because both were ones in substance. Who is a prospect by one record and none by the other is none. Of somebody whose
    data are restricted only their objections are taken, unless it is because of the time that the other record now shows
    not to be up (Art. 18(2)).

    Raises:
        ErasedError: the person is erased.
    """
    blocked = _is_suppressed(session, person)
    if blocked and all(purpose.direct_marketing for purpose in person.purposes):
        return Refusal.SUPPRESSED
    _add_source(session, subject_id, person)
    reasons = set(restriction.find_reasons(session, [subject_id]).get(subject_id, ()))
    known = objection.find_objections(session, [subject_id]).get(subject_id, frozenset())
    grounds = [] if reasons - {RestrictionReason.TIME_UP} else _take_over(session, subject_id, person, known, actor, now)
    if RestrictionReason.TIME_UP in reasons:
        _end_time_up(session, subject_id, actor, now)
    fresh = [(subject_id, each) for each in dict.fromkeys(person.objections) if each not in known]
    objection.raise_many(session, fresh, origin=Heard.OLD_SYSTEM, actor=actor, now=now)
    if blocked:
        objection.remember(session, subject_id=subject_id, actor=actor, now=now)
    purpose = person.purposes[0].code
    audit.record(session, Action.PERSON_MERGED, actor=actor, now=now, subject_id=subject_id, purpose=purpose, rows=grounds)
    indexing.announce_changed(session, [subject_id], now=now)
    return None


def _take_over(
    session: Session, subject_id: str, person: NewPerson, known: Collection[Objection], actor: Actor, now: datetime
) -> list[str]:
    """Fill gaps, move the last contact and add grounds; return the digests of these.

    No ground begins for a purpose that the person contests already: it may have ended because the objection was upheld.
    """
    _fill_gaps(session, subject_id, person, actor, now)
    is_later = Contact.last_contact_at < person.last_contact_at
    is_moved = plain_columns.change(session, Contact, subject_id, {"last_contact_at": person.last_contact_at}, is_later)
    is_moved |= not person.is_prospect and _end_prospect(session, subject_id)
    purposes = [each for each in person.purposes if Objection(each.code) not in known]
    return _add_grounds(session, subject_id, purposes, person.collected_at, now, is_moved=is_moved)


def _end_time_up(session: Session, subject_id: str, actor: Actor, now: datetime) -> None:
    """End the restriction because of the time, with its task, where the other record shows that the time is not up."""
    today = now.astimezone(due.zone_of(session)).date()
    if due.find_days(session, [subject_id]).get(subject_id, today) >= today:
        restriction.end_time_up(session, subject_ids=[subject_id], actor=actor, now=now)
        tasks.settle_time_up(session, subject_id=subject_id, actor=actor, now=now)


def _is_suppressed(session: Session, person: NewPerson) -> bool:
    return bool(screening.find_suppressed(session, [(channel, address) for channel, _, address in normal_addresses(person.fields)]))


def _fill_gaps(session: Session, subject_id: str, person: NewPerson, actor: Actor, now: datetime) -> None:
    contact = session.execute(_AS_IT_IS, {"subject_id": subject_id}).first()
    if contact is None:
        raise ErasedError
    if contact.company_id is None and person.company_id:
        plain_columns.change(session, Contact, subject_id, {"company_id": person.company_id})
    columns = [(sealing.contact_place(subject_id, group), getattr(contact, column)) for group, column in SEALED_COLUMN.items()]
    opened = sealing.open_all(session, [(place, sealed) for place, sealed in columns if sealed])
    known = {name: value for fields in opened for name, value in fields.items()}
    origin = sealing.take_origin(known)
    known |= custom_values.open_values(session, [subject_id], _widest(person).custom).get(subject_id, {})
    gaps = {name: value for name, value in person.fields.items() if value and not _is_filled(name, known)}
    if gaps:
        rectification.apply_changes(
            session,
            subject_id=subject_id,
            fields=gaps,
            purpose=_widest(person),
            expected_version=contact.version,
            actor=actor,
            now=now,
        )
    if tasks.is_origin(person.origin) and not tasks.is_origin(origin):
        tasks.take_over_origin(session, subject_id=subject_id, origin=person.origin, purpose=person.purposes[0], actor=actor, now=now)


def _is_filled(name: str, known: Collection[str]) -> bool:
    """Return whether a field is taken; an address is filled as a whole, or it would be made of two."""
    return name in known or (GROUP_OF.get(name) is FieldGroup.ADDRESS and any(part in known for part in FIELDS[FieldGroup.ADDRESS]))


def _widest(person: NewPerson) -> Purpose:
    return max(person.purposes, key=lambda purpose: len(purpose.groups))


def _add_source(session: Session, subject_id: str, person: NewPerson) -> None:
    if person.source:
        tag = Vault.of(session).source_tag(person.source.system, person.source.record_id)
        row = {"system": person.source.system, "record_tag": tag, "subject_id": subject_id, "company_id": None}
        insert_rows(session.connection(), SourceRecord, [row])


def _end_prospect(session: Session, subject_id: str) -> bool:
    """Note that somebody is no prospect any more; return whether they were one."""
    return plain_columns.change(session, Contact, subject_id, {"is_prospect": False}, Contact.is_prospect.is_(True))


def _add_grounds(
    session: Session, subject_id: str, purposes: Sequence[Purpose], since: datetime, now: datetime, *, is_moved: bool
) -> list[str]:
    standing = lawfulness.find_grounds(session, [subject_id], now=now).get(subject_id, {})
    missing = [
        NewGround(subject_id=subject_id, purpose=purpose, since=since)
        for purpose in purposes
        if not purpose.needs_consent and purpose.code not in standing
    ]
    rows = lawfulness.start_grounds(session, missing, now=now)
    if missing or is_moved:
        due.refresh(session, [subject_id], zone=due.zone_of(session), now=now)
    return rows
