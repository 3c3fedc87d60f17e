"""Ends a process together with the one that started it, however that one ends: `kill -9` leaves nobody time to tell."""

import os
import signal
import sys
from threading import Thread
from typing import Final

OPTION: Final = "--with-parent"
_AT_ONCE: Final = 1024


def end_with_parent() -> None:
    """Ask this process to end as soon as its standard input does: the other end of it is with the parent alone."""
    Thread(target=_wait, args=(sys.stdin.fileno(),), name="parent", daemon=True).start()


def _wait(pipe: int) -> None:
    while os.read(pipe, _AT_ONCE):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
