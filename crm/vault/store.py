"""Access to the key store: its transactions, its state, and leaving no trace of what was destroyed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple, TypeVar, cast

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from crm.db import Fault, empty_log, find_fault
from crm.vault import schema
from crm.vault.errors import KeyStoreBrokenError, KeyStoreDamagedError, KeyStoreFullError, KeyStoreReadOnlyError, KeyUnavailableError

T = TypeVar("T")

_columns = schema.state.c
_LOCK = select(_columns.id).with_for_update()
_STATE = select(_columns.epoch, _columns.high_water, _columns.swept, _columns.shred_sequence)
_OUT_OF_REACH = (OperationalError, InterfaceError, PoolTimeoutError, sqlite3.OperationalError)
_MEANING: dict[Fault, type[KeyUnavailableError]] = {
    Fault.READ_ONLY: KeyStoreReadOnlyError,
    Fault.UNOPENED: KeyStoreReadOnlyError,
    Fault.DAMAGED: KeyStoreBrokenError,
    Fault.FULL: KeyStoreFullError,
}
_SHRED_SEQUENCE = "SELECT shred_sequence FROM keystore_state"


class KeyStoreState(NamedTuple):
    """How far the key store has come."""

    epoch: int
    high_water: int
    swept: int
    shred_sequence: int


class KeyStore:
    """The key store of one process; every failure to reach it is `KeyUnavailableError`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writing=True)
        self._autocommit = engine if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @cached_property
    def installation_id(self) -> str:
        """The random name of this installation, part of what every wrapped key is bound to."""
        with self.reading() as connection:
            return str(_required(connection.execute(select(schema.state.c.installation_id)).scalar()))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with _reachable(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that holds the key store's state locked, so that writers take turns."""
        with _reachable(), self._writer.begin() as connection:
            connection.execute(_LOCK)
            yield connection

    def state(self) -> KeyStoreState:
        """Return how far the key store has come."""
        with self.reading() as connection:
            return state_of(connection)

    def shred_sequence(self) -> int:
        """Return the counter of destructions, as cheaply as the database lets it be read."""
        with _reachable():
            if not self.is_sqlite:
                with self._autocommit.connect() as connection:
                    return int(_required(connection.exec_driver_sql(_SHRED_SEQUENCE).scalar()))
            # Past SQLAlchemy's transaction, because this runs before every other one.
            with self._raw() as raw:
                return int(_required(raw.execute(_SHRED_SEQUENCE).fetchone())[0])

    def empty_log(self, *, patience: float) -> bool:
        """Move everything out of SQLite's write-ahead log and say whether nothing is left of it.

        As long as anybody reads, the old pages stay, and with them the key that was destroyed.

        Args:
            patience: seconds to go on trying.
        """
        with _reachable():
            return empty_log(self._engine, patience=patience)

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        """Open a connection outside of transactions: each statement is one of its own."""
        connection = self._engine.raw_connection()
        try:
            yield cast("sqlite3.Connection", connection.dbapi_connection)
        finally:
            connection.close()


def state_of(connection: Connection) -> KeyStoreState:
    """Return the state as this transaction sees it."""
    return KeyStoreState(*_required(connection.execute(_STATE).first()))


def _required(found: T | None) -> T:
    """Return what the row of state says, or refuse where somebody removed it."""
    if found is None:
        raise KeyStoreDamagedError
    return found


def reserve_numbers(connection: Connection, count: int) -> int:
    """Take `count` key numbers that no key ever had and return the first of them."""
    high_water = state_of(connection).high_water
    connection.execute(update(schema.state).values(high_water=high_water + count))
    return high_water + 1


def raise_shred_sequence(connection: Connection) -> None:
    """Make every process drop the keys it holds at its next transaction."""
    connection.execute(update(schema.state).values(shred_sequence=schema.state.c.shred_sequence + 1))


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except _OUT_OF_REACH as error:
        raise _explained(error) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        if find_fault(error) is None:  # a row that breaks a rule says nothing about the store
            raise
        raise _explained(error) from error


def _explained(error: Exception) -> KeyUnavailableError:
    fault = find_fault(error)
    return _MEANING[fault]() if fault else KeyUnavailableError()
