"""Where the index of this installation is on this host: RAM, never a disk.

Words that can be found in part are almost plaintext, however they are coded, so they may not outlive the
process or the power. A RAM file system lets all processes of a host share one index; without one the index
lives inside a single process. RAM may still be swapped out: hosts should have encrypted swap or none.

A finished index is never written over. Each build is a file of its own, and the link `index.sqlite` is
switched to it in one step: replacing a file under open connections would mix it with the write-ahead log
of the old one.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from crm.search.errors import IndexBusyError, IndexPlaceError, IndexSpaceError
from crm.search.opening import as_percent, connect
from crm.search.process_memory import ProcessMemory

_RAM_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mounts")
_SAFE_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


class IndexPlace(Protocol):
    """What builder, writer and readers need to know of a place."""

    installation_id: str
    is_shared: bool

    def current(self) -> str | None:
        """Return the name of the finished build that readers use; cheap enough for every query."""

    def connect(self, build: str) -> sqlite3.Connection:
        """Open an existing build to write."""

    def connect_reading(self, build: str) -> sqlite3.Connection:
        """Open an existing build to read only."""

    def create(self, build: str) -> sqlite3.Connection:
        """Open a new, empty build."""

    def activate(self, build: str) -> None:
        """Make `build` the current one in one step and remove all others."""

    def discard(self) -> None:
        """Remove every build, for instance after a restore."""

    def lock(self) -> "Lock":
        """Return the right to write, held by one process of the host at a time; waits for nobody."""

    def note_progress(self, done: int, total: int) -> None:
        """Note how far a build has come, for everybody who waits for it."""

    def percent(self) -> int:
        """Return how far the build has come."""

    def free_bytes(self) -> int | None:
        """Return the room that is left, or None where nothing limits it."""


class Lock(Protocol):
    """The right to write; to be given back."""

    def release(self) -> None: ...


def find_place(index_dir: Path, *, installation_id: str, data_dir: Path) -> IndexPlace:
    """Return the place of an installation: below `index_dir` where that is RAM, else inside this process.

    Raises:
        IndexPlaceError: the folder exists and is not ours alone.
    """
    if not _SAFE_NAME.fullmatch(installation_id):
        raise ValueError("the installation id does not do as the name of a folder")
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    name = f"lethe-{installation_id}-{digest}"
    if is_ram(index_dir):
        return RamFolder(index_dir / name, installation_id=installation_id)
    return ProcessMemory(name, installation_id=installation_id)


def is_ram(folder: Path) -> bool:
    """Say whether `folder` is on a RAM file system and can be written to."""
    if not (_MOUNTS.exists() and folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    target = folder.resolve()
    mounts = (line.split() for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines())
    kinds = {Path(fields[1].replace("\\040", " ")): fields[2] for fields in mounts}
    nearest = max((mount for mount in kinds if target.is_relative_to(mount)), key=lambda mount: len(mount.parts), default=None)
    return nearest is not None and kinds[nearest] in _RAM_FILE_SYSTEMS


class RamFolder:
    """A folder on a RAM file system, open to this user only and shared by the processes of the host."""

    is_shared = True

    def __init__(self, folder: Path, *, installation_id: str) -> None:
        self.installation_id = installation_id
        self._folder = folder
        self._link = folder / "index.sqlite"
        self._state = folder / "building.json"
        _require_private(folder)

    @property
    def folder(self) -> Path:
        """The folder, made when it is first needed: most processes never open the index."""
        with suppress(FileExistsError):
            self._folder.mkdir(mode=0o700)
        _require_private(self._folder)
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

    def lock(self) -> Lock:
        return _FileLock(self.folder / "writer.lock")

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

    def _remove_all_but(self, build: str | None) -> None:
        for file in self._folder.glob("build-*"):
            if build is None or not file.name.startswith(build):
                file.unlink(missing_ok=True)


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise IndexBusyError from error

    def release(self) -> None:
        self._file.close()


@contextmanager
def holding(lock: Lock) -> Iterator[None]:
    """Give `lock` back at the end."""
    try:
        yield
    finally:
        lock.release()


@contextmanager
def explaining_lack_of_room(place: IndexPlace, *, needed: int) -> Iterator[None]:
    """Turn a full RAM file system into the sentence that says what helps."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        is_full = error.errno == errno.ENOSPC if isinstance(error, OSError) else error.sqlite_errorcode == sqlite3.SQLITE_FULL
        if not is_full:
            raise
        raise IndexSpaceError.of(needed=needed, free=place.free_bytes() or 0) from error


def _require_private(folder: Path) -> None:
    """Refuse a folder that is not this user's alone; the RAM file system itself is open to everybody on the host."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise IndexPlaceError
