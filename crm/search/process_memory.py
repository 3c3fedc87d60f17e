"""A place for the index inside one process."""

import sqlite3
import threading
from dataclasses import dataclass, field

from crm.search.errors import IndexBusyError
from crm.search.opening import as_percent, connect


@dataclass
class _Shelf:
    """The builds that live inside this process; `anchors` keep them alive."""

    current: str | None = None
    anchors: dict[str, sqlite3.Connection] = field(default_factory=dict)
    progress: tuple[int, int] = (0, 0)
    writing: threading.Lock = field(default_factory=threading.Lock)


_shelves: dict[str, _Shelf] = {}


class ProcessMemory:
    """The memory of one process, where there is no RAM file system: worker and site must be that process."""

    def __init__(self, name: str, *, installation_id: str) -> None:
        self.name = name
        self.installation_id = installation_id
        self._shelf = _shelves.setdefault(name, _Shelf())

    def current(self) -> str | None:
        return self._shelf.current

    def connect(self, build: str) -> sqlite3.Connection:
        if build not in self._shelf.anchors:
            raise sqlite3.OperationalError("this build is no longer there")
        return self._open(build)

    def connect_reading(self, build: str) -> sqlite3.Connection:
        return self.connect(build)

    def create(self, build: str) -> sqlite3.Connection:
        self._shelf.anchors[build] = self._open(build)
        return self._open(build)

    def activate(self, build: str) -> None:
        self._shelf.current = build
        self._remove_all_but(build)

    def discard(self) -> None:
        self._shelf.current = None
        self._remove_all_but(None)

    def lock(self) -> threading.Lock:
        if not self._shelf.writing.acquire(blocking=False):
            raise IndexBusyError
        return self._shelf.writing

    def note_progress(self, done: int, total: int) -> None:
        self._shelf.progress = (done, total)

    def percent(self) -> int:
        return as_percent(*self._shelf.progress)

    def free_bytes(self) -> int | None:
        return None

    def leave(self) -> None:
        """Do nothing: what is in here ends with the process."""

    def sweep_orphans(self) -> int:
        return 0

    def _open(self, build: str) -> sqlite3.Connection:
        return connect(f"file:/{self.name}-{build}?vfs=memdb")

    def _remove_all_but(self, build: str | None) -> None:
        for name in [name for name in self._shelf.anchors if name != build]:
            self._shelf.anchors.pop(name).close()
