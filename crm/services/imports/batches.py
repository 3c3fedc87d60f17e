"""Cuts rows into batches that hold the one writer of SQLite only briefly."""

from collections import Counter
from collections.abc import Iterable, Iterator

from crm.privacy.matching import Likeness
from crm.services.imports.rows import PersonRow, Row

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
    """Yield the rows after row `after` in batches."""
    batch: list[Row] = []
    for row in rows:
        if row.row <= after:
            continue
        if len(batch) >= pace.size:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def waves(people: Iterable[PersonRow]) -> list[list[PersonRow]]:
    """Part the people of a batch, so that no two records of one person are in one wave.

    The second record must find in the database what became of the first. All second records are taken in together,
    because a unit of work for each would make an export with many of them twice as slow.
    """
    parted: list[list[PersonRow]] = []
    met: Counter[Likeness] = Counter()
    for row in people:
        number = met[row.likeness] if row.likeness else 0
        if row.likeness:
            met[row.likeness] += 1
        if number == len(parted):
            parted.append([])
        parted[number].append(row)
    return parted
