"""Starts the processes of the demonstration side by side and stops them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from types import FrameType
from typing import Final

from crm.cli import parent

_GRACE_SECONDS: Final = 10.0
_PAUSE: Final = 0.1


class Processes:
    """Commands of `lethe` as child processes; when one ends, all are to end."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._children: list[subprocess.Popen[bytes]] = []
        self._stopping = False

    def start(self, *arguments: str) -> None:
        """Start `lethe` with these arguments, in a session of its own so that Ctrl-C reaches only us.

        It ends with us even when nobody can tell it to: the pipe to it breaks.
        """
        command = [sys.executable, "-m", "crm", parent.OPTION, *arguments]
        child = subprocess.Popen(command, env=self._environment, start_new_session=True, stdin=subprocess.PIPE)  # noqa: S603 - our own program
        self._children.append(child)

    def wait(self) -> int:
        """Wait until somebody asks to stop (0) or a child ends by itself (1)."""
        while not self._stopping and all(child.poll() is None for child in self._children):
            time.sleep(_PAUSE)
        return 0 if self._stopping else 1

    def stop(self) -> None:
        """Ask all to end, and end those that do not."""
        for child in self._children:
            child.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for child in self._children:
            try:
                child.wait(timeout=max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def stop_on_signals(self) -> None:
        """End everything on Ctrl-C and on SIGTERM."""

        def ask(_number: int, _frame: FrameType | None) -> None:
            self._stopping = True

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask)

    def await_pages(self, pages: Sequence[tuple[str, int, str]], *, seconds: float) -> bool:
        """Wait until all these pages (host, port, path) answer; return whether they did."""
        deadline = time.monotonic() + seconds
        waiting = list(pages)
        while waiting and not self._stopping and time.monotonic() < deadline and all(child.poll() is None for child in self._children):
            waiting = [page for page in waiting if not _answers(*page)]
            time.sleep(_PAUSE)
        return not waiting


def _answers(host: str, port: int, path: str) -> bool:
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500  # noqa: PLR2004 - a server error
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
