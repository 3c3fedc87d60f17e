"""What people asked for, in the key store: a backup of the data restored later must not undo it.

A line is written in the newest form and read in each there ever was. The first said the purposes alone; the second says
by which act an objection was raised or ended, too: a correction takes back one way by which it came, a wish all of them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from crm.db import Compartment, in_batches
from crm.vault.errors import JournalFormError
from crm.vault.schema import rights_journal, source_tombstone
from crm.vault.store import KeyStore

_READ_AT_ONCE = 500
_FORM = 2
# Built once, because every batch of an import asks it.
_ERASED_SOURCES = select(source_tombstone.c.tag).where(source_tombstone.c.tag.in_(bindparam("tags", expanding=True)))


class Right(StrEnum):
    """Kinds of acts that outlive a restore."""

    ERASURE = "erasure"
    RESTRICTION = "restriction"
    RESTRICTION_LIFTED = "restriction_lifted"
    OBJECTION = "objection"
    OBJECTION_LIFTED = "objection_lifted"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionLine:
    """What the event of an objection says, so that it can be entered again word by word.

    Attributes:
        act: raised, corrected or lifted.
        origin: the way by which the objection came, or by which it was ended, in words of ours.
        channel: the one channel it is about; None for all.
    """

    act: str
    origin: str
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsEntry:
    """One act; `tag` is a keyed hash for where no subject is known, `sequence` is set when it is read.

    `objection` is None for other rights, and in lines of the first form, which did not say it.
    """

    right: Right
    noted_at: datetime
    subject_id: str | None = None
    purposes: tuple[str, ...] = ()
    compartments: tuple[Compartment, ...] = ()
    tag: bytes | None = None
    objection: ObjectionLine | None = None
    sequence: int = 0


def note_rights(store: KeyStore, entries: Sequence[RightsEntry]) -> None:
    """Enter these acts durably; call it before the data change."""
    if entries:
        with store.writing() as connection:
            connection.execute(insert(rights_journal), rights_rows(entries))


def rights_rows(entries: Sequence[RightsEntry]) -> list[dict[str, Any]]:
    """Return the rows of the journal for these acts."""
    return [
        {
            "subject_id": entry.subject_id,
            "right": entry.right.value,
            "purposes": _write_purposes(entry),
            "compartments": json.dumps(entry.compartments),
            "tag": entry.tag,
            "noted_at": entry.noted_at,
        }
        for entry in entries
    ]


def read_rights(store: KeyStore, *, after: int = 0) -> Iterator[RightsEntry]:
    """Yield the acts entered after the one with sequence `after`, in order."""
    columns = rights_journal.c
    while True:
        with store.reading() as connection:
            asked = select(rights_journal).where(columns.sequence > after).order_by(columns.sequence).limit(_READ_AT_ONCE)
            rows = connection.execute(asked).all()
        yield from map(_entry, rows)
        if len(rows) < _READ_AT_ONCE:
            return
        after = rows[-1].sequence


def find_erased_sources(store: KeyStore, tags: Sequence[bytes]) -> set[bytes]:
    """Return which of these source tags belong to somebody erased."""
    found: set[bytes] = set()
    with store.reading() as connection:
        for batch in in_batches(tags):
            found.update(connection.scalars(_ERASED_SOURCES, {"tags": batch}))
    return found


def _write_purposes(entry: RightsEntry) -> str:
    said: dict[str, Any] = {"form": _FORM, "purposes": entry.purposes}
    return json.dumps(said | ({"objection": asdict(entry.objection)} if entry.objection else {}))


def _read_purposes(written: str) -> dict[str, Any]:
    """Return what a line says, whatever form it has.

    Raises:
        JournalFormError: a newer version wrote it; guessing what it means could undo what somebody asked for.
    """
    said = json.loads(written)
    if isinstance(said, list):  # the first form
        return {"purposes": said}
    if said["form"] != _FORM:
        raise JournalFormError(form=said["form"])
    return dict(said)


def _entry(row: Row[*tuple[Any, ...]]) -> RightsEntry:
    said = _read_purposes(row.purposes)
    return RightsEntry(
        right=Right(row.right),
        noted_at=row.noted_at,
        subject_id=row.subject_id,
        purposes=tuple(said["purposes"]),
        objection=ObjectionLine(**said["objection"]) if "objection" in said else None,
        compartments=tuple(map(Compartment, json.loads(row.compartments))),
        tag=row.tag,
        sequence=row.sequence,
    )
