"""Tiles: the tree as files of 256 hashes, from which any proof can be computed.

Source: C2SP tlog-tiles.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from crm.ledger import tables
from crm.ledger.merkle import HASH_BYTES, peaks_of, perfect_root, root_of_peaks

WIDTH = 256
_FULL = WIDTH * HASH_BYTES


@dataclass(frozen=True, slots=True)
class Tile:
    """Up to 256 neighbouring hashes of one level; level 0 holds leaf hashes, level 1 the roots of full tiles of level 0."""

    level: int
    number: int
    hashes: bytes

    @property
    def path(self) -> str:
        """Return where the tile lies, `tile/0/x001/234` or `tile/0/x001/234.p/17` for one of 17 hashes."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        width = len(self.hashes) // HASH_BYTES
        return f"tile/{self.level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def right_edge(size: int) -> Iterator[tuple[int, int]]:
    """Yield level and number of the tiles that are not full in a tree of this size, from the bottom."""
    level = 0
    while size:
        if size % WIDTH:
            yield level, size // WIDTH
        size //= WIDTH
        level += 1


class TiledTree:
    """The right edge of the tree in the database: what the sealer needs to go on."""

    def __init__(self, size: int, edge: dict[int, bytes]) -> None:
        self.size = size
        self._edge = edge

    @classmethod
    def load(cls, connection: Connection, size: int) -> "TiledTree":
        """Read the tree of this size, as far as it is needed to go on."""
        wanted = list(right_edge(size))
        if not wanted:
            return cls(size, {})
        t = tables.tile.c
        rows = connection.execute(
            select(t.level, t.hashes).where(or_(*(and_(t.level == level, t.number == number) for level, number in wanted)))
        )
        widths = {level: size // WIDTH**level % WIDTH for level, _number in wanted}
        return cls(size, {level: hashes[: widths[level] * HASH_BYTES] for level, hashes in rows})

    def root(self) -> bytes:
        """Return the root: the perfect subtrees of all levels, the highest first."""
        peaks: list[bytes] = []
        for level in sorted(self._edge, reverse=True):
            peaks += peaks_of(self._edge[level])
        return root_of_peaks(peaks)

    def extend(self, hashes: list[bytes]) -> list[Tile]:
        """Append leaves by their hashes and return the tiles that have changed."""
        changed: list[Tile] = []
        level, before, new = 0, self.size, hashes
        self.size += len(hashes)
        while new:
            number, above = before // WIDTH, []
            row = self._edge.get(level, b"") + b"".join(new)
            while len(row) >= _FULL:
                changed.append(Tile(level, number, row[:_FULL]))
                above.append(perfect_root(row[:_FULL]))
                number, row = number + 1, row[_FULL:]
            self._edge[level] = row
            if row:
                changed.append(Tile(level, number, row))
            level, before, new = level + 1, before // WIDTH, above
        return changed


_grow = (
    update(tables.tile)
    .where(tables.tile.c.level == bindparam("at_level"), tables.tile.c.number == bindparam("at_number"))
    .values(hashes=bindparam("new_hashes"))
)


def store_tiles(connection: Connection, tiles: list[Tile], *, size_before: int) -> None:
    """Write changed tiles; a tile that was begun in the tree of `size_before` grows, the others are new."""
    begun = set(right_edge(size_before))
    grown = [{"at_level": t.level, "at_number": t.number, "new_hashes": t.hashes} for t in tiles if (t.level, t.number) in begun]
    new = [{"level": t.level, "number": t.number, "hashes": t.hashes} for t in tiles if (t.level, t.number) not in begun]
    if grown:
        connection.execute(_grow, grown)
    if new:
        connection.execute(insert(tables.tile).inline(), new)


def tiles_since(connection: Connection, size: int) -> Iterator[Tile]:
    """Yield every tile that is new or has grown since the tree had `size` leaves."""
    t = tables.tile.c
    level = 0
    while True:
        first = size // WIDTH ** (level + 1)
        rows = connection.execute(
            select(t.number, t.hashes).where(t.level == level, t.number >= first).order_by(t.number).execution_options(yield_per=256)
        )
        found = False
        for number, hashes in rows:
            found = True
            yield Tile(level, number, hashes)
        if not found:
            return
        level += 1
