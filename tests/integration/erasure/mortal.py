"""A program that erases one person and dies by SIGKILL before the statement it is told to die before.

It reads one line of JSON for each life and answers each with one line. A life is a process of its own, forked before
anything is opened; forking saves the second that importing takes.
"""

import json
import os
import signal
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, event, select

from crm.actor import system_actor
from crm.clock import SettableClock
from crm.db import Base
from crm.db.engine import PRAGMAS
from crm.ledger.tables import entry, fresh_list, payload, salt
from crm.models.erasure import ErasureCause
from crm.privacy.erasure import eraser, job
from crm.runtime import Runtime
from crm.settings import Settings
from crm.vault import keystore_metadata
from tests.support.whole_person import MARKERS

# What differs between two runs without meaning anything: random ids, numbers that a rollback leaves out, secrets.
DIFFERS = {"search_change": {"id", "xid"}, "erasure_job": {"id"}, "rights_journal": {"sequence"}}
# Settings of a new connection, and what a trigger does inside of a statement.
UNCOUNTED = ("--", *(f"PRAGMA {name}" for name in (*PRAGMAS, "busy_timeout")))
LEDGER = {table.name for table in Base.metadata.sorted_tables if table.name.startswith("ledger_")}


class Life:
    """Counts the statements on every connection of this process and ends it before one of them."""

    def __init__(self, dies_before):
        self.statements = 0
        self.has_begun = False
        self._dies_before = dies_before
        event.listen(Engine, "connect", self._watch)
        event.listen(Engine, "before_cursor_execute", self._count_write_elsewhere)
        event.listen(Engine, "commit", self._count_elsewhere)

    def _watch(self, connection, _record):
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(lambda statement: statement.startswith(UNCOUNTED) or self._count())

    def _count_write_elsewhere(self, connection, _cursor, statement, *_more):
        # A copy of two databases on a server costs a second, and dying between two readings leaves what dying before both does.
        if not statement.startswith("SELECT"):
            self._count_elsewhere(connection)

    def _count_elsewhere(self, connection):
        if connection.dialect.name != "sqlite":
            self._count()

    def _count(self):
        self.statements += self.has_begun
        if self.has_begun and self.statements == self._dies_before:
            os.kill(os.getpid(), signal.SIGKILL)


def live(order):
    now = datetime.fromisoformat(order["now"])
    life = Life(order.get("dies_before"))
    runtime = Runtime.open(Settings(**order["settings"]), clock=SettableClock(now))
    life.has_begun = True
    with runtime.database.writing() as session:
        job.order(
            session,
            subject_id=order["subject_id"],
            cause=ErasureCause.REQUEST,
            rule=None,
            case_id=None,
            actor=system_actor("test"),
            now=now,
        )
    eraser.finish(runtime.database, vault=runtime.vault, clock=lambda: now)
    answer = {"statements": life.statements}
    if order.get("looks"):
        # Before the connections close: closing the last one would empty SQLite's log and hide what is in it.
        answer |= {"state": read_state(runtime, order["subject_id"]), "files": find_markers(order["folders"])}
    return answer


def read_state(runtime, subject_id):
    """Return everything that an erasure can have changed, as text."""
    state = {}
    for engine, metadata in ((runtime.engine, Base.metadata), (runtime.keystore, keystore_metadata)):
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                if table.name not in LEDGER:
                    columns = [each for each in table.columns if each.name not in DIFFERS.get(table.name, ())]
                    state[table.name] = sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
    with runtime.engine.connect() as connection:
        acts = select(entry.c.action, entry.c.subject_id).where(entry.c.action.like("erasure:%")).order_by(entry.c.id)
        state["acts"] = [list(row) for row in connection.execute(acts)]
        state["payloads"] = len(connection.execute(select(payload.c.event)).all())
        state["salts"] = len(connection.execute(select(salt.c.event).where(salt.c.subject_id == subject_id)).all())
        state["listed"] = sum(subject_id in people for people in connection.scalars(select(fresh_list.c.people)))
    return state


def find_markers(folders):
    """Return the files that hold a word of the person as readable bytes."""
    files = [file for folder in folders for file in Path(folder).rglob("*") if file.is_file()]
    return [str(file) for file in files if any(word.encode() in file.read_bytes() for word in MARKERS)]


def main():
    for line in sys.stdin:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                answer = live(json.loads(line))
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test wants to read it
                answer = {"error": repr(error)}
            os.write(writing, json.dumps(answer).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(process, 0)
        ended = {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
        sys.stdout.write(json.dumps({**ended, **(json.loads(said) if said else {})}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
