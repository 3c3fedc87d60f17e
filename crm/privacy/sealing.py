"""Turns fields into sealed columns and back, for the doors; what else is sealed by name is encoded alike."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.db import Compartment
from crm.models.contact import SEALED_COLUMN, Contact
from crm.models.field_groups import FIELDS, FieldGroup
from crm.vault import Columns, Padding, Place, Vault

_TABLE = "contact"
_ORIGIN = "origin"
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(content: Mapping[str, Any]) -> bytes:
    """Return named values in the form in which they are sealed, here and wherever else such values are."""
    return _to_json(dict(content)).encode()


def group_fields(fields: Mapping[str, str]) -> dict[FieldGroup, dict[str, str]]:
    """Return the filled fields by group; empty values are not data and are left out."""
    grouped: dict[FieldGroup, dict[str, str]] = {}
    for group, names in FIELDS.items():
        if filled := {name: fields[name] for name in names if fields.get(name)}:
            grouped[group] = filled
    return grouped


def group_origin(origin: str) -> dict[FieldGroup, dict[str, str]]:
    """Return where a person's data came from as a group of its own, so that it is sealed in one go with the fields."""
    return {FieldGroup.ORIGIN: {_ORIGIN: origin}}


def seal_groups(session: Session, subject_id: str, groups: Mapping[FieldGroup, Mapping[str, str]]) -> dict[FieldGroup, bytes]:
    """Seal each group under the person's profile key; the write must have begun."""
    contents = [(contact_place(subject_id, group), encode(fields)) for group, fields in groups.items()]
    return dict(zip(groups, Vault.of(session).seal_many(session, contents), strict=True))


def contact_place(subject_id: str, group: FieldGroup) -> Place:
    """Return where the sealed value of a contact's group belongs."""
    return Place(subject_id, Compartment.PROFILE, _TABLE, SEALED_COLUMN[group], subject_id)


def note_place(subject_id: str, note_id: str) -> Place:
    """Return where the sealed text of a note belongs."""
    return Place(subject_id, Compartment.PROFILE, "note", "sealed_text", note_id)


def company_place(subject_id: str, company_id: str) -> Place:
    """Return where the sealed details of a sole trader belong."""
    return Place(subject_id, Compartment.PROFILE, "company", "sealed_details", company_id)


def seal_text(session: Session, place: Place, text: str) -> bytes:
    """Seal free text, padded so that its length tells little."""
    return Vault.of(session).seal(session, place, text.encode(), padding=Padding.TEXT)


def seal_fields(session: Session, place: Place, fields: Mapping[str, str]) -> bytes:
    """Seal named fields that do not belong to a contact's group."""
    return Vault.of(session).seal(session, place, encode(fields))


def open_all(session: Session, sealed: Sequence[tuple[Place, bytes]]) -> list[dict[str, str]]:
    """Open sealed fields, in order."""
    # One parse for all: a page of people is hundreds of small values.
    opened: list[dict[str, str]] = json.loads(b"[" + b",".join(Vault.of(session).open_many(sealed)) + b"]")
    return opened


def open_contacts(session: Session, groups: Sequence[FieldGroup], rows: Sequence[Sequence[Any]]) -> dict[str, dict[str, str]]:
    """Open rows of a pseudonym and the sealed columns of these groups; return the fields by pseudonym."""
    where = Columns(Compartment.PROFILE, _TABLE, [SEALED_COLUMN[group] for group in groups])
    opened = Vault.of(session).open_rows(where, rows)
    lists = json.loads(b"[" + b",".join([b"[" + b",".join(values) + b"]" for values in opened]) + b"]")
    return {row[0]: _merge(fields) for row, fields in zip(rows, lists, strict=True)}


def open_origin(session: Session, contact: Contact) -> str:
    """Open where the data of one person came from."""
    place = contact_place(contact.subject_id, FieldGroup.ORIGIN)
    return take_origin(open_all(session, [(place, contact.sealed_origin)])[0])


def take_origin(fields: dict[str, str]) -> str:
    """Take where the data came from out of opened fields; empty where it was not opened."""
    return fields.pop(_ORIGIN, "")


def _merge(fields: Sequence[dict[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for each in fields:
        merged |= each
    return merged


def open_text(session: Session, place: Place, sealed: bytes) -> str:
    """Open sealed free text."""
    return Vault.of(session).open(place, sealed).decode()
