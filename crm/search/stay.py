"""Who works in a folder in RAM: whoever leaves last takes it away, and nobody takes it from under somebody.

Every process holds a shared lock on the folder itself. The kernel gives the lock back however a process ends, so
a folder that nobody has locked is left over; its age would say nothing.
"""

import fcntl
import os
import shutil
import stat
import weakref
from contextlib import suppress
from pathlib import Path

from crm.search.errors import IndexPlaceError

_AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Stay:
    """The stay of one process in a folder, which is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        """Enter `folder`; waits for a process that is just taking it away.

        Raises:
            IndexPlaceError: the folder is not this user's alone.
        """
        self.folder = folder
        self._descriptor = _enter(folder)
        self._give_back = weakref.finalize(self, os.close, self._descriptor)

    def is_here(self) -> bool:
        """Say whether the folder is still the one that was entered; somebody may have removed it by hand."""
        return _is_same(self.folder, self._descriptor)

    def end(self) -> None:
        """Leave, and take the folder away with all that is in it if nobody else stays."""
        self._give_back()
        remove_if_deserted(self.folder)


def remove_if_deserted(folder: Path) -> bool:
    """Remove a folder of this user in which no process stays; return whether it was removed."""
    try:
        descriptor = os.open(folder, _AS_FOLDER)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_uid != os.geteuid() or not _is_same(folder, descriptor):
            return False
        shutil.rmtree(folder)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def require_private(folder: Path) -> None:
    """Refuse a folder that is not this user's alone; the RAM file system itself is open to everybody on the host."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise IndexPlaceError


def _enter(folder: Path) -> int:
    while True:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        require_private(folder)
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, _AS_FOLDER)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if _is_same(folder, descriptor):
                return descriptor
            # Whoever held the lock before has taken the folder away; a lock on what is gone protects nothing.
            os.close(descriptor)


def _is_same(folder: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(folder.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
