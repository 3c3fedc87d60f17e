"""A lock that one process holds until it gives it back or dies: across processes, and on PostgreSQL across hosts."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

# A holder whose host vanished without a farewell is given up by the server after about 15 seconds, and gives itself up no later.
_NOTICED_BY_SERVER: Final = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3"
_NOTICED_HERE: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 14_000,
}


class LastingLock(Protocol):
    """One lock of one name in one database."""

    def hold(self) -> bool:
        """Take the lock if it is free, and say whether it is held now: what was held may have been lost."""
        ...

    def release(self) -> None:
        """Give the lock back; giving back what is not held does nothing."""
        ...


def make_lasting_lock(engine: Engine, name: str) -> LastingLock:
    """Return the lock `name` of a database: held by the system, which gives it back when the holder dies."""
    if engine.dialect.name != "sqlite":
        return _AdvisoryLock(engine, name)
    file = engine.url.database
    return _FileLock(Path(f"{file}.{name}")) if file and file != ":memory:" else _NobodyElse()


@contextmanager
def holding(engine: Engine, name: str) -> Iterator[bool]:
    """Hold the lock `name` for a while if it is free, and say whether it is ours."""
    lock = make_lasting_lock(engine, name)
    try:
        yield lock.hold()
    finally:
        lock.release()


class _FileLock:
    """A lock on a file beside the database; the kernel gives it back with the last descriptor of a process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def hold(self) -> bool:
        if self._file and self._is_replaced(self._file):
            self.release()  # somebody removed the file: the next one would lock another
        return self._file is not None or self._take()

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _take(self) -> bool:
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _is_replaced(self, file: IO[bytes]) -> bool:
        try:
            return not os.path.samestat(self._path.stat(), os.fstat(file.fileno()))
        except FileNotFoundError:
            return True


class _AdvisoryLock:
    """A session lock on a connection of its own; the server gives it back when the connection ends."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._number = int.from_bytes(hashlib.sha256(f"lethe {name}".encode()).digest()[:8], signed=True)
        self._engine = create_engine(
            engine.url,
            poolclass=NullPool,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": _NOTICED_BY_SERVER, **_NOTICED_HERE},
        )
        self._connection: Connection | None = None

    def hold(self) -> bool:
        try:
            return self._is_alive(self._connection) if self._connection else self._take()
        except SQLAlchemyError:
            self.release()
            return False

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.invalidate()  # ends the session, and the lock with it, also where nothing can be said to it any more
            connection.close()

    @staticmethod
    def _is_alive(connection: Connection) -> bool:
        """Ask for a sign of life; as long as the session lives, so does its lock."""
        return connection.execute(text("SELECT true")).scalar_one() is True

    def _take(self) -> bool:
        connection = self._engine.connect()
        try:
            taken = connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": self._number}).scalar_one()
        except SQLAlchemyError:
            connection.close()
            raise
        if taken:
            self._connection = connection
        else:
            connection.close()
        return bool(taken)


class _NobodyElse:
    """A database in memory is seen by one process only."""

    def hold(self) -> bool:
        return True

    def release(self) -> None:
        return
