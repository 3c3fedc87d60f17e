"""The bundle: everything a stranger needs to verify the log without this software and without keys."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import Connection, Engine, select

from crm.ledger import tables
from crm.ledger.checkpoint import Checkpoint, read_checkpoint
from crm.ledger.entry_checks import CHUNK
from crm.ledger.errors import ExportFolderInUseError, ExportFolderUnwritableError, LedgerDamagedError, NothingSealedError
from crm.ledger.note import VerifierKey
from crm.ledger.reading import last_checkpoint_note

_C, _E, _P, _S = tables.checkpoint.c, tables.entry.c, tables.payload.c, tables.sealed_leaf.c
_ONLY_OWNER = 0o600
_SIZE_DIGITS = 20


def export_bundle(
    engine: Engine, folder: Path, *, trusted: Sequence[VerifierKey], progress: Callable[[int, int], None] | None = None
) -> Checkpoint:
    """Write checkpoint, keys, earlier checkpoints and all sealed entries into `folder` and return the checkpoint.

    Raises:
        ExportFolderInUseError: there is something in the folder already.
        NothingSealedError: the log has no checkpoint yet.
        LedgerDamagedError: no trusted key has signed the last checkpoint.
        ExportFolderUnwritableError: the folder cannot be made or written, or there is no room.
    """
    require_free_folder(folder)
    try:
        return _write_bundle(engine, folder, trusted, progress or (lambda _done, _all: None))
    except OSError as error:
        raise ExportFolderUnwritableError(folder=folder) from error


def _write_bundle(engine: Engine, folder: Path, trusted: Sequence[VerifierKey], progress: Callable[[int, int], None]) -> Checkpoint:
    with engine.connect() as connection:
        checkpoint = _last(connection, trusted)
        (folder / "anchors").mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(folder / "trusted.vkeys", "".join(f"{key}\n" for key in trusted).encode())
        _write_anchors(connection, folder / "anchors", checkpoint.size)
        _write_entries(connection, folder / "entries.jsonl", checkpoint.size, progress)
    # Last: a bundle with a checkpoint is complete.
    _write(folder / "checkpoint", checkpoint.note)
    return checkpoint


def require_free_folder(folder: Path) -> None:
    """Make the folder; refuse one that holds something: a reader could not tell what belongs to the bundle.

    Raises:
        ExportFolderInUseError: the folder is not empty.
        ExportFolderUnwritableError: it cannot be made or written, and so nothing is entered about an export.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_free = not any(folder.iterdir())
        if is_free:
            TemporaryFile(dir=folder).close()  # rights alone do not say it: the file system may be read-only
    except OSError as error:
        raise ExportFolderUnwritableError(folder=folder) from error
    if not is_free:
        raise ExportFolderInUseError(folder=folder)


def _last(connection: Connection, trusted: Sequence[VerifierKey]) -> Checkpoint:
    note = last_checkpoint_note(connection)
    if note is None:
        raise NothingSealedError
    checkpoint = read_checkpoint(note, trusted)
    if checkpoint is None:
        raise LedgerDamagedError
    return checkpoint


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=_ONLY_OWNER)
    path.write_bytes(content)


def _write_anchors(connection: Connection, folder: Path, size: int) -> None:
    rows = connection.execute(select(_C.size, _C.note).where(_C.size < size).execution_options(yield_per=1_000))
    for row in rows:
        _write(folder / f"{row.size:0{_SIZE_DIGITS}}", row.note)


def _write_entries(connection: Connection, path: Path, size: int, progress: Callable[[int, int], None]) -> None:
    path.touch(mode=_ONLY_OWNER)
    with path.open("w", encoding="ascii", newline="\n") as file:
        for start in range(0, size, CHUNK):
            end = min(start + CHUNK, size)
            file.writelines(_lines(connection, start, end))
            progress(end, size)


def _lines(connection: Connection, start: int, end: int) -> Iterator[str]:
    joined = tables.sealed_leaf.outerjoin(tables.entry, _S.entry_id == _E.id).outerjoin(tables.payload, _P.event == _E.event)
    query = select(_S.leaf_index, _S.hash, _E.leaf, _P.content).select_from(joined)
    rows = connection.execute(query.where(_S.leaf_index >= start, _S.leaf_index < end).order_by(_S.leaf_index))
    for row in rows:
        yield json.dumps(_line(row)) + "\n"


def _line(row: Any) -> dict[str, Any]:
    if row.leaf is None:
        return {"index": row.leaf_index, "leaf_hash": _text(row.hash)}
    return {"index": row.leaf_index, "leaf": _text(row.leaf), "payload": None if row.content is None else _text(row.content)}


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
