"""Reads entries for people: newest first, by filters, a page at a time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Integer, bindparam, func, select, union
from sqlalchemy.orm import Session

from crm.clock import from_micros, micros
from crm.ledger import tables
from crm.ledger.acts import IS_OF_ACTS_HERE
from crm.ledger.entry_checks import blob
from crm.ledger.leaf import canonical, parse
from crm.ledger.lists import events_showing

_E, _S = tables.entry.c, tables.sealed_leaf.c
_SEALED_OR_NOT = tables.entry.outerjoin(tables.sealed_leaf, _S.entry_id == _E.id)

# About one person. Written once: every contact page asks them.
_ABOUT = _E.subject_id == bindparam("subject_id")
_OF_PERSON = (
    select(_E.id, blob(_E.leaf), _S.leaf_index)
    .select_from(_SEALED_OR_NOT)
    .where(_ABOUT)
    .order_by(_E.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_OF_PERSON_BY = _OF_PERSON.where(IS_OF_ACTS_HERE)
_COUNT_OF_PERSON = select(func.count()).select_from(tables.entry).where(_ABOUT, IS_OF_ACTS_HERE)
_NEWEST_OF_PERSON = select(_E.id).where(_ABOUT, ~IS_OF_ACTS_HERE).order_by(_E.id.desc()).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """What to show; None does not filter.

    Attributes:
        subject_id: entries about this person, and the lists this person was in.
        until: entries before this moment.
    """

    actor: str | None = None
    action: str | None = None
    purpose: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry as it stands in the log.

    Attributes:
        id: number of the row; pages go on below it.
        index: place in the sealed order, or None while it waits.
        fields: what the leaf says, by the names of the format.
    """

    id: int
    index: int | None
    happened_at: datetime
    fields: dict[str, Any]


def find_latest_moment(session: Session) -> datetime | None:
    """Return the latest time any entry carries, which need not be the newest entry's: a clock can be set back."""
    latest = session.scalar(select(func.max(_E.t)))
    return None if latest is None else from_micros(latest)


def find_entries(
    session: Session, wanted: EntryFilter, *, before: int | None = None, after: int | None = None, limit: int = 50
) -> list[StoredEntry]:
    """Return entries, the newest first.

    Args:
        before: only rows below this number, the `id` of the last entry of the newer page.
        after: only rows above this number, the `id` of the first entry of the older page; those next to it.
    """
    query = select(_E.id, blob(_E.leaf), _S.leaf_index).select_from(_SEALED_OR_NOT)
    conditions = list(_conditions(wanted))
    if before is not None:
        conditions.append(_E.id < before)
    if after is not None:
        conditions.append(_E.id > after)
    order = _E.id.desc() if after is None else _E.id.asc()
    rows = session.execute(query.where(*conditions).order_by(order).limit(limit)).all()
    return [_stored(row) for row in (rows if after is None else reversed(rows))]


def find_entries_of(session: Session, subject_id: str, *, actions: Collection[str] | None = None, limit: int) -> list[StoredEntry]:
    """Return the entries that name this person, the newest first; lists are left out, since they say little about one of many.

    Args:
        actions: only these; None for all.
    """
    wanted = {"subject_id": subject_id, "limit": limit}
    rows = session.execute(_OF_PERSON, wanted) if actions is None else session.execute(_OF_PERSON_BY, {**wanted, "actions": actions})
    return [_stored(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Payload:
    """The sealed details of one entry, and what they are bound to."""

    event: str
    content: bytes
    aad: bytes


def find_payloads(session: Session, subject_id: str) -> Iterator[Payload]:
    """Yield the details of the entries that name this person; of an entry that was tampered with, nothing."""
    joined = tables.payload.join(tables.entry, _E.event == tables.payload.c.event)
    query = select(_E.event, blob(tables.payload.c.content).label("content"), blob(_E.leaf).label("leaf")).select_from(joined)
    for row in session.execute(query.where(_E.subject_id == subject_id)):
        if fields := _fields(row.leaf):
            yield Payload(row.event, row.content, canonical({name: value for name, value in fields.items() if name != "ph"}))


def find_newest(session: Session, subject_id: str, *, except_actions: Collection[str]) -> int | None:
    """Return the number of the newest entry that names this person, but for these actions; None where there is none."""
    return session.scalar(_NEWEST_OF_PERSON, {"subject_id": subject_id, "actions": except_actions})


def find_newest_of_acts(session: Session, actions: Collection[str]) -> tuple[int | None, ...]:
    """Return the number of the newest entry of each of these acts, whoever it is about; one step into the index for each."""
    newest = (select(func.max(tables.entry.c.id)).where(tables.entry.c.action == each).scalar_subquery() for each in sorted(actions))
    return tuple(session.execute(select(*newest)).one())


def count_entries_of(session: Session, subject_id: str, *, actions: Collection[str]) -> int:
    """Return how many entries of these actions name this person."""
    return session.scalar(_COUNT_OF_PERSON, {"subject_id": subject_id, "actions": actions}) or 0


def count_entries(session: Session, wanted: EntryFilter) -> int:
    """Return how many entries fit."""
    return session.scalar(select(func.count()).select_from(tables.entry).where(*_conditions(wanted))) or 0


def last_checkpoint_note(connection: Connection) -> bytes | None:
    """Return the newest checkpoint as it was signed, or None when nothing is sealed."""
    c = tables.checkpoint.c
    note: bytes | None = connection.execute(select(c.note).order_by(c.size.desc()).limit(1)).scalar()
    return note


def _naming(subject_id: str) -> CompoundSelect[int]:
    """Select the entries about a person and those of lists that showed them; apart, because each has an index of its own."""
    about = select(_E.id).where(_E.subject_id == subject_id)
    return union(about, select(_E.id).where(_E.event.in_(events_showing(subject_id))))


def _conditions(wanted: EntryFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in ((_E.actor, wanted.actor), (_E.action, wanted.action), (_E.purpose, wanted.purpose)):
        if value is not None:
            yield column == value
    if wanted.subject_id is not None:
        yield _E.id.in_(_naming(wanted.subject_id))
    if wanted.since is not None:
        yield _E.t >= micros(wanted.since)
    if wanted.until is not None:
        yield _E.t < micros(wanted.until)


def _stored(row: Any) -> StoredEntry:
    fields = _fields(row.leaf)
    return StoredEntry(row.id, row.leaf_index, _moment(fields), fields)


def _moment(fields: dict[str, Any]) -> datetime:
    """Return when it happened; a forged moment is shown as the beginning of 1970."""
    try:
        return from_micros(fields.get("t", 0))
    except OverflowError:
        return from_micros(0)


def _fields(leaf: bytes) -> dict[str, Any]:
    """Return what a leaf says; of one that was tampered with, nothing: `verify` says what is wrong with it."""
    try:
        return parse(leaf)
    except ValueError:
        return {}
