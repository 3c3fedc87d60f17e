"""What programs share that die by SIGKILL at the point they are told to: each statement, each commit, each piece on a line.

A program reads one line of JSON for each life and answers with the signal or status it ended with; a life is a process of its own,
forked before anything is opened. The program of erasures counts more, and answers with more (`tests/integration/erasure/mortal.py`).
"""

import json
import os
import signal
import sys

from sqlalchemy import Engine, event


class Life:
    """Counts the points that another process could see, and ends the process before one of them."""

    def __init__(self, dies_before):
        self._points, self._dies_before = 0, dies_before
        event.listen(Engine, "before_cursor_execute", self._count_statement)
        event.listen(Engine, "commit", lambda _connection: self.count())

    def watch(self, owner, *names):
        """Count each call of these methods of a class too."""
        for name in names:
            setattr(owner, name, self._counted(getattr(owner, name)))

    def count(self):
        self._points += 1
        if self._points == self._dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    def _count_statement(self, _connection, _cursor, statement, *_more):
        if not statement.startswith("SELECT"):
            self.count()

    def _counted(self, method):
        def counted(*arguments):
            self.count()
            return method(*arguments)

        return counted


def points_apart(database):
    """Return how far apart the points are at which a program is killed: each on SQLite, every third on PostgreSQL.

    The points are the program's, not the engine's, and each life is several processes.
    """
    return 1 if database.engine.dialect.name == "sqlite" else 3


def live_by_orders(live):
    """Live once for each line of standard input, and say how each life ended."""
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            live(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(process, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer
