"""How every connection to an index is opened, wherever it is."""

import sqlite3

_BUSY_SECONDS = 10.0
# Durable it need not be. Mapped, because a page is in RAM already and copying it would cost most of a query's time.
_PRAGMAS = {"synchronous": "OFF", "temp_store": "MEMORY", "secure_delete": "ON", "mmap_size": "2147418112"}


def connect(uri: str) -> sqlite3.Connection:
    """Open a build that is in RAM."""
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)
    try:
        for name, value in _PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def as_percent(done: int, total: int) -> int:
    """Return how far a build has come; it is complete only when readers can use it."""
    return min(99, done * 100 // total) if total else 0
