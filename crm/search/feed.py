"""The feed of changes: announced in the transaction of the change, applied to each host's index.

Nobody tells an index what changed, only whose data changed: rows hold pseudonyms.

Why rows are not read by their id: on PostgreSQL an id is drawn when a row is inserted and becomes visible
when its transaction commits, so ids become visible out of order and a cursor on them loses rows. Each row
therefore carries the id of its transaction, and readers take whole transactions only once every older one
has ended (`pg_snapshot_xmin`); `(xid, id)` then only ever grows behind the reader. SQLite has one writer
at a time, so there `xid` is 0 and ids become visible in order.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, String, Text, cast, delete, exists, func, literal, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from crm.db import NOT_PERSONAL, Base, Category, Kept, SubjectLink, insert_rows, personal, stays

_LAST_ID = (1 << 63) - 1


class ChangeKind(StrEnum):
    """What an index has to do about a person."""

    CHANGED = "changed"
    GONE = "gone"
    PRUNED = "pruned"  # not about a person: rows before this one are no longer there


class SearchChange(Base):
    """One announcement: this person's data changed, or the person must not be found any more."""

    __tablename__ = "search_change"
    __table_args__ = (Index("ix_search_change_xid_id", "xid", "id"), {"sqlite_autoincrement": True, "info": stays(Kept.PASSING)})

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True, info=NOT_PERSONAL)
    xid: Mapped[int] = mapped_column(BigInteger, info=NOT_PERSONAL)
    subject_id: Mapped[SubjectLink]
    kind: Mapped[ChangeKind] = mapped_column(String(10), info=NOT_PERSONAL)
    at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """How far the feed was read."""

    xid: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """The next people to bring up to date; each stands in one of both, by their latest announcement."""

    changed: tuple[str, ...]
    gone: tuple[str, ...]
    position: Position
    has_more: bool


_place = tuple_(SearchChange.xid, SearchChange.id)


def announce(session: Session, subject_ids: Collection[str], *, kind: ChangeKind = ChangeKind.CHANGED, now: datetime) -> None:
    """Announce that these people changed, or are `GONE` (erased, restricted), in the transaction of the change."""
    if not subject_ids:
        return
    xid = _current_transaction(session)
    insert_rows(
        session.connection(),
        SearchChange,
        [{"xid": xid, "subject_id": subject_id, "kind": kind, "at": now} for subject_id in subject_ids],
    )


def read_feed(session: Session, *, after: Position, limit: int = 1_000) -> FeedBatch:
    """Return the next announcements after `after`, one entry per person."""
    query = (
        select(SearchChange.xid, SearchChange.id, SearchChange.subject_id, SearchChange.kind)
        .where(_place > tuple_(literal(after.xid), literal(after.id)), *_settled(session))
        .order_by(SearchChange.xid, SearchChange.id)
        .limit(limit)
    )
    rows = session.execute(query).all()
    latest = {row.subject_id: row.kind for row in rows}
    return FeedBatch(
        changed=tuple(subject_id for subject_id, kind in latest.items() if kind == ChangeKind.CHANGED),
        gone=tuple(subject_id for subject_id, kind in latest.items() if kind == ChangeKind.GONE),
        position=Position(rows[-1].xid, rows[-1].id) if rows else after,
        has_more=len(rows) == limit,
    )


def current_position(session: Session) -> Position:
    """Return where a build that reads everybody from now on has to continue; ask before reading them."""
    if _is_postgresql(session):
        return Position(_horizon(session) - 1, _LAST_ID)
    return Position(0, session.scalar(select(func.max(SearchChange.id))) or 0)


def has_gap(session: Session, *, after: Position) -> bool:
    """Say whether announcements after `after` were pruned or never were in this database: build anew then.

    The second happens after a restore: the index is ahead of the database, or of another cluster.
    """
    pruned = select(exists().where(SearchChange.kind == ChangeKind.PRUNED, _place > tuple_(literal(after.xid), literal(after.id))))
    if session.scalar(pruned):
        return True
    newest = current_position(session)
    return after > newest


def find_oldest_waiting(session: Session, *, after: Position) -> datetime | None:
    """Return since when the oldest announcement after `after` waits to be applied; None where none does."""
    waiting = select(func.min(SearchChange.at)).where(_place > tuple_(literal(after.xid), literal(after.id)), *_settled(session))
    return session.scalar(waiting)


def find_announced(session: Session, subject_ids: Collection[str], *, after: Position) -> set[str]:
    """Return who of these was announced after `after`, settled or not: an index at that place need not know of it yet."""
    announced = select(SearchChange.subject_id).where(_place > tuple_(literal(after.xid), literal(after.id)))
    return set(session.scalars(announced.where(SearchChange.subject_id.in_(subject_ids))))


def prune(session: Session, *, older_than: datetime) -> int:
    """Remove announcements made before `older_than`; return how many.

    The last one stays as a mark without a person, so that an index that slept longer can tell.
    """
    last = session.execute(
        select(SearchChange.xid, SearchChange.id)
        .where(SearchChange.at < older_than, *_settled(session))
        .order_by(SearchChange.xid.desc(), SearchChange.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return 0
    session.execute(update(SearchChange).where(SearchChange.id == last.id).values(kind=ChangeKind.PRUNED, subject_id=""))
    removed = session.connection().execute(delete(SearchChange).where(_place < tuple_(literal(last.xid), literal(last.id))))
    return removed.rowcount


def _settled(session: Session) -> tuple[ColumnElement[bool], ...]:
    return (SearchChange.xid < _horizon(session),) if _is_postgresql(session) else ()


def _horizon(session: Session) -> int:
    """Return the oldest transaction that has not ended, as the session sees it."""
    snapshot = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return session.scalars(select(cast(cast(snapshot, Text), BigInteger))).one()


def _current_transaction(session: Session) -> int:
    """Return the id of the transaction of the change; 0 on SQLite."""
    if not _is_postgresql(session):
        return 0
    return session.scalars(select(cast(cast(func.pg_current_xact_id(), Text), BigInteger))).one()


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
