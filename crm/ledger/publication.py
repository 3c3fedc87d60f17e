"""What leaves the database: tiles and checkpoint as files, and the high-water file on another medium."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from crm.ledger.checkpoint import Checkpoint, read_checkpoint
from crm.ledger.errors import HighWaterUnreadableError
from crm.ledger.note import VerifierKey
from crm.ledger.tiles import Tile


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, at once and durably: a reader sees the old or the new one, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def published_size(folder: Path, trusted: Iterable[VerifierKey]) -> int:
    """Return the size of the tree that the folder shows; 0 if it shows none that we signed."""
    checkpoint = read_published(folder, trusted)
    return checkpoint.size if checkpoint else 0


def read_published(folder: Path, trusted: Iterable[VerifierKey]) -> Checkpoint | None:
    """Return the checkpoint that the folder shows, or None if it shows none that we signed."""
    return _read(folder / "checkpoint", trusted)


def publish(folder: Path, tiles: Iterable[Tile], checkpoint: Checkpoint) -> None:
    """Write tiles, then the checkpoint that needs them."""
    for tile in tiles:
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(tile.hashes)
        if path.parent.suffix != ".p":
            shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)
    replace_file(folder / "checkpoint", checkpoint.note)


def read_high_water(file: Path, trusted: Iterable[VerifierKey]) -> Checkpoint | None:
    """Return the largest checkpoint this installation ever made, or None if the file is not there.

    Raises:
        HighWaterUnreadableError: it holds no checkpoint that a trusted key has signed.
    """
    checkpoint = _read(file, trusted)
    if checkpoint is None and file.exists():
        raise HighWaterUnreadableError
    return checkpoint


def _read(file: Path, trusted: Iterable[VerifierKey]) -> Checkpoint | None:
    try:
        note = file.read_bytes()
    except FileNotFoundError:
        return None
    return read_checkpoint(note, trusted)
