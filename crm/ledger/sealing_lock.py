"""One sealer at a time, across processes and hosts."""

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Engine, text

from crm.ledger.errors import SealerBusyError

_LOCK_NUMBER = 0x6C65_7468_655F_7365  # "lethe_se"; advisory locks belong to one database


def sealing_lock(engine: Engine) -> AbstractContextManager[None]:
    """Hold the lock of the sealer.

    Raises:
        SealerBusyError: another sealer holds it.
    """
    if engine.dialect.name != "sqlite":
        return _advisory_lock(engine)
    file = engine.url.database
    return _file_lock(Path(f"{file}.sealer")) if file and file != ":memory:" else nullcontext()


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SealerBusyError from None
        yield


@contextmanager
def _advisory_lock(engine: Engine) -> Iterator[None]:
    """Hold a session lock on a connection of its own, so that it outlives the sealing transaction."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        number = {"number": _LOCK_NUMBER}
        if not connection.execute(text("SELECT pg_try_advisory_lock(:number)"), number).scalar():
            raise SealerBusyError
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)
