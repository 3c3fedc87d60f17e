"""Engines whose every connection keeps what was acknowledged and leaves no traces on disk."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

# A pragma belongs to the connection, not to the file. FULL: with NORMAL a power cut loses acknowledged
# commits. MEMORY: sorting must not spill plaintext to disk. recursive_triggers: without it REPLACE slips
# past the guards of the ledger.
PRAGMAS: dict[str, str] = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "recursive_triggers": "ON",
    "temp_store": "MEMORY",
    "busy_timeout": "10000",
}
# Rows of people lie everywhere in their indexes, because pseudonyms are random. With 8 MB of pages in memory and a
# log of 16 MB, an import reads a quarter and writes three quarters as much, and syncs three times where it synced five.
_SPEED = {"cache_size": "-8000", "wal_autocheckpoint": "4000"}
EXPECTED = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "recursive_triggers": 1,
    "temp_store": 2,
    "busy_timeout": 10_000,
}

_RESTING_SINCE: Final = "resting_since"
_SHORT_REST: Final = 1.0  # seconds in which nobody starts a server anew

_SCHEMA_CHANGES = frozenset(
    code
    for name, code in vars(sqlite3).items()
    if name.startswith(("SQLITE_DROP_", "SQLITE_CREATE_", "SQLITE_ALTER_")) and "TEMP" not in name
)


def make_engine(url: str, *, may_change_schema: bool = False) -> Engine:
    """Return an engine for `url`; `may_change_schema` is for set-up and migrations only.

    Errors never show parameters, because parameters are pseudonyms and wrapped keys.

    Source: Art. 32(1)(b) DSGVO (integrity, resilience).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, hide_parameters=True)
        _ask_after_rest(engine)
        return engine
    if file := file_of(url):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"isolation_level": None, "check_same_thread": False})
    event.listen(engine, "connect", _prepare(may_change_schema=may_change_schema))
    event.listen(engine, "begin", _begin)
    return engine


def _ask_after_rest(engine: Engine) -> None:
    """Ask a connection that has rested whether it still stands, so that no page fails because the server was started anew.

    `pool_pre_ping` would ask each time: a page takes six connections one after the other, and each answer is a way there and back.
    """

    def note(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[_RESTING_SINCE] = time.monotonic()

    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        if time.monotonic() - record.info.get(_RESTING_SINCE, 0) < _SHORT_REST:
            return
        try:
            stands = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            stands = False
        if not stands:
            raise InvalidatePoolError  # and the pool gives a new one

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ask)


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database, or None for one on a server or in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database))


def _prepare(*, may_change_schema: bool) -> Callable[[sqlite3.Connection, ConnectionPoolEntry], None]:
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        for name, value in (PRAGMAS | _SPEED).items():
            connection.execute(f"PRAGMA {name}={value}")
        connection.create_function("lower", 1, _lower, deterministic=True)
        if not may_change_schema:
            connection.set_authorizer(_deny_schema_changes)

    return prepare


def _lower(value: str | float | bytes | None) -> str | float | bytes | None:
    """Return text in small letters, those beyond ASCII too: SQLite's own function leaves Ä as it is, and a search misses it."""
    return value.lower() if isinstance(value, str) else value


def _deny_schema_changes(action: int, first: str | None, *_rest: str | None) -> int:
    """Refuse to take down the guards of the ledger on connections that only work with data."""
    if action in _SCHEMA_CHANGES or (action == sqlite3.SQLITE_PRAGMA and first == "writable_schema"):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns into a writer fails at once with SQLITE_BUSY_SNAPSHOT, whatever the
    # timeout; so writers say at the start that they will write.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def live_settings(engine: Engine) -> dict[str, Any]:
    """Return the settings that a live connection of `engine` really has, for `lethe doctor`."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
        return {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("synchronous_commit", "fsync", "full_page_writes")}
