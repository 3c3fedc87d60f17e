"""Long lists in portions a database takes in one statement."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

_SIZE = 500

T = TypeVar("T")


def in_batches(items: Sequence[T], *, size: int = _SIZE) -> Iterator[Sequence[T]]:
    """Cut `items` into portions of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
