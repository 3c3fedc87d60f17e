"""Who was in a list: one entry in the log, and beside it the salts that say which people its payload means.

The writer stores a list as one row, because an index by person costs a page of the database for each person in it.
The sealer files the people under their pseudonyms a moment later. Erasing a person drops their salts: the hashes in
the payload stay and still verify, but lead to nobody any more.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Connection, bindparam, delete, insert, select, union_all, update
from sqlalchemy.orm import Session

from crm.db import among
from crm.ledger import tables

_SUBJECT = 32
_RECORD = 2 * _SUBJECT
_ERASED = "0" * _RECORD
_SALT_BYTES = 16
_L, _A = tables.fresh_list.c, tables.salt.c
_DROP_SALTS = delete(tables.salt).where(among(_A.subject_id, "subject_ids"))


def salted(subject_id: str, salt: bytes) -> bytes:
    """Return what a list's payload holds for one person."""
    return hashlib.sha256(salt + subject_id.encode()).digest()


def with_salts(subjects: Sequence[str]) -> tuple[bytes, str]:
    """Return the payload of a list, and its people with their salts as text."""
    if any(len(subject) != _SUBJECT for subject in subjects):
        raise ValueError("a list holds pseudonyms")
    random = secrets.token_bytes(_SALT_BYTES * len(subjects))
    salts = [random[start : start + _SALT_BYTES] for start in range(0, len(random), _SALT_BYTES)]
    pairs = list(zip(subjects, salts, strict=True))
    return b"".join([salted(*pair) for pair in pairs]), "".join([subject + salt.hex() for subject, salt in pairs])


def people_in(people: str) -> Iterator[tuple[int, str, bytes]]:
    """Yield position, pseudonym and salt of everybody in a stored list who was not erased since."""
    for position, start in enumerate(range(0, len(people), _RECORD)):
        record = people[start : start + _RECORD]
        if record != _ERASED:
            yield position, record[:_SUBJECT], _salt_of(record)


def _salt_of(record: str) -> bytes:
    """Return the salt, or one that verification finds wrong: a forged list must not stop the sealer."""
    try:
        return bytes.fromhex(record[_SUBJECT:])
    except ValueError:
        return b""


def file_lists(connection: Connection, limit: int) -> int:
    """File the people of some lists under their pseudonyms and return how many lists that were."""
    rows = connection.execute(select(_L.id, _L.event, _L.people).order_by(_L.id).limit(limit)).all()
    salts = [
        {"subject_id": subject, "event": row.event, "position": position, "salt": salt}
        for row in rows
        for position, subject, salt in people_in(row.people)
    ]
    if salts:
        connection.execute(insert(tables.salt).inline(), sorted(salts, key=lambda salt: str(salt["subject_id"])))
    if rows:
        connection.execute(delete(tables.fresh_list).where(_L.id.in_([row.id for row in rows])))
    return len(rows)


def events_showing(subject_id: str) -> CompoundSelect[Any]:
    """Return the query for the events in whose lists a person was."""
    filed = select(_A.event).where(_A.subject_id == subject_id)
    return union_all(filed, select(_L.event).where(_L.people.contains(subject_id, autoescape=True)))


def drop_salts(session: Session, subject_ids: Sequence[str]) -> int:
    """Forget in which lists people were; return how many places in lists lead to nobody now.

    Source: Art. 17(1) DSGVO.
    """
    filed = session.execute(_DROP_SALTS, {"subject_ids": list(subject_ids)})
    number: int = filed.rowcount  # type: ignore[attr-defined] # a DELETE has one
    gone = set(subject_ids)
    kept = []
    for row in session.execute(select(_L.id, _L.people)):
        records = [row.people[start : start + _RECORD] for start in range(0, len(row.people), _RECORD)]
        if left := sum(record[:_SUBJECT] in gone for record in records):
            number += left
            kept.append({"of": row.id, "now": "".join(_ERASED if record[:_SUBJECT] in gone else record for record in records)})
    if kept:
        session.connection().execute(update(tables.fresh_list).where(_L.id == bindparam("of")).values(people=bindparam("now")), kept)
    return number
