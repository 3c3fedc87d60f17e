"""The index in a folder on a RAM file system, shared by the processes of one installation on this host.

A finished index is never written over. Each build is a file of its own, and the link `index.sqlite` is
switched to it in one step: replacing a file under open connections would mix it with the write-ahead log
of the old one.
"""

import fcntl
import json
import os
import re
import sqlite3
import threading
from pathlib import Path

from crm.search.errors import IndexBusyError
from crm.search.opening import as_percent, connect
from crm.search.stay import Stay, remove_if_deserted, require_private

_NAME = re.compile(r"lethe-[0-9A-Za-z-]{1,64}-[0-9a-f]{12}")


class RamFolder:
    """A folder on a RAM file system, open to this user only and shared by the processes of the host."""

    def __init__(self, folder: Path, *, installation_id: str) -> None:
        self.installation_id = installation_id
        self._folder = folder
        self._link = folder / "index.sqlite"
        self._state = folder / "building.json"
        self._entering = threading.Lock()
        self._stay: Stay | None = None
        require_private(folder)

    @property
    def folder(self) -> Path:
        """The folder, entered when it is first needed: most processes never open the index."""
        with self._entering:
            if self._stay is None or not self._stay.is_here():
                self._stay = Stay(self._folder)
        return self._folder

    def current(self) -> str | None:
        try:
            return os.readlink(self._link)  # noqa: PTH115 - asked for on every query, and Path takes ten times as long
        except FileNotFoundError:
            return None

    def connect(self, build: str) -> sqlite3.Connection:
        return self._connect(build, "rw")

    def connect_reading(self, build: str) -> sqlite3.Connection:
        return self._connect(build, "ro")

    def create(self, build: str) -> sqlite3.Connection:
        return self._connect(build, "rwc")

    def _connect(self, build: str, mode: str) -> sqlite3.Connection:
        return connect(f"{(self.folder / build).absolute().as_uri()}?mode={mode}")

    def activate(self, build: str) -> None:
        fresh = self.folder / "index.sqlite.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(build)
        fresh.replace(self._link)
        self._state.unlink(missing_ok=True)
        self._remove_all_but(build)

    def discard(self) -> None:
        self._link.unlink(missing_ok=True)
        self._remove_all_but(None)

    def lock(self) -> "FileLock":
        return FileLock(self.folder / "writer.lock")

    def note_progress(self, done: int, total: int) -> None:
        fresh = self.folder / "building.new"
        fresh.write_text(json.dumps({"done": done, "total": total}), encoding="utf-8")
        fresh.replace(self._state)

    def percent(self) -> int:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0
        return as_percent(state["done"], state["total"])

    def free_bytes(self) -> int | None:
        room = os.statvfs(self.folder)
        return room.f_bavail * room.f_frsize

    def leave(self) -> None:
        with self._entering:
            if self._stay is not None:
                self._stay.end()
                self._stay = None

    def sweep_orphans(self) -> int:
        # Entering first keeps this installation's own index, which a worker that crashed may have left.
        neighbours = self.folder.parent.glob("lethe-*")
        return sum(remove_if_deserted(each) for each in neighbours if _NAME.fullmatch(each.name))

    def _remove_all_but(self, build: str | None) -> None:
        for file in self._folder.glob("build-*"):
            if build is None or not file.name.startswith(build):
                file.unlink(missing_ok=True)


class FileLock:
    """The right to write, on a file beside the builds."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise IndexBusyError from error

    def release(self) -> None:
        self._file.close()
