"""Lets a job fail without harm to the others, and counts how often."""

import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from crm.errors import UnavailableError

_FRAMES: Final = 6  # of the stack, the innermost
_log = structlog.get_logger()


class Attempts:
    """Tries jobs; one that fails stays on the schedule.

    Args:
        note_failures: told how often a job has failed in a row whenever that changes; 0: it works again.
    """

    def __init__(self, note_failures: Callable[[str, int], None]) -> None:
        self._note_failures = note_failures
        self._failures: dict[str, int] = {}
        self._counting = threading.Lock()

    def make(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        """Return the job as the scheduler may call it: it never raises."""

        def attempt() -> None:
            try:
                work()
            except UnavailableError as error:
                _log.warning("job.postponed", job=name, reason=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other jobs go on
                self._count(name, self._failures.get(name, 0) + 1)
                _log.error("job.failed", job=name, reason=type(error).__name__, where=_where(error), in_a_row=self._failures[name])
            else:
                self._count(name, 0)

        return attempt

    def _count(self, name: str, number: int) -> None:
        with self._counting:
            if self._failures.get(name, 0) != number:
                self._failures[name] = number
                self._note_failures(name, number)


def _where(error: Exception) -> str:
    """Return the places in the program, without what the error says: that may be about people."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " < ".join(f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in reversed(frames))
