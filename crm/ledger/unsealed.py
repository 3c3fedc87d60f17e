"""Finds the entries that are not sealed yet, in the order in which they will be.

SQLite has one writer, so ids are given in commit order. On PostgreSQL they are not: a cursor on ids loses the rows
of whoever commits late. There the cursor is (transaction, id) and stays behind every transaction still running.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, String, and_, cast, func, insert, literal, or_, select, text, update

from crm.ledger import tables
from crm.ledger.tables import TransactionId

_E, _S = tables.entry.c, tables.sealed_leaf.c
_LAST_ID = 2**63 - 1
_not_sealed = ~select(_S.leaf_index).where(_S.entry_id == _E.id).exists()


def take_batch(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Return id and leaf of the next entries to seal, and move the cursor."""
    if connection.dialect.name == "sqlite":
        return connection.execute(_by_id(limit)).all()
    return _PostgresqlCursor.load(connection).take(connection, limit)


def _by_id(limit: int) -> Select[Any]:
    last = select(_S.entry_id).order_by(_S.leaf_index.desc()).limit(1).scalar_subquery()
    return select(_E.id, _E.leaf).where(_E.id > func.coalesce(last, 0)).order_by(_E.id).limit(limit)


def _xid(value: int) -> Any:
    return cast(cast(literal(str(value)), String), TransactionId())


@dataclass(frozen=True, slots=True)
class _PostgresqlCursor:
    """How far has been read, in the numbering of `cluster`; `horizon` is the oldest transaction still running."""

    cluster: str
    horizon: int
    xid: int
    entry_id: int
    restored: bool

    @classmethod
    def load(cls, connection: Connection) -> "_PostgresqlCursor":
        cluster, horizon = connection.execute(
            text("SELECT (SELECT system_identifier::text FROM pg_control_system()), pg_snapshot_xmin(pg_current_snapshot())::text")
        ).one()
        row = connection.execute(select(tables.cursor)).first()
        if row is None:
            connection.execute(insert(tables.cursor).values(id=1, cluster=cluster, xid=_xid(0), entry_id=0))
            return cls(cluster, int(horizon), 0, 0, restored=False)
        restored = row.cluster != cluster or row.xid >= int(horizon)
        return cls(cluster, int(horizon), row.xid, row.entry_id, restored)

    def take(self, connection: Connection, limit: int) -> Sequence[Row[Any]]:
        rows = connection.execute(self._query().limit(limit)).all()
        if len(rows) < limit and (rows or self.restored):
            self._move(connection, self.horizon - 1, _LAST_ID)
        elif len(rows) == limit and not self.restored:
            self._move(connection, rows[-1].xid, rows[-1].id)
        return rows

    def _query(self) -> Select[Any]:
        columns = select(_E.id, _E.leaf, _E.xid).where(_not_sealed)
        if self.restored:
            # After dump and restore the numbers are those of another cluster: take whatever is visible, in order of ids.
            return columns.order_by(_E.id)
        beyond = or_(_E.xid > _xid(self.xid), and_(_E.xid == _xid(self.xid), _E.id > self.entry_id))
        return columns.where(beyond, _E.xid < _xid(self.horizon)).order_by(_E.xid, _E.id)

    def _move(self, connection: Connection, xid: int, entry_id: int) -> None:
        connection.execute(update(tables.cursor).values(cluster=self.cluster, xid=_xid(xid), entry_id=entry_id))
