"""Contacts come in and change; both go through the doors of the privacy layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm import search
from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.company import Company
from crm.models.contact import Contact, Lookup
from crm.models.field_groups import FieldGroup
from crm.models.privacy_task import TaskKind
from crm.privacy import audit, collection, disclosure, due, indexing, plain_columns, rectification, restriction, tasks
from crm.privacy.actions import Action
from crm.privacy.collection import NOTICE_WITHIN, NewPerson, Notice, SourceKey
from crm.privacy.disclosure import Disclosed
from crm.privacy.errors import PrivacyError, StaleVersionError, SuppressedError
from crm.privacy.purposes import Purpose
from crm.search import SearchGroup
from crm.services import forms
from crm.services.contacts.fields import clean, clean_origin, clean_segment
from crm.services.contacts.listing import searchable_groups
from crm.services.forms import SentForm
from crm.vault import Vault

_SHOWN = 5  # people named in the warning
_ASKED = _SHOWN + 1  # one of those found may be the person themselves
_ADDRESSES = frozenset({"email", "phone", "mobile"})
_NAME = frozenset({"first_name", "last_name", "postal_code"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry:
    """What somebody typed into the form."""

    fields: Mapping[str, str]
    company_id: str | None = None
    owner_id: str | None = None
    segment: str | None = None


class NamelessError(InvalidInputError):
    """A contact needs something to be found by."""

    message = "Bitte geben Sie einen Nachnamen oder eine E-Mail-Adresse an, sonst findet niemand diesen Kontakt wieder."


class ConsentFirstError(PrivacyError):
    """A purpose that rests on consent cannot take in a person who has not consented yet."""

    article = "Art. 6(1)(a)"
    message = (
        "Dieser Zweck beruht auf Einwilligung. Nehmen Sie die Person für einen anderen Zweck auf und halten Sie die Einwilligung dort fest."
    )


def create(
    session: Session, *, entry: ContactEntry, purpose: Purpose, origin: str, notice: Notice, form: SentForm, actor: Actor, now: datetime
) -> str:
    """Take in one person for one purpose and return their id; the same form with the same content sent again takes in nobody.

    Raises:
        NamelessError, InvalidInputError: what was typed cannot be taken.
        ConsentFirstError: the purpose gives no ground to take in anybody.
        SuppressedError: the address must not get advertising, and there is no other purpose.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    disclosure.require_role(purpose, actor)
    if purpose.needs_consent:
        raise ConsentFirstError
    if known := forms.find_saved_contact(session, form):
        return known
    person = _person(entry, purpose, origin, notice, forms.source_of(session, form), now)
    with forms.sent_twice_is_known():
        outcome = collection.collect(session, person=person, actor=actor, now=now)
    if outcome.subject_id is None:
        raise SuppressedError
    if notice is Notice.DUE:
        last_day = due.last_day(now, within=NOTICE_WITHIN, zone=due.zone_of(session))
        tasks.open_many(session, [(outcome.subject_id, TaskKind.NOTICE_DUE, last_day)], actor=actor, now=now)
    return outcome.subject_id


def _person(entry: ContactEntry, purpose: Purpose, origin: str, notice: Notice, source: SourceKey, now: datetime) -> NewPerson:
    fields = clean(entry.fields)
    require_findable(fields)
    return NewPerson(
        fields=fields,
        purposes=[purpose],
        origin=clean_origin(origin),
        notice=notice,
        collected_at=now,
        last_contact_at=now,
        company_id=entry.company_id,
        owner_id=entry.owner_id,
        segment=clean_segment(entry.segment),
        source=source,
    )


def change(
    session: Session, *, subject_id: str, entry: ContactEntry, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Change one person's fields within the purpose, and whom and what they belong to.

    Raises:
        StaleVersionError: somebody else changed the contact since it was opened.
        NamelessError, InvalidInputError: what was typed cannot be taken.
    """
    fields = clean(entry.fields)
    require_findable(fields)
    changed = rectification.rectify(
        session, subject_id=subject_id, fields=fields, purpose=purpose, expected_version=expected_version, actor=actor, now=now
    )
    _assign(session, subject_id, entry, expected_version + bool(changed), actor, now)


def _assign(session: Session, subject_id: str, entry: ContactEntry, expected_version: int, actor: Actor, now: datetime) -> None:
    wanted = {"company_id": entry.company_id, "owner_id": entry.owner_id, "segment": clean_segment(entry.segment)}
    contact = session.get(Contact, subject_id, populate_existing=True)
    if contact is None or contact.version != expected_version:
        raise StaleVersionError
    moved = [name for name, value in wanted.items() if getattr(contact, name) != value]
    if not moved:
        return
    plain_columns.change(session, Contact, subject_id, {**wanted, "version": expected_version + 1, "changed_at": now})
    audit.record(session, Action.PERSON_ASSIGNED, actor=actor, now=now, subject_id=subject_id, kind=",".join(moved))
    indexing.announce_changed(session, [subject_id], now=now)


def require_findable(fields: Mapping[str, str]) -> None:
    """Refuse a contact that nobody could find again.

    Raises:
        NamelessError: neither last name nor e-mail address.
    """
    if not fields.get("last_name") and not fields.get("email"):
        raise NamelessError(field="last_name")


class LikenessReason(StrEnum):
    """Why somebody may be the same person."""

    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Likeness:
    """Somebody who may be the same person, as far as the purpose may name them; restricted people are not named at all."""

    person: Disclosed | None
    company: str
    reason: LikenessReason


def find_duplicates(
    session: Session, *, fields: Mapping[str, str], purpose: Purpose, actor: Actor, now: datetime, besides: str | None = None
) -> list[Likeness]:
    """Return people who may be the same: equal e-mail or phone, or a name that sounds alike at the same postcode.

    Only people the purpose may use are named; one entry for the whole list, also where nobody is found, because the
    form would otherwise try out addresses unseen. That somebody with this very address is restricted is said and no
    more, so that nobody takes them in a second time unawares (Art. 18(2)).

    Args:
        besides: the person the fields belong to already, who is nobody's duplicate.
    """
    same = [each for each in _same_address(session, fields) if each != besides][:_SHOWN]
    similar = [each for each in _similar_name(session, fields, purpose) if each != besides][:_SHOWN]
    candidates = list(dict.fromkeys([*same, *similar]))
    groups = frozenset({FieldGroup.IDENTITY, FieldGroup.POSITION})
    people = disclosure.open_people(session, subject_ids=candidates, groups=groups, purpose=purpose, actor=actor, now=now)
    companies = _company_names(session, [person.subject_id for person in people])
    hidden = [Likeness(None, "", LikenessReason.ADDRESS)] if restriction.find_restricted(session, same) else []
    return hidden + [
        Likeness(
            person,
            companies.get(person.subject_id, ""),
            LikenessReason.ADDRESS if person.subject_id in same else LikenessReason.NAME,
        )
        for person in people
    ]


def fields_to_compare(fields: Mapping[str, str], *, before: Mapping[str, str]) -> dict[str, str]:
    """Return what a change has to be compared by: each address that is new, and the whole name once a part of it is new.

    What was not changed was decided when it was entered; asking again would warn at every change and teach not to read.
    """
    new = {name for name, value in fields.items() if value and value != before.get(name, "")}
    wanted = (new & _ADDRESSES) | (_NAME if new & _NAME else frozenset())
    return {name: value for name, value in fields.items() if name in wanted}


def _company_names(session: Session, subject_ids: Sequence[str]) -> dict[str, str]:
    rows = session.execute(
        select(Contact.subject_id, Company.name)
        .join(Company, Company.id == Contact.company_id)
        .where(Contact.subject_id.in_(subject_ids), Company.name.is_not(None))
    )
    return {subject_id: name or "" for subject_id, name in rows}


def _same_address(session: Session, fields: Mapping[str, str]) -> list[str]:
    vault = Vault.of(session)
    tags = [
        (channel.value, tag) for channel, _, address in collection.normal_addresses(fields) for tag in vault.lookup_tags(channel, address)
    ]
    if not tags:
        return []
    same = or_(*((Lookup.field == field) & (Lookup.tag == tag) for field, tag in tags))
    return list(session.scalars(select(Lookup.subject_id).where(same).distinct().limit(_ASKED)))


def _similar_name(session: Session, fields: Mapping[str, str], purpose: Purpose) -> list[str]:
    index: search.IndexReader = session.info["index"]
    groups = searchable_groups(purpose)
    if not fields.get("last_name") or SearchGroup.IDENTITY not in groups:
        return []
    postal_code = fields.get("postal_code", "") if SearchGroup.ADDRESS in groups else ""
    try:
        return list(
            index.find_similar(
                fields.get("first_name", ""), fields["last_name"], postal_code, purpose=1 << purpose.bit, groups=groups, limit=_ASKED
            )
        )
    except search.IndexBuildingError:
        return []  # a warning less is better than a form that cannot be saved
