"""The door out: who gets which fields of whom for which purpose. Nothing sealed is opened elsewhere.

The entry in the ledger is committed before the answer leaves (`crm.privacy.audit`).

Source: Art. 5(1)(b),(c),(f), 25(2), 32(1)(b) DSGVO.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import among
from crm.models.company import Company
from crm.models.contact import SEALED_COLUMN, Contact, Note
from crm.models.field_groups import FIELDS, GROUP_OF, FieldGroup
from crm.privacy import audit, custom_values, lawfulness, sealing
from crm.privacy.actions import Action
from crm.privacy.custom_fields import CustomField
from crm.privacy.duties import DUTY
from crm.privacy.errors import PurposeNotAllowedError
from crm.privacy.lawfulness import PersonState, Standing
from crm.privacy.purposes import Purpose
from crm.vault import ErasedError

NOBODY_SHOWN: Final = "nobody"  # result of a list without people


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What the door handed out about one person: only filled fields that the purpose allows."""

    subject_id: str
    fields: Mapping[str, str]
    state: PersonState
    groups: tuple[FieldGroup, ...]


@dataclass(frozen=True, slots=True)
class DisclosedNote:
    """A note, opened."""

    id: str
    kind: str
    author: str
    written_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class DisclosedPerson(Disclosed):
    """One person in full view: fields, and where they came from and notes if the purpose opens them."""

    origin: str = ""
    notes: tuple[DisclosedNote, ...] = ()


def open_person(
    session: Session, *, subject_id: str, purpose: Purpose, actor: Actor, now: datetime, groups: Collection[FieldGroup] | None = None
) -> DisclosedPerson:
    """Open what the purpose allows of one person; one entry.

    Args:
        groups: only these, and no custom fields: who asks for a name or an address needs no more. None: everything.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: what the person's state says against it.
    """
    state = require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    wanted = [each for each in purpose.groups if groups is None or each in groups]
    custom = purpose.custom if groups is None else ()
    fields = open_groups(session, [subject_id], wanted).get(subject_id, {})
    fields |= custom_values.open_values(session, [subject_id], custom).get(subject_id, {})
    notes = _open_notes(session, subject_id) if FieldGroup.NOTES in wanted else ()
    origin = sealing.take_origin(fields)
    opened = _groups_in(fields, purpose, has_origin=bool(origin), has_notes=bool(notes))
    audit.record(
        session,
        Action.PERSON_DISCLOSED,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        groups=opened,
    )
    return DisclosedPerson(subject_id, fields, state, opened, origin, tuple(notes))


def open_people(
    session: Session, *, subject_ids: Sequence[str], groups: Collection[FieldGroup], purpose: Purpose, actor: Actor, now: datetime
) -> list[Disclosed]:
    """Open some groups of many people; one entry for the whole list, in the order of `subject_ids`.

    People the purpose may not use are left out silently: a list is no place to learn that they exist.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    require_role(purpose, actor)
    states = lawfulness.find_states(session, subject_ids, now=now)
    allowed = [each for each in subject_ids if each in states and lawfulness.standing(purpose, states[each], now=now) is Standing.ALLOWED]
    wanted = tuple(group for group in purpose.groups if group in groups and group in FIELDS)  # a list shows no origin and no notes
    opened = open_groups(session, allowed, wanted)
    people = [Disclosed(each, opened[each], states[each], wanted) for each in allowed if each in opened]
    enter_list(session, [person.subject_id for person in people], wanted, purpose, actor, now)
    return people


def open_custom_values(
    session: Session, *, subject_ids: Sequence[str], fields: Collection[CustomField], purpose: Purpose, actor: Actor, now: datetime
) -> dict[str, dict[str, str]]:
    """Open what many people have in some of the custom fields of the purpose; one entry; who may not be used is left out silently.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    require_role(purpose, actor)
    states = lawfulness.find_states(session, subject_ids, now=now)
    allowed = [each for each in subject_ids if each in states and lawfulness.standing(purpose, states[each], now=now) is Standing.ALLOWED]
    wanted = [each for each in purpose.custom if each in fields]
    opened = custom_values.open_values(session, allowed, wanted)
    groups = tuple(dict.fromkeys(each.group for each in wanted))
    enter_list(session, [each for each in allowed if each in opened], groups, purpose, actor, now)
    return opened


def open_for_index(
    session: Session, *, subject_ids: Sequence[str], fields: Collection[CustomField], actor: Actor, now: datetime
) -> dict[str, dict[str, str]]:
    """Open the findable fields of people, and the name of a sole trader's company, for the index in memory; one entry.

    The index answers nobody: it names candidates, and what is shown comes through the doors above.

    Args:
        fields: the custom fields by which people are found.
    """
    findable = (FieldGroup.IDENTITY, FieldGroup.EMAIL, FieldGroup.PHONE, FieldGroup.ADDRESS)
    opened = open_groups(session, subject_ids, findable)
    for subject_id, values in custom_values.open_values(session, list(opened), fields).items():
        opened[subject_id] |= values
    traders = session.scalars(select(Company).where(Company.subject_id.in_(subject_ids))).all()
    sealed = [
        (each.subject_id, sealing.company_place(each.subject_id, each.id), each.sealed_details)
        for each in traders
        if each.subject_id and each.sealed_details
    ]
    for (subject_id, _, _), details in zip(sealed, sealing.open_all(session, [(place, value) for _, place, value in sealed]), strict=True):
        opened.setdefault(subject_id, {})["company"] = details.get("name", "")
    audit.record(session, Action.PEOPLE_INDEXED, actor=actor, now=now, count=len(opened))
    return opened


def open_email_for_objection(session: Session, *, subject_id: str, actor: Actor, now: datetime) -> str | None:
    """Open the e-mail address of somebody who objects by a personal link, so that it gets no advertising from anywhere.

    Source: Art. 6(1)(c), 21(3), 12(3) DSGVO.
    """
    opened = open_for_request(session, subject_ids=[subject_id], groups={FieldGroup.EMAIL}, actor=actor, now=now)
    return opened.get(subject_id, {}).get("email")


def open_for_request(
    session: Session, *, subject_ids: Sequence[str], groups: Collection[FieldGroup], actor: Actor, now: datetime
) -> dict[str, dict[str, str]]:
    """Open who people are and where an answer reaches them, because they use a right; one entry each.

    Asks for no ground and no restriction: answering somebody is a duty towards this very person.

    Source: Art. 6(1)(c), 12(2)-(4) DSGVO.
    """
    opened = open_groups(session, subject_ids, [group for group in FieldGroup if group in groups])
    facts: dict[str, Any] = {"purpose": DUTY, "basis": "6-1-c", "groups": sorted(groups)}
    for subject_id in opened:
        audit.record(session, Action.PERSON_DISCLOSED, actor=actor, now=now, subject_id=subject_id, **facts)
    return opened


def require_access(session: Session, *, subject_id: str, purpose: Purpose, actor: Actor, now: datetime) -> PersonState:
    """Refuse when this actor may not use this person's data for the purpose now; return the person's state.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: what the person's state says against it.
    """
    require_role(purpose, actor)
    state = lawfulness.find_states(session, [subject_id], now=now).get(subject_id)
    if state is None:
        raise ErasedError
    lawfulness.require(purpose, state, now=now)
    return state


def require_role(purpose: Purpose, actor: Actor) -> None:
    """Refuse when the actor does not act in a role of this purpose.

    Raises:
        PurposeNotAllowedError: it does not.
    """
    if actor.role not in purpose.roles:
        raise PurposeNotAllowedError


def enter_list(
    session: Session, subjects: Sequence[str], groups: Sequence[FieldGroup], purpose: Purpose, actor: Actor, now: datetime
) -> None:
    """Enter one list, also an empty one: to learn that nobody fits is an answer about people too.

    Nobody may be able to try out names or addresses unseen, so the question is entered with the number 0. It names no
    groups then and says that nobody was shown, because an entry must not claim a disclosure that was none.
    """
    audit.record(
        session,
        Action.PEOPLE_LISTED,
        actor=actor,
        now=now,
        subjects=subjects,
        purpose=purpose.code,
        basis=purpose.basis,
        groups=groups if subjects else (),
        result=None if subjects else NOBODY_SHOWN,
    )


def open_groups(session: Session, subject_ids: Sequence[str], groups: Iterable[FieldGroup]) -> dict[str, dict[str, str]]:
    """Open the sealed columns of these groups for another door, which makes the entry; people without a contact row are absent."""
    sealed_groups = tuple(group for group in groups if group in SEALED_COLUMN)
    rows = session.connection().execute(_sealed_rows(sealed_groups), {"subject_ids": subject_ids}).all()
    return sealing.open_contacts(session, sealed_groups, rows)


@cache
def _sealed_rows(groups: tuple[FieldGroup, ...]) -> Select[*tuple[Any, ...]]:
    """Select rows of a page, not objects: the ORM would cost more than opening them."""
    columns = Contact.__table__.c
    wanted = select(columns.subject_id, *(columns[SEALED_COLUMN[group]] for group in groups))
    return wanted.where(among(columns.subject_id, "subject_ids"))


def _open_notes(session: Session, subject_id: str) -> list[DisclosedNote]:
    notes = session.scalars(select(Note).where(Note.subject_id == subject_id).order_by(Note.written_at.desc(), Note.id))
    return [
        DisclosedNote(
            note.id,
            note.kind,
            note.author,
            note.written_at,
            sealing.open_text(session, sealing.note_place(subject_id, note.id), note.sealed_text),
        )
        for note in notes
    ]


def _groups_in(fields: Mapping[str, str], purpose: Purpose, *, has_origin: bool, has_notes: bool) -> tuple[FieldGroup, ...]:
    groups = GROUP_OF | {each.name: each.group for each in purpose.custom}
    besides = {FieldGroup.ORIGIN: has_origin, FieldGroup.NOTES: has_notes}
    return (*dict.fromkeys(groups[name] for name in fields), *(each for each, is_there in besides.items() if is_there))
