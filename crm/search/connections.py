"""Connections of readers to the current build."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from crm.search.errors import IndexBuildingError
from crm.search.place import IndexPlace
from crm.search.schema import is_ours

_ATTEMPTS = 3  # a new build may be switched in between asking for the current one and opening it


class ReadingConnections:
    """A pool that notices when a new build was switched in, and lets go of the old one at once.

    Letting go matters: while a connection is open, the RAM of a build that was replaced stays taken.
    """

    def __init__(self, place: IndexPlace) -> None:
        self._place = place
        self._taking = threading.Lock()
        self._build: str | None = None
        self._pid = os.getpid()
        self._idle: list[sqlite3.Connection] = []
        self._of_parent: list[sqlite3.Connection] = []

    @contextmanager
    def reading(self) -> Iterator[tuple[str, sqlite3.Connection]]:
        """Open a transaction that sees one state of the index; gives the build's name with it.

        Raises:
            IndexBuildingError: there is no usable index yet.
        """
        with self._taking:
            build, connection = self._take()
        try:
            connection.execute("BEGIN")
            yield build, connection
        finally:
            connection.rollback()
            self._give_back(build, connection)

    def close(self) -> None:
        """Let go of the index; those that are just in use follow when they are given back."""
        with self._taking:
            self._renew(None)

    def _take(self) -> tuple[str, sqlite3.Connection]:
        for attempt in range(1, _ATTEMPTS + 1):
            build = self._place.current()
            if build is None:
                break
            self._renew(build)
            if self._idle:
                return build, self._idle.pop()
            try:
                return build, self._open(build)
            except sqlite3.DatabaseError:
                if attempt == _ATTEMPTS:
                    break
        raise IndexBuildingError(percent=self._place.percent())

    def _renew(self, build: str | None) -> None:
        if self._pid != os.getpid():
            # SQLite forbids to use, and even to close, connections on the other side of a fork.
            self._of_parent, self._idle = self._idle, []
            self._pid = os.getpid()
        if build != self._build:
            while self._idle:
                self._idle.pop().close()
            self._build = build

    def _give_back(self, build: str, connection: sqlite3.Connection) -> None:
        with self._taking:
            if build == self._build:
                self._idle.append(connection)
                return
        connection.close()

    def _open(self, build: str) -> sqlite3.Connection:
        connection = self._place.connect_reading(build)
        if not is_ours(connection, installation_id=self._place.installation_id):
            connection.close()
            raise IndexBuildingError(percent=self._place.percent())
        connection.execute("CREATE TEMP TABLE candidate (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, subject BLOB, key)")
        return connection
