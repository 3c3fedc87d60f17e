"""Where the index of this installation is on this host: RAM, never a disk.

Words that can be found in part are almost plaintext, however they are coded, so they may not outlive the
process or the power. A RAM file system lets all processes of a host share one index; without one the index
lives inside a single process. RAM may still be swapped out: hosts should have encrypted swap or none.
"""

import errno
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from crm.search.errors import IndexSpaceError
from crm.search.process_memory import ProcessMemory
from crm.search.ram_folder import RamFolder

_RAM_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mounts")
_SAFE_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


class IndexPlace(Protocol):
    """What builder, writer and readers need to know of a place."""

    installation_id: str

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

    def leave(self) -> None:
        """End this process's use of the index; the last process of the host takes it away."""

    def sweep_orphans(self) -> int:
        """Remove what installations left behind whose processes are gone; return how many there were."""


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
