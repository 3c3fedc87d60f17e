"""Empties SQLite's write-ahead log, where old pages with what was deleted stay until somebody does."""

import sqlite3
import time
from typing import Final, cast

from sqlalchemy import Engine

_TRUNCATE: Final = "PRAGMA wal_checkpoint(TRUNCATE)"
_ATTEMPT: Final = 50  # milliseconds; an attempt to empty the log holds up writers
_PAUSE: Final = 0.02  # seconds in which they get their turn


def empty_log(engine: Engine, *, patience: float) -> bool:
    """Move everything out of the write-ahead log and say whether nothing is left of it; elsewhere than on SQLite it cannot be done.

    As long as anybody reads, the old pages stay.

    Args:
        patience: seconds to go on trying.
    """
    if engine.dialect.name != "sqlite":
        return False
    deadline = time.monotonic() + patience
    # Past SQLAlchemy's transaction: each statement is one of its own.
    pooled = engine.raw_connection()
    try:
        connection = cast("sqlite3.Connection", pooled.dbapi_connection)
        ordinary = connection.execute("PRAGMA busy_timeout").fetchone()[0]
        connection.execute(f"PRAGMA busy_timeout={_ATTEMPT}")
        try:
            while connection.execute(_TRUNCATE).fetchone()[0]:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_PAUSE)
        finally:
            connection.execute(f"PRAGMA busy_timeout={ordinary}")
    finally:
        pooled.close()
    return True
