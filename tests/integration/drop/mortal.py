"""A program that empties the drop mailbox and dies by SIGKILL at the point it is told to.

Points are what another process could see: each statement that changes the database, each commit, and each piece that is sent to
the IMAP server. It reads one line of JSON for each life; a life is a process of its own, forked before anything is opened.
"""

import imaplib
import json
import os
import signal
import sys
from datetime import datetime

from sqlalchemy import Engine, event

from crm.cli import log_lines
from crm.clock import SettableClock
from crm.jobs.dropping import fetch
from crm.runtime import Runtime
from crm.settings import Settings


class Life:
    """Counts the points and ends the process before one of them."""

    def __init__(self, dies_before):
        self._points, self._dies_before = 0, dies_before
        event.listen(Engine, "before_cursor_execute", self._count_statement)
        event.listen(Engine, "commit", lambda _connection: self.count())
        imaplib.IMAP4.send = self._counted(imaplib.IMAP4.send)

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


def live(order):
    log_lines.configure()  # away from standard output, which is for answers
    runtime = Runtime.open(Settings(**order["settings"]), clock=SettableClock(datetime.fromisoformat(order["now"])))
    Life(order.get("dies_before"))
    fetch(runtime)


def main():
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            live(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(process, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
