"""The sealer gives the entries their order, grows the tree and signs checkpoints.

Writers never wait for it: chaining rows in the writers would hold one lock across every fsync. Entries are sealed a
moment after their commit, by one sealer, in a transaction of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from crm.clock import micros
from crm.db import Database, insert_rows
from crm.ledger import tables
from crm.ledger.anchors import require_reaches
from crm.ledger.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from crm.ledger.errors import HighWaterMissingError, LedgerDamagedError
from crm.ledger.guards import DAY, HOUR
from crm.ledger.lists import file_lists
from crm.ledger.merkle import leaf_hash
from crm.ledger.note import Signer
from crm.ledger.publication import publish, published_size, read_high_water, replace_file
from crm.ledger.sealing_lock import sealing_lock
from crm.ledger.tiles import TiledTree, store_tiles, tiles_since
from crm.ledger.unsealed import take_batch

# A batch holds SQLite's write lock; this many entries take well below the 250 ms that long work may.
BATCH = 2_000
_LISTS = 100
_C = tables.checkpoint.c
_last_checkpoint = select(_C.note, _C.made_at).order_by(_C.size.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals the log of one installation.

    Attributes:
        folder: where tiles and checkpoint are published.
        high_water: remembers the last checkpoint on another medium; a database that knows less was rolled back.
    """

    signer: Signer
    folder: Path
    high_water: Path

    def seal_once(self, database: Database, *, now: datetime) -> Checkpoint | None:
        """Seal one batch and return the new checkpoint, or None when nothing was waiting.

        Raises:
            SealerBusyError: another sealer is at work.
            LedgerRolledBackError: the database knows less than the high-water file, or the file is gone.
            LedgerDamagedError: the tree does not fit its last checkpoint.
        """
        with sealing_lock(database.engine):
            return self._seal(database, now)

    def seal_all(self, database: Database, *, clock: Callable[[], datetime]) -> Checkpoint | None:
        """Seal until nothing waits any more, file the lists, and return the last checkpoint made, if one was.

        Raises:
            As `seal_once`.
        """
        made = None
        with sealing_lock(database.engine):
            while checkpoint := self._seal(database, clock()):
                made = checkpoint
            while _file(database):
                pass
        return made

    def _seal(self, database: Database, now: datetime) -> Checkpoint | None:
        with database.writing_in_bulk() as session:
            connection = session.connection()
            last = self._last(connection)
            self._require_not_rolled_back(connection, last)
            made = self._seal_batch(connection, last, micros(now))
        self._publish(database, made or last)
        return made

    def _last(self, connection: Connection) -> Checkpoint | None:
        row = connection.execute(_last_checkpoint).first()
        if row is None:
            return None
        last = read_checkpoint(row.note, [self.signer.verifier])
        if last is None:
            raise LedgerDamagedError
        return last

    def _require_not_rolled_back(self, connection: Connection, last: Checkpoint | None) -> None:
        seen = read_high_water(self.high_water, [self.signer.verifier])
        if seen is None:
            _require_beginning(connection)
        else:
            require_reaches(last, seen)

    def _seal_batch(self, connection: Connection, last: Checkpoint | None, now: int) -> Checkpoint | None:
        size = last.size if last else 0
        tree = TiledTree.load(connection, size)
        _require_whole(connection, tree, last)
        rows = take_batch(connection, BATCH)
        if not rows:
            return None
        hashes = [leaf_hash(row.leaf) for row in rows]
        _store_order(connection, size, rows, hashes)
        store_tiles(connection, tree.extend(hashes), size_before=size)
        checkpoint = sign_checkpoint(self.signer, tree.size, tree.root())
        _store_checkpoint(connection, checkpoint, now)
        return checkpoint

    def _publish(self, database: Database, checkpoint: Checkpoint | None) -> None:
        """Bring the files up to date, after the commit; what a crash left out is made up for by the next call."""
        if checkpoint is None:
            return
        trusted = [self.signer.verifier]
        shown = published_size(self.folder, trusted)
        if shown != checkpoint.size:
            with database.engine.connect() as connection:
                publish(self.folder, tiles_since(connection, min(shown, checkpoint.size)), checkpoint)
        seen = read_high_water(self.high_water, trusted)
        if seen is None or seen.size != checkpoint.size:
            replace_file(self.high_water, checkpoint.note)


def _file(database: Database) -> int:
    with database.writing_in_bulk() as session:
        return file_lists(session.connection(), _LISTS)


def _require_beginning(connection: Connection) -> None:
    """Refuse to go on without the high-water file: whoever sets the database back would only have to remove it.

    The first checkpoint is committed before the file is written; a crash between them is made up for.
    """
    if connection.execute(select(func.count()).select_from(tables.checkpoint)).scalar_one() > 1:
        raise HighWaterMissingError


def _require_whole(connection: Connection, tree: TiledTree, last: Checkpoint | None) -> None:
    """Refuse to build on a tree that is not the one last signed: nobody could ever repair what came after."""
    count = connection.execute(select(func.coalesce(func.max(tables.sealed_leaf.c.leaf_index) + 1, 0))).scalar_one()
    if count != tree.size or (last is not None and tree.root() != last.root):
        raise LedgerDamagedError


def _store_order(connection: Connection, size: int, rows: Any, hashes: list[bytes]) -> None:
    order: list[dict[str, Any]] = [
        {"leaf_index": index, "entry_id": row.id, "hash": hash_}
        for index, (row, hash_) in enumerate(zip(rows, hashes, strict=True), start=size)
    ]
    insert_rows(connection, tables.sealed_leaf, order)


def _store_checkpoint(connection: Connection, checkpoint: Checkpoint, now: int) -> None:
    before = connection.execute(_last_checkpoint).first()
    connection.execute(insert(tables.checkpoint).inline(), {"size": checkpoint.size, "note": checkpoint.note, "made_at": now})
    if before is not None and before.made_at // HOUR != now // HOUR:
        _thin(connection, now - DAY)


def _thin(connection: Connection, before: int) -> None:
    """Keep, of checkpoints made before then, the last one of each hour."""
    later = tables.checkpoint.alias()
    end_of_hour = (_C.made_at - _C.made_at % HOUR) + HOUR
    in_the_same_hour = select(later.c.size).where(later.c.made_at >= _C.made_at, later.c.made_at < end_of_hour, later.c.size > _C.size)
    connection.execute(delete(tables.checkpoint).where(_C.made_at < before, in_the_same_hour.exists()))
