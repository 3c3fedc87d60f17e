"""Counts the entries of each database connection, so that a missing one shows before it is sealed.

A connection is one writer with a random name. Its counter advances only after the commit: a rollback, also
to a savepoint of the session, gives the numbers back.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

_WRITER = "ledger_writer"
_UNIT = "ledger_unit"
_LAST_T = "SELECT t FROM ledger_entry ORDER BY id DESC LIMIT 1"


@dataclass(slots=True)
class Writer:
    """One connection as the ledger sees it. `in_doubt`: a commit was tried and nobody knows whether it happened."""

    name: str
    count: int = 0
    in_doubt: bool = False


@dataclass(slots=True, eq=False)
class Unit:
    """What one transaction has drafted and appended so far."""

    writer: Writer
    connection: Connection
    transaction: SessionTransaction
    last_t: int
    drafted: int = 0
    appended: int = 0
    marks: dict[SessionTransaction, tuple[int, int]] = field(default_factory=dict)

    def next_number(self) -> int:
        self.drafted += 1
        return self.writer.count + self.drafted

    def next_moment(self, t: int) -> int:
        """Return `t`, or the last moment in the log if the clock has been set back since."""
        self.last_t = max(t, self.last_t)
        return self.last_t


def unit_of(session: Session) -> Unit:
    """Return the unit of the session's transaction; the first call opens both."""
    # Asked each time, because a savepoint of the session begins when it is first asked for its connection.
    connection = session.connection()
    unit: Unit | None = session.info.get(_UNIT)
    transaction = session.get_transaction()
    if unit is not None and unit.transaction is transaction:
        return unit
    if transaction is None:
        raise RuntimeError("the session has no transaction")
    unit = Unit(_writer_of(connection), connection, transaction, _floor_of_time(connection))
    session.info[_UNIT] = unit
    return unit


def _writer_of(connection: Connection) -> Writer:
    writer: Writer | None = connection.info.get(_WRITER)
    if writer is None or writer.in_doubt:
        writer = Writer(secrets.token_hex(8))
        connection.info[_WRITER] = writer
    return writer


def _floor_of_time(connection: Connection) -> int:
    """Return the last moment in the log; on SQLite only, where the write lock makes "last" true."""
    if connection.dialect.name != "sqlite":
        return 0
    if not connection.get_execution_options().get("writing"):
        raise RuntimeError("entries are drafted under the write lock: open the unit of work with writing()")
    # On the driver's own connection, because every act asks this.
    driver: Any = connection.connection.driver_connection
    row = driver.execute(_LAST_T).fetchone()
    return int(row[0]) if row else 0


def _before_commit(session: Session) -> None:
    unit: Unit | None = session.info.get(_UNIT)
    if unit is None or session.in_nested_transaction():
        return
    if unit.drafted != unit.appended:
        raise RuntimeError("an entry was drafted and never appended")
    unit.writer.in_doubt = True


def _after_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    unit: Unit | None = session.info.pop(_UNIT, None)
    if unit is not None:
        unit.writer.count += unit.appended
        unit.writer.in_doubt = False


def _at_savepoint(session: Session, transaction: SessionTransaction) -> None:
    unit: Unit | None = session.info.get(_UNIT)
    if unit is not None and transaction.nested:
        unit.marks[transaction] = (unit.drafted, unit.appended)


def _after_rollback(session: Session, transaction: SessionTransaction) -> None:
    unit: Unit | None = session.info.get(_UNIT)
    if unit is not None and transaction.nested:
        unit.drafted, unit.appended = unit.marks.pop(transaction, (0, 0))
    else:
        session.info.pop(_UNIT, None)


event.listen(Session, "before_commit", _before_commit)
event.listen(Session, "after_commit", _after_commit)
event.listen(Session, "after_transaction_create", _at_savepoint)
event.listen(Session, "after_soft_rollback", _after_rollback)
