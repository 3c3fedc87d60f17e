"""Integrität: are sealed values still what Lethe wrote? Opened to see whether they open, and shown to nobody.

A value that was changed does not open. An older value put back with SQL does: it differs from the hash in the
newest entry about its group. One that was emptied, or went with its row, is still named there.

Source: Art. 5(1)(f), 32(1)(b), (d) DSGVO.
"""

import hashlib
import secrets
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, cast, func, select
from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.db import in_batches
from crm.ledger import Written
from crm.models.company import Company
from crm.models.contact import SEALED_COLUMN, Contact, Note
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, consent, custom_values, sealing, work_texts
from crm.privacy.actions import BROKEN, SOUND, Action
from crm.privacy.custom_fields import is_custom
from crm.vault import ErasedError, Place, Subject, SubjectState, TamperedError, Vault

_COMPANY = "company"
_NOTE = "sealed_text"
_TOPICS = frozenset(SEALED_COLUMN)
_HANDS_OUT = frozenset({Action.CARD_EXPORTED})  # its entry names groups, and nothing of them was written
_living = Subject.state == SubjectState.LIVING


class Sample(NamedTuple):
    """Some of the living people, and how many there are in all."""

    subject_ids: list[str]
    living: int


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found, in numbers and pseudonyms; no value leaves.

    Attributes:
        values: how many were opened.
        compared: how many of them an entry covers; of the others it may have reached the end of its own period.
        unopened: how many values of whom do not open.
        put_back: how many values of whom open and are not the ones last entered.
        missing: how many values of whom an entry names and are not there.
    """

    values: int = 0
    compared: int = 0
    unopened: Mapping[str, int] = field(default_factory=dict)
    put_back: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)

    @property
    def suspects(self) -> list[str]:
        return sorted(self.unopened.keys() | self.put_back.keys() | self.missing.keys())

    @property
    def is_sound(self) -> bool:
        return not self.suspects


class _Value(NamedTuple):
    """One sealed value; `topic` is what entries call it, or None where values are only added and never replaced."""

    place: Place
    sealed: bytes
    topic: str | None


def choose(session: Session, *, at_most: int) -> Sample:
    """Choose the living people to examine: all of them, or as many in a row from a random place.

    Pseudonyms are random, so neighbours have nothing in common.
    """
    living = session.scalar(select(func.count()).select_from(Subject).where(_living)) or 0
    start = secrets.randbelow(living) if living > at_most else 0
    ids = select(Subject.id).where(_living).order_by(Subject.id)
    chosen = list(session.scalars(ids.offset(start).limit(at_most)))
    if start and len(chosen) < at_most:
        chosen += session.scalars(ids.limit(at_most - len(chosen)))
    return Sample(chosen, living)


def examine(session: Session, *, subject_ids: Sequence[str], actor: Actor, now: datetime) -> Examined:
    """Open everything sealed of these people that are living, compare it with the log, and enter that it was opened.

    Restriction and objection are not asked: whether what is stored is whole concerns nobody's use of it.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment; nothing was found out.
    """
    compared = 0
    columns: Counter[str] = Counter()
    people: set[str] = set()
    unopened: Counter[str] = Counter()
    put_back: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for some in in_batches(subject_ids):
        living = session.scalars(select(Subject.id).where(Subject.id.in_(some), _living)).all()
        values = list(_find_values(session, living))
        columns.update(each.place.column for each in values)
        people.update(each.place.subject_id for each in values)
        dark = _find_unopened(session, values)
        unopened.update(each.place.subject_id for each in dark)
        differences = _compare(session, living, values, dark)
        compared += differences.covered
        put_back.update(differences.put_back)
        missing.update(differences.missing)
    found = Examined(columns.total(), compared, unopened, put_back, missing)
    if people:
        result = SOUND if found.is_sound else BROKEN
        audit.record(session, Action.PEOPLE_EXAMINED, actor=actor, now=now, count=len(people), groups=_groups(columns), result=result)
    return found


def find_vanished(session: Session) -> Sequence[str]:
    """Return people whom an entry says were taken in and of whom nothing is left, though nobody erased them.

    The row of a person's pseudonym outlives an erasure, and a living person has a contact.
    """
    collected = ledger.select_subjects(Action.PERSON_COLLECTED).subquery()
    everybody = select(collected.c.subject_id).outerjoin(Subject, Subject.id == collected.c.subject_id)
    without_contact = everybody.outerjoin(Contact, Contact.subject_id == Subject.id).where(_living, Contact.subject_id.is_(None))
    unknown = session.scalars(everybody.where(Subject.id.is_(None))).all()
    return sorted({*unknown, *session.scalars(without_contact)})


def count_values(session: Session) -> int:
    """Return how many sealed values there are of living people."""
    columns = Contact.__table__.c
    filled = select(*(func.count(columns[column]) for column in SEALED_COLUMN.values())).join(Subject, Subject.id == Contact.subject_id)
    total = sum(session.execute(filled.where(_living)).one())
    for model, column in ((Note, Note.sealed_text), (Company, Company.sealed_details)):
        total += session.scalar(select(func.count(column)).join(Subject, Subject.id == model.subject_id).where(_living)) or 0
    return total + consent.count_evidence(session) + work_texts.count_sealed(session) + custom_values.count_sealed(session)


def _groups(columns: Container[str]) -> tuple[FieldGroup, ...]:
    sealed = tuple(group for group, column in SEALED_COLUMN.items() if column in columns)
    return (*sealed, FieldGroup.NOTES) if _NOTE in columns else sealed


def _find_values(session: Session, living: Sequence[str]) -> Iterator[_Value]:
    groups, columns = tuple(SEALED_COLUMN), Contact.__table__.c
    contacts = select(columns.subject_id, *(_whatever(columns[SEALED_COLUMN[group]]) for group in groups)).where(
        columns.subject_id.in_(living)
    )
    for subject_id, *sealed in session.execute(contacts):
        for group, value in zip(groups, sealed, strict=True):
            if value is not None:
                yield _Value(sealing.contact_place(subject_id, group), value, group)
    for subject_id, note_id, value in session.execute(
        select(Note.subject_id, Note.id, _whatever(Note.__table__.c.sealed_text)).where(Note.subject_id.in_(living)),
    ):
        yield _Value(sealing.note_place(subject_id, note_id), value, None)
    traders = select(Company.subject_id, Company.id, _whatever(Company.__table__.c.sealed_details)).where(Company.subject_id.in_(living))
    for trader_id, company_id, details in session.execute(traders):
        if trader_id is not None and details is not None:
            yield _Value(sealing.company_place(trader_id, company_id), details, _COMPANY)
    for place, value in (*consent.find_evidence(session, living), *work_texts.find_sealed(session, living)):
        yield _Value(place, value, None)
    yield from map(_Value._make, custom_values.find_sealed(session, living))


def _whatever(column: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """Read a column as bytes, whatever somebody put there: SQLite stores text in any column."""
    return cast(column, LargeBinary)


def _find_unopened(session: Session, values: Sequence[_Value]) -> set[_Value]:
    vault = Vault.of(session)
    for compartment in sorted({each.place.compartment for each in values}):
        with suppress(TamperedError):  # a key that was changed: whose it is shows when values are opened one by one
            vault.prefetch([each.place.subject_id for each in values if each.place.compartment == compartment], compartment)
    return {each for each in values if not _opens(vault, each)}


def _opens(vault: Vault, value: _Value) -> bool:
    try:
        vault.open(value.place, value.sealed)
    except (TamperedError, ErasedError):
        return False
    return True


class _Differences(NamedTuple):
    """How many values entries cover, and whose differ from the newest entry or are not there, once for each value."""

    covered: int
    put_back: list[str]
    missing: list[str]


class _Said:
    """What entries say was written about some people: the newest hash of each topic, None where it was emptied."""

    def __init__(self) -> None:
        self.newest: dict[tuple[str, str], str | None] = {}
        self.added: dict[str, set[str]] = defaultdict(set)

    def add(self, written: Written) -> None:
        subject_id, hashes = str(written.subject_id), written.hashes
        self.added[subject_id].update(hashes)
        if written.kind == _COMPANY:
            self._add_company(subject_id, hashes)
            return
        for group, value in zip_longest(written.groups, hashes[: len(written.groups)]):
            if group in _TOPICS or is_custom(group):
                self.newest[subject_id, group] = value

    def _add_company(self, subject_id: str, hashes: Sequence[str]) -> None:
        if hashes:
            self.newest[subject_id, _COMPANY] = hashes[0]


def _compare(session: Session, living: Sequence[str], values: Sequence[_Value], dark: Container[_Value]) -> _Differences:
    """Compare values with the newest entry about their topic, and what is only ever added with every entry about its person.

    A value that no entry covers is left out: its entry may have reached the end of its own period.
    """
    said = _Said()
    for written in ledger.find_written(session, living, except_actions=audit.reading_actions() | _HANDS_OUT):
        said.add(written)
    covered, put_back = 0, []
    for each in values:
        subject_id, found = each.place.subject_id, hashlib.sha256(each.sealed).hexdigest()
        key = (subject_id, each.topic)
        if each.topic is None:
            covered += found in said.added[subject_id]
        elif key in said.newest and each not in dark:
            covered += 1
            put_back += [subject_id] if found != said.newest[key] else []
    there = {(each.place.subject_id, each.topic) for each in values}
    missing = [key[0] for key, value in said.newest.items() if value is not None and key not in there]
    return _Differences(covered, put_back, missing)
