"""Folders for search indexes on the RAM disk, where processes share one; nothing stays there after the tests."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm.search.place import is_ram
from crm.search.stay import Stay, remove_if_deserted

_MEMORY = Path("/dev/shm")  # noqa: S108 - a RAM disk, private by mode 0700
_NAME = "lethe-tests-"


@contextmanager
def folder_in_ram() -> Iterator[Path]:
    """Give a private folder, on the RAM disk where there is one; also sweeps those of test runs that were killed."""
    if not is_ram(_MEMORY):
        with tempfile.TemporaryDirectory(prefix=_NAME, ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    for left in _MEMORY.glob(f"{_NAME}*"):
        remove_if_deserted(left)
    folder = _MEMORY / f"{_NAME}{secrets.token_hex(6)}"
    stay = Stay(folder)
    try:
        yield folder
    finally:
        stay.end()
