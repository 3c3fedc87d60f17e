"""A file as it was at one moment, in memory: what was validated is what gets applied.

Nothing of an imported file is ever written to a disk, so it cannot be left behind on one.
"""

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crm.services.imports.errors import (
    CellTooLargeError,
    FileChangedError,
    FileTooLargeError,
    FileUnreadableError,
    TooManyRowsError,
)
from crm.services.imports.limits import Limits


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The content of one file and its SHA-256."""

    name: str
    path: Path
    content: bytes
    digest: str

    def lines(self) -> Iterator[bytes]:
        """Return the physical lines; a record with line breaks in its cells has several."""
        return iter(io.BytesIO(self.content))

    def row_at(self, offset: int) -> int:
        """Return the row that the byte at `offset` belongs to; the header is row 1."""
        counter = RowCounter()
        for line in io.BytesIO(self.content[:offset]):
            counter.count(line)
        return counter.row

    def require_unchanged(self) -> None:
        """Refuse when the file is no longer what was read, though its time may say so.

        Raises:
            FileChangedError: it holds other bytes now.
        """
        try:
            with self.path.open("rb") as file:
                now = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise FileChangedError(file=self.name) from error
        if now != self.digest:
            raise FileChangedError(file=self.name)


class RowCounter:
    """Counts rows by their quotation marks: an odd number of them leaves the row open over the line break."""

    def __init__(self) -> None:
        self.row = 1
        self.size = 0
        self.is_open = False

    def count(self, line: bytes) -> None:
        """Take one physical line, or a part of one that does not end in a line break."""
        self.size += len(line)
        self.is_open ^= line.count(b'"') % 2 == 1
        if line.endswith(b"\n") and not self.is_open:
            self.row += 1
            self.size = 0


def take(path: Path, *, limits: Limits) -> Snapshot:
    """Read a file whole, in steps that keep memory bounded whatever it holds.

    Raises:
        FileUnreadableError, FileChangedError, FileTooLargeError, TooManyRowsError, CellTooLargeError: why not.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            raise FileUnreadableError(file=path)
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            content = _read(file, path.name, limits)
            after = os.fstat(file.fileno())
        now = path.stat()
    except OSError as error:
        raise FileUnreadableError(file=path) from error
    if len(content) != before.st_size or not _same(before, after) or not _same(before, now):
        raise FileChangedError(file=path.name)
    return Snapshot(path.name, path, content, hashlib.sha256(content).hexdigest())


def keep(name: str, content: bytes, *, limits: Limits) -> Snapshot:
    """Return content that somebody sent, within the same bounds.

    Raises:
        FileTooLargeError, TooManyRowsError, CellTooLargeError: why not.
    """
    return Snapshot(name, Path(name), _read(io.BytesIO(content), name, limits), hashlib.sha256(content).hexdigest())


def _read(file: BinaryIO, name: str, limits: Limits) -> bytes:
    content = bytearray()
    counter = RowCounter()
    while part := file.readline(limits.record_bytes):
        content += part
        row = counter.row
        counter.count(part)
        if counter.size >= limits.record_bytes:
            raise CellTooLargeError(file=name, row=row, limit=limits.cell_characters)
        if len(content) > limits.file_bytes:
            raise FileTooLargeError(file=name, row=row, limit=limits.file_bytes // 1_000_000)
        if row > limits.rows + 1:
            raise TooManyRowsError(file=name, row=row, limit=limits.rows)
    return bytes(content)


def _same(first: os.stat_result, second: os.stat_result) -> bool:
    return (first.st_ino, first.st_size, first.st_mtime_ns) == (second.st_ino, second.st_size, second.st_mtime_ns)
