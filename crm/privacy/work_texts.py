"""What daily work says about people: titles of deals, things to do, files, tickets, positions of invoices.

Such a text may name somebody. It lies under the key of the person whom the row is about and goes dark with them; where the
row is about a company alone, it lies under the installation's key. It comes out by the door like everything about people.

Source: Art. 5(1)(c), (f), 25(2), 32(1)(a) DSGVO.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, LargeBinary, cast, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Base, Compartment
from crm.models.activity import Activity
from crm.models.customer_file import CustomerFile
from crm.models.deal import Deal
from crm.models.field_groups import FieldGroup
from crm.models.invoice import Invoice
from crm.models.ticket import Ticket, TicketEntry
from crm.privacy import lawfulness
from crm.privacy.disclosure import enter_list, require_role
from crm.privacy.documents.duty import PURPOSE as DUTY_TO_KEEP
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Purpose
from crm.vault import Padding, Place, Subject, SubjectState, TamperedError, Vault

_AT_ONCE: Final = 8  # contents of files are megabytes each
# Every column that holds such a text.
_TEXTS: Final[tuple[tuple[type[Base], str], ...]] = (
    (Deal, "sealed_title"),
    (Activity, "sealed_text"),
    (CustomerFile, "sealed_name"),
    (CustomerFile, "sealed_content"),
    (Ticket, "sealed_subject"),
    (TicketEntry, "sealed_text"),
    (Invoice, "sealed_positions"),
    (Invoice, "sealed_recipient"),
)


@dataclass(frozen=True, slots=True)
class WorkText:
    """Where one text belongs, and whom the row is about: nobody, where it is about a company alone."""

    table: str
    column: str
    row_id: str
    subject_id: str | None
    compartment: Compartment = Compartment.PROFILE

    @property
    def group(self) -> FieldGroup | None:
        """Return the group that a purpose must open; a document under a duty is asked for by its own purpose."""
        return FieldGroup.NOTES if self.compartment is Compartment.PROFILE else None


def seal(session: Session, place: WorkText, text: str) -> bytes:
    """Seal one text; for a person, padded so that its length tells little.

    Raises:
        ErasedError: nothing is written about this person any more.
    """
    return seal_content(session, place, text.encode())


def seal_content(session: Session, place: WorkText, content: bytes) -> bytes:
    """Seal what is no text, as `seal` does.

    Raises:
        ErasedError: nothing is written about this person any more.
    """
    vault = Vault.of(session)
    if place.subject_id is None:
        return vault.seal_own(place.table, place.column, place.row_id, content)
    vault.begin_write(session, [place.subject_id])
    return vault.seal(session, _place(place, place.subject_id), content, padding=Padding.TEXT)


def seal_many(session: Session, texts: Sequence[tuple[WorkText, str]]) -> list[bytes]:
    """Seal many texts, in order, with one look at whether these people may be written about.

    Raises:
        ErasedError: nothing is written about one of these people any more.
    """
    vault = Vault.of(session)
    people = list(dict.fromkeys(place.subject_id for place, _ in texts if place.subject_id))
    vault.begin_write(session, people)
    contents = [(_place(place, place.subject_id), text.encode()) for place, text in texts if place.subject_id]
    sealed = iter(vault.seal_many(session, contents, padding=Padding.TEXT))
    return [
        next(sealed) if place.subject_id else vault.seal_own(place.table, place.column, place.row_id, text.encode())
        for place, text in texts
    ]


def seal_record(session: Session, place: WorkText, text: str, *, now: datetime) -> bytes:
    """Seal what belongs to a document; the person's key for it, which goes by a rule of its own, is made when it is first needed.

    Raises:
        ErasedError: nothing is written about this person any more.
    """
    if place.subject_id is not None:
        Vault.of(session).add_keys(session, [place.subject_id], compartments=[Compartment.RECORD], now=now)
    return seal(session, place, text)


def open_allowed(
    session: Session, *, texts: Sequence[tuple[WorkText, bytes]], purpose: Purpose, actor: Actor, now: datetime
) -> Mapping[str, str]:
    """Open the texts that the purpose may use, by row id; one entry for all; the others are left out silently.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    opened = open_contents(session, contents=texts, purpose=purpose, actor=actor, now=now)
    return {place.row_id: content.decode() for place, content in opened.items()}


def open_contents(
    session: Session, *, contents: Sequence[tuple[WorkText, bytes]], purpose: Purpose, actor: Actor, now: datetime
) -> Mapping[WorkText, bytes]:
    """Open what the purpose may use, texts or not, as `open_allowed` does.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    require_role(purpose, actor)
    people = {place.subject_id for place, _ in contents if place.subject_id}
    allowed = find_allowed(session, people, purpose=purpose, now=now)
    shown = [(place, sealed) for place, sealed in contents if place.subject_id is None or _may_open(purpose, place, allowed)]
    if people:
        listed = dict.fromkeys(place.subject_id for place, _ in shown if place.subject_id)
        groups = dict.fromkeys(place.group for place, _ in shown if place.subject_id and place.group)
        enter_list(session, list(listed), tuple(groups), purpose, actor, now)
    for compartment in {place.compartment for place, _ in shown}:
        people_in = {place.subject_id for place, _ in shown if place.subject_id and place.compartment is compartment}
        Vault.of(session).prefetch(people_in, compartment)
    return {place: _open(session, place, sealed) for place, sealed in shown}


def find_allowed(session: Session, subject_ids: Collection[str], *, purpose: Purpose, now: datetime) -> set[str]:
    """Return which of these people the purpose may use now."""
    states = lawfulness.find_states(session, list(subject_ids), now=now)
    return {each for each, state in states.items() if lawfulness.standing(purpose, state, now=now) is Standing.ALLOWED}


def find_sealed(session: Session, subject_ids: Collection[str]) -> Iterator[tuple[Place, bytes]]:
    """Return what lies sealed about these people, to examine whether it is whole."""
    for model, name in _TEXTS:
        row = model.__table__.c
        # Read as bytes whatever somebody put there: SQLite stores text in any column.
        found = select(row.subject_id, row.id, cast(row[name], LargeBinary)).where(row.subject_id.in_(subject_ids), row[name].is_not(None))
        for subject_id, row_id, sealed in session.execute(found):
            yield Place(subject_id, row[name].info["compartment"], model.__tablename__, name, row_id), sealed


def find_unopened_of_nobody(session: Session) -> list[str]:
    """Return which rows that are about a company alone hold a text or a content that does not open, by id; nobody is shown any."""
    vault = Vault.of(session)
    unopened: dict[str, None] = {}
    for model, name in _TEXTS:
        row = model.__table__.c
        found = select(row.id, cast(row[name], LargeBinary)).where(row.subject_id.is_(None), row[name].is_not(None))
        for row_id, sealed in session.execute(found.execution_options(yield_per=_AT_ONCE)):
            try:
                vault.open_own(model.__tablename__, name, row_id, sealed)
            except TamperedError:
                unopened[row_id] = None
    return list(unopened)


def count_of_nobody(session: Session) -> int:
    """Return how many such texts there are about companies alone."""
    columns = [model.__table__.c for model, _name in _TEXTS]
    counts = (select(func.count(row[name])).where(row.subject_id.is_(None)) for row, (_model, name) in zip(columns, _TEXTS, strict=True))
    return sum(session.scalar(each) or 0 for each in counts)


def count_sealed(session: Session) -> int:
    """Return how many such texts there are about living people."""
    return sum(_count(session, model.__table__.c[name], model.__table__.c.subject_id) for model, name in _TEXTS)


def _count(session: Session, column: ColumnElement[bytes], subject_id: ColumnElement[str]) -> int:
    living = select(func.count(column)).join(Subject, Subject.id == subject_id).where(Subject.state == SubjectState.LIVING)
    return session.scalar(living) or 0


def _may_open(purpose: Purpose, place: WorkText, allowed: Collection[str]) -> bool:
    """Say whether the purpose opens a text; a document under a duty stays open for that duty, whatever became of the person.

    Source: Art. 6(1)(c), 17(3)(b), 18(2) DSGVO.
    """
    if place.compartment is Compartment.RECORD and purpose.code == DUTY_TO_KEEP:
        return True
    return place.subject_id in allowed and (place.group is None or place.group in purpose.groups)


def _open(session: Session, place: WorkText, sealed: bytes) -> bytes:
    vault = Vault.of(session)
    if place.subject_id is None:
        return vault.open_own(place.table, place.column, place.row_id, sealed)
    return vault.open(_place(place, place.subject_id), sealed)


def _place(place: WorkText, subject_id: str) -> Place:
    return Place(subject_id, place.compartment, place.table, place.column, place.row_id)
