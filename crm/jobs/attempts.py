"""Lets a job fail without harm to the others, and counts how often."""

import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from crm.errors import CrmError, UnavailableError

_FRAMES: Final = 6  # of the stack, the innermost
_REST: Final = 60.0  # seconds
_log = structlog.get_logger()


class Attempts:
    """Tries jobs; one that fails stays on the schedule.

    A refusal is logged once, with its sentence, and a job that refuses twice with the same words rests: they say what
    somebody has to do, and until then a job that runs every second would only say it again.

    Args:
        note_failures: told how often a job has failed in a row whenever that changes; 0: it works again.
    """

    def __init__(self, note_failures: Callable[[str, int], None], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._note_failures = note_failures
        self._monotonic = monotonic
        self._refusals: dict[str, tuple[str, float]] = {}
        self._failures: dict[str, int] = {}
        self._counting = threading.Lock()

    def make(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        """Return the job as the scheduler may call it: it never raises."""

        def attempt() -> None:
            if self._rests(name):
                return
            try:
                work()
            except UnavailableError as error:
                _log.warning("job.postponed", job=name, reason=type(error).__name__)
            except CrmError as error:
                self._count(name, self._failures.get(name, 0) + 1)
                self._refuse(name, error)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other jobs go on
                self._count(name, self._failures.get(name, 0) + 1)
                _log.error("job.failed", job=name, reason=type(error).__name__, where=_where(error), in_a_row=self._failures[name])
            else:
                self._refusals.pop(name, None)
                self._count(name, 0)

        return attempt

    def _rests(self, name: str) -> bool:
        return name in self._refusals and self._monotonic() < self._refusals[name][1]

    def _refuse(self, name: str, error: CrmError) -> None:
        """Log what the job said; where it says the same again, let it rest instead."""
        sentence, last = str(error), self._refusals.get(name)
        if last is None or last[0] != sentence:
            _log.error("job.refused", job=name, reason=type(error).__name__, sentence=sentence)
            self._refusals[name] = (sentence, self._monotonic())
        else:
            self._refusals[name] = (sentence, self._monotonic() + _REST)

    def _count(self, name: str, number: int) -> None:
        with self._counting:
            if self._failures.get(name, 0) != number:
                self._failures[name] = number
                self._note_failures(name, number)


def _where(error: Exception) -> str:
    """Return the places in the program, without what the error says: that may be about people."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " < ".join(f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in reversed(frames))
