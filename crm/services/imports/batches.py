"""Cuts rows into batches that hold the one writer of SQLite only briefly."""

from collections.abc import Iterable, Iterator

from crm.privacy.matching import Likeness
from crm.services.imports.rows import CompanyRow, LeftOut, PersonRow

Row = CompanyRow | PersonRow | LeftOut

_SECONDS = 0.1
_SMALLEST, _FIRST, _LARGEST = 40, 80, 400


class Pace:
    """How many rows go into the next batch, so that each takes about the same time on any machine."""

    def __init__(self) -> None:
        self.size = _FIRST

    def took(self, seconds: float, *, rows: int) -> None:
        """Learn from a batch; a short last batch of a file says too little."""
        if rows >= self.size // 2:
            self.size = max(_SMALLEST, min(_LARGEST, int(rows * _SECONDS / max(seconds, 0.001))))


def cut(rows: Iterable[Row], *, pace: Pace, after: int = 0) -> Iterator[list[Row]]:
    """Yield the rows after row `after` in batches.

    Two records of one person never share a batch: the second must find the first in the database.
    """
    batch: list[Row] = []
    met: set[Likeness] = set()
    for row in rows:
        if row.row <= after:
            continue
        likeness = row.likeness if isinstance(row, PersonRow) else None
        if batch and (len(batch) >= pace.size or likeness in met):
            yield batch
            batch, met = [], set()
        batch.append(row)
        if likeness:
            met.add(likeness)
    if batch:
        yield batch
