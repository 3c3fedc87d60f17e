"""Values of custom fields, sealed under the person's profile, for the doors; with each goes the day on which it is due.

When a value was set is a part of its place: whoever moves the moment with SQL, so that it stays longer or goes early, has
a value that does not open any more.

Source: Art. 5(1)(b), (c), (e), (f), 25(2), 32(1)(a) DSGVO.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import LargeBinary, cast, delete, func, select
from sqlalchemy.orm import Session

from crm.clock import micros
from crm.db import Compartment, among, insert_rows
from crm.models.custom_field import CustomField as StoredField
from crm.models.custom_field import CustomValue
from crm.privacy import due, due_values
from crm.privacy.custom_fields import PREFIX, CustomField
from crm.privacy.errors import FieldWithoutPurposeError
from crm.privacy.purposes import Purpose
from crm.vault import Place, Subject, SubjectState, Vault

_VALUE: Final = CustomValue.__table__.c
_OF_PEOPLE: Final = select(_VALUE.subject_id, _VALUE.field_id, _VALUE.set_at, _VALUE.sealed_value).where(
    among(_VALUE.subject_id, "subject_ids"), among(_VALUE.field_id, "field_ids")
)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written of one person: by name of the field the sealed value, None where it was removed."""

    sealed: Mapping[str, bytes | None]

    @property
    def filled(self) -> dict[str, bytes]:
        return {name: value for name, value in self.sealed.items() if value is not None}


def open_values(session: Session, subject_ids: Sequence[str], fields: Iterable[CustomField]) -> dict[str, dict[str, str]]:
    """Open the values of these fields, by person and name of the field; the door that asks makes the entry."""
    names = {each.id: each.name for each in fields}
    if not names or not subject_ids:
        return {}
    rows = session.execute(_OF_PEOPLE, {"subject_ids": list(subject_ids), "field_ids": list(names)}).all()
    vault = Vault.of(session)
    vault.prefetch({subject_id for subject_id, *_ in rows}, Compartment.PROFILE)
    opened = vault.open_many([(_place(subject_id, field_id, set_at), sealed) for subject_id, field_id, set_at, sealed in rows])
    values: dict[str, dict[str, str]] = defaultdict(dict)
    for (subject_id, field_id, *_), content in zip(rows, opened, strict=True):
        values[subject_id][names[field_id]] = content.decode()
    return dict(values)


def fields_of(purposes: Collection[Purpose]) -> dict[str, CustomField]:
    """Return the fields that one of these purposes opens, by name."""
    return {field.name: field for purpose in purposes for field in purpose.custom}


def require_writable(values: Mapping[str, str], purposes: Collection[Purpose], *, before: Mapping[str, str]) -> dict[str, str]:
    """Return the values that differ from what is there, if each may be set for one of these purposes.

    Raises:
        FieldWithoutPurposeError: a field is bound to none of them.
        CustomFieldRetiredError: a field that is retired would get a value.
        InvalidInputError: a value cannot be taken.
    """
    fields, changes = fields_of(purposes), dict[str, str]()
    for name, value in values.items():
        was = before.get(name, "")
        if name not in fields:
            if value:
                raise FieldWithoutPurposeError(field=name, purpose=next(iter(purposes)).title["de"])
        elif value != was and (cleaned := fields[name].clean(value)) != was:
            changes[name] = fields[name].clean_new(cleaned)
    return changes


def write(session: Session, *, subject_id: str, values: Mapping[str, str], fields: Mapping[str, CustomField], now: datetime) -> Written:
    """Set the values of one person whose write has begun; an empty text removes the value. The door makes the entry."""
    ids = [fields[name].id for name in values]
    session.execute(delete(CustomValue).where(CustomValue.subject_id == subject_id, CustomValue.field_id.in_(ids)))
    due_values.forget(session, subject_id=subject_id, field_ids=ids)
    filled = {name: value for name, value in values.items() if value}
    places = [_place(subject_id, fields[name].id, now) for name in filled]
    contents = [(place, value.encode()) for place, value in zip(places, filled.values(), strict=True)]
    sealed = dict(zip(filled, Vault.of(session).seal_many(session, contents), strict=True))
    rows = [{"subject_id": subject_id, "field_id": fields[name].id, "set_at": now, "sealed_value": value} for name, value in sealed.items()]
    insert_rows(session.connection(), CustomValue, rows)
    periods = [(subject_id, fields[name].id, fields[name].rule, now) for name in sealed]
    due_values.begin(session, periods, zone=due.zone_of(session))
    return Written({name: sealed.get(name) for name in values})


def find_sealed(session: Session, subject_ids: Collection[str]) -> Iterator[tuple[Place, bytes, str]]:
    """Return what lies sealed about these people, with the name by which entries call it, to examine whether it is whole."""
    # Read as bytes whatever somebody put there: SQLite stores text in any column.
    found = select(_VALUE.subject_id, _VALUE.field_id, _VALUE.set_at, cast(_VALUE.sealed_value, LargeBinary), StoredField.code)
    rows = session.execute(found.join(StoredField, StoredField.id == _VALUE.field_id).where(_VALUE.subject_id.in_(subject_ids)))
    for subject_id, field_id, set_at, sealed, code in rows:
        yield _place(subject_id, field_id, set_at), sealed, PREFIX + code


def count_sealed(session: Session) -> int:
    """Return how many values there are of living people."""
    living = select(func.count()).select_from(CustomValue).join(Subject, Subject.id == _VALUE.subject_id)
    return session.scalar(living.where(Subject.state == SubjectState.LIVING)) or 0


def _place(subject_id: str, field_id: str, set_at: datetime) -> Place:
    return Place(subject_id, Compartment.PROFILE, "custom_value", "sealed_value", f"{field_id}:{micros(set_at)}")
