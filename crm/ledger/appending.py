"""Writes entries in the business transaction: `draft`, then `append`. Nothing is chained here, the sealer does that."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from crm.clock import micros
from crm.db import new_id
from crm.ledger import tables
from crm.ledger.errors import LeafTooLargeError
from crm.ledger.leaf import FROM_CALLER, MAX_LEAF, VERSION, canonical
from crm.ledger.lists import with_salts
from crm.ledger.writer import Unit, unit_of

_ENTRY_COLUMNS = ("leaf", "event", "t", "actor", "action", "purpose", "subject_id")

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """An entry that has its number and time, and waits for its payload.

    Attributes:
        aad: the leaf without `ph`; what seals the payload binds it to this, so that it fits no other entry.
    """

    fields: Mapping[str, Any]
    aad: bytes
    unit: Unit


def draft(session: Session, fields: Mapping[str, Any], *, now: datetime) -> Draft:
    """Begin an entry in the open writing transaction; it must be appended before the commit.

    Args:
        fields: `a`, `act` and what else the entry says; None stands for absent.
    """
    return draft_many(session, [fields], now=now)[0]


def draft_many(session: Session, entries: Sequence[Mapping[str, Any]], *, now: datetime) -> list[Draft]:
    """Begin many entries at once, in their order; see `draft`."""
    if not entries:
        return []
    unit, moment = unit_of(session), micros(now)
    return [_draft(unit, fields, moment) for fields in entries]


def _draft(unit: Unit, fields: Mapping[str, Any], moment: int) -> Draft:
    said = {name: value for name, value in fields.items() if value is not None}
    if not said.keys() <= FROM_CALLER or "a" not in said or "act" not in said:
        raise ValueError("an entry needs a and act and knows no other fields than those of the format")
    said.update(v=VERSION, id=new_id(), t=unit.next_moment(moment), w=unit.writer.name, n=unit.next_number())
    return Draft(fields=said, aad=canonical(said), unit=unit)


def append(session: Session, draft: Draft, payload: bytes | None = None, *, subjects: Sequence[str] | None = None) -> None:
    """Append one entry, with its sealed payload or with the people of a list.

    Args:
        subjects: pseudonyms in the order shown. The entry holds their number, the payload their salted hashes;
            the salts stand apart and go when a person is erased.

    Raises:
        LeafTooLargeError: the entry would exceed 64 KiB.
    """
    unit = _unit_of(session, [draft])
    fields, event, people = draft.fields, draft.fields["id"], ""
    if subjects is not None:
        if payload is not None:
            raise ValueError("an entry has a payload or a list of people")
        payload, people = with_salts(subjects)
        fields = {**fields, "cnt": len(subjects)}
    if payload is None:
        _insert(unit.connection, tables.entry, _ENTRY_COLUMNS, [_row(fields, draft.aad)])
    else:
        leaf = canonical({**fields, "ph": hashlib.sha256(payload).hexdigest()})
        _insert(unit.connection, tables.entry, _ENTRY_COLUMNS, [_row(fields, leaf)])
        _insert(unit.connection, tables.payload, ("event", "content"), [(event, payload)])
    if people:
        _insert(unit.connection, tables.fresh_list, ("event", "people"), [(event, people)])
    unit.appended += 1


def append_many(session: Session, drafts: Sequence[Draft]) -> None:
    """Append entries without payload, all with one statement.

    Raises:
        LeafTooLargeError: an entry would exceed 64 KiB.
    """
    if not drafts:
        return
    unit = _unit_of(session, drafts)
    _insert(unit.connection, tables.entry, _ENTRY_COLUMNS, [_row(draft.fields, draft.aad) for draft in drafts])
    unit.appended += len(drafts)


def _unit_of(session: Session, drafts: Sequence[Draft]) -> Unit:
    unit = unit_of(session)
    if any(draft.unit is not unit for draft in drafts):
        raise RuntimeError("an entry is appended in the transaction that drafted it")
    return unit


def _row(fields: Mapping[str, Any], leaf: bytes) -> Row:
    if len(leaf) > MAX_LEAF:
        raise LeafTooLargeError
    return (leaf, fields["id"], fields["t"], fields["a"], fields["act"], fields.get("pur"), fields.get("sub"))


def _insert(connection: Connection, table: Table, columns: tuple[str, ...], rows: list[Row]) -> None:
    """Insert with a statement written once: no ORM, no compiling and no RETURNING on the path of every act."""
    statement = _statement(connection.dialect.name, table.name, columns)
    connection.exec_driver_sql(statement, rows[0] if len(rows) == 1 else rows)


@cache
def _statement(dialect: str, table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - names are constants, values are bound
