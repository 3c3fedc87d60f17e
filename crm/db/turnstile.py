"""Lets people through before long work, because SQLite's write lock knows no queue."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_WAIT = 2.0  # seconds; afterwards the long work gets its turn too


class Turnstile:
    """A lock file that short units of work hold shared and long work must find free before each batch.

    SQLite's writers poll for the lock; work that takes it again at once would win every time and an edit
    would wait for the whole import instead of one batch.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Hold the turnstile shared while a short unit of work waits and writes."""
        with self._path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    def wait_for_others(self) -> None:
        """Return when no short unit of work is waiting or writing, or after two seconds."""
        deadline = time.monotonic() + _LONGEST_WAIT
        with self._path.open("ab") as file:
            while time.monotonic() < deadline:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    time.sleep(0.002)
                else:
                    return
