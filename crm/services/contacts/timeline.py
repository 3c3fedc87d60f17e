"""What happened to one person, out of the ledger: entries name fields and purposes, never contents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.clock import from_micros
from crm.ledger.tables import entry, sealed_leaf

_READ = 60  # entries; those that say the same are shown as one


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """One entry about the person.

    Attributes:
        kind: what the action is about besides the person, such as a channel or the kind of a note.
        index: number in the log; None until the entry is sealed.
    """

    row: int
    at: datetime
    actor: str
    action: str
    purpose: str | None
    kind: str | None
    result: str | None
    groups: tuple[str, ...]
    index: int | None


@dataclass(frozen=True, slots=True)
class Past:
    """The newest events, newest first, and how many there are in all."""

    events: tuple[PastEvent, ...]
    count: int


def find_past(session: Session, *, subject_id: str) -> Past:
    """Return the newest entries about one person.

    Lists are left out: an entry for fifty people says little about one of them. Reading a person's own entries
    makes none of its own: they are part of the page whose entry names them.
    """
    newest = (
        select(entry.c.id, entry.c.leaf, sealed_leaf.c.leaf_index)
        .outerjoin(sealed_leaf, sealed_leaf.c.entry_id == entry.c.id)
        .where(entry.c.subject_id == subject_id)
        .order_by(entry.c.id.desc())
        .limit(_READ)
    )
    events = tuple(_parse(row, json.loads(leaf), index) for row, leaf, index in session.execute(newest))
    count = session.scalar(select(func.count()).select_from(entry).where(entry.c.subject_id == subject_id)) or 0
    return Past(events, count)


def _parse(row: int, leaf: Mapping[str, Any], index: int | None) -> PastEvent:
    return PastEvent(
        row=row,
        at=from_micros(leaf["t"]),
        actor=leaf["a"],
        action=leaf["act"],
        purpose=leaf.get("pur"),
        kind=leaf.get("obj"),
        result=leaf.get("res"),
        groups=tuple(leaf.get("f", ())),
        index=index,
    )
