"""Compares the published folder with the tree in the database: proofs are made from its files, by strangers too."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from crm.ledger import tables
from crm.ledger.entry_checks import blob
from crm.ledger.findings import Finding, Kind
from crm.ledger.merkle import HASH_BYTES
from crm.ledger.note import VerifierKey
from crm.ledger.publication import read_published
from crm.ledger.tiles import WIDTH, Tile

_T = tables.tile.c
_LOOKS: Final = 3  # the sealer may publish meanwhile, and removes tiles that have grown


def check_published(connection: Connection, folder: Path, *, trusted: Sequence[VerifierKey], is_due: bool) -> list[Finding]:
    """Return what is wrong with the files that the published checkpoint needs.

    Args:
        is_due: something is sealed, so that there has to be a checkpoint.
    """
    facts: dict[str, object] = {"folder": folder}
    for _look in range(_LOOKS):
        checkpoint = read_published(folder, trusted)
        if checkpoint is None:
            return [Finding(Kind.PUBLISHED_MISSING, facts=facts)] if is_due else []
        wrong = list(_find_wrong(connection, folder, checkpoint.size))
        if not wrong:
            return []
        again = read_published(folder, trusted)
        if again is not None and again.size == checkpoint.size:
            return [Finding(Kind.TILE_FILE_DIFFERS, facts={**facts, "count": len(wrong), "path": wrong[0]})]
    return []


def _find_wrong(connection: Connection, folder: Path, size: int) -> Iterator[str]:
    for tile in _tiles_of(connection, size):
        try:
            found = (folder / tile.path).read_bytes()
        except OSError:
            found = b""
        if found != tile.hashes:
            yield tile.path


def _tiles_of(connection: Connection, size: int) -> Iterator[Tile]:
    """Yield the tiles of a tree of this size, as wide as they were when it was published."""
    level = 0
    while size:
        last = (size - 1) // WIDTH
        query = select(_T.number, blob(_T.hashes)).where(_T.level == level, _T.number <= last).order_by(_T.number)
        for number, hashes in connection.execute(query.execution_options(yield_per=WIDTH)):
            width = min(WIDTH, size - number * WIDTH)
            yield Tile(level, number, hashes[: width * HASH_BYTES])
        size //= WIDTH
        level += 1
