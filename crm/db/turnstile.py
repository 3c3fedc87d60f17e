"""Lets people through before long work, because SQLite's write lock knows no queue."""

import errno
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from crm.db.errors import DatabaseReadOnlyError, DiskFullError

_LONGEST_WAIT = 2.0  # seconds; afterwards everybody gets their turn as SQLite gives it
_NAP = 0.002  # seconds


class Turnstile:
    """Three lock files: short units of work hold the first shared and the third alone, long work the second for one batch.

    Long work must find the first free before each batch: SQLite's writers poll for the lock, so work that takes it
    again at once would win every time, and an edit would wait for the whole import instead of one batch. Short work
    waits for the second to be free, and for its turn: SQLite sleeps up to 100 ms between two looks, in which nobody
    would write, and whoever has waited longest looks least often.
    """

    def __init__(self, path: Path) -> None:
        self._waiting = path
        self._batch = path.with_name(f"{path.name}.batch")
        self._turn = path.with_name(f"{path.name}.turn")

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Hold the turnstile shared while a short unit of work waits, and its turn while it writes."""
        with _open(self._waiting) as waiting, _open(self._turn) as turn:
            fcntl.flock(waiting, fcntl.LOCK_SH)
            _wait_for(self._batch, fcntl.LOCK_SH)
            _try_lock(turn, fcntl.LOCK_EX)
            yield

    @contextmanager
    def working_long(self) -> Iterator[None]:
        """Let everybody through who waits or writes, then be seen at work for one batch."""
        _wait_for(self._waiting, fcntl.LOCK_EX)
        with _open(self._batch) as file:
            _try_lock(file, fcntl.LOCK_EX)
            yield


def _open(path: Path) -> IO[bytes]:
    """Open a lock file, which lies beside the database.

    Raises:
        DatabaseReadOnlyError, DiskFullError: it cannot be made; then the database could not be written either.
    """
    try:
        return path.open("ab")
    except OSError as error:
        raise (DiskFullError if error.errno == errno.ENOSPC else DatabaseReadOnlyError) from error


def _wait_for(path: Path, kind: int) -> None:
    """Return when the lock could be had, or after two seconds; it is given back at once."""
    with _open(path) as file:
        _try_lock(file, kind)


def _try_lock(file: IO[bytes], kind: int) -> None:
    """Take the lock; after two seconds go on without it, because the turnstile only orders, and SQLite's own lock guards."""
    deadline = time.monotonic() + _LONGEST_WAIT
    while time.monotonic() < deadline:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_NAP)
        else:
            return
