"""The Merkle tree of RFC 6962 and RFC 9162: leaf and node hashes, roots, proofs of inclusion and consistency.

Source: RFC 9162, section 2.1.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32
_LEVEL_OF_WIDTH = {256**level: level for level in range(1, 8)}


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; the first byte keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(hashes: bytes) -> list[bytes]:
    """Return the single hashes of a concatenation."""
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def perfect_root(hashes: bytes) -> bytes:
    """Return the root over concatenated hashes whose number is a power of two."""
    sha256 = hashlib.sha256
    while len(hashes) > HASH_BYTES:
        hashes = b"".join([sha256(b"\x01" + hashes[start : start + 64]).digest() for start in range(0, len(hashes), 64)])
    return hashes


def peaks_of(hashes: bytes) -> list[bytes]:
    """Return the roots of the perfect trees side by side, the largest first, that concatenated hashes make up."""
    peaks, start, count = [], 0, len(hashes) // HASH_BYTES
    while count:
        width = 1 << (count.bit_length() - 1)
        peaks.append(perfect_root(hashes[start : start + width * HASH_BYTES]))
        start, count = start + width * HASH_BYTES, count - width
    return peaks


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Return the root of the tree whose perfect subtrees, the largest first, are `peaks`."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


class GrowingTree:
    """A tree of which only the right edge is kept: constant memory for any number of leaves.

    Args:
        on_tile_root: is told level and hash whenever a subtree is complete that tiles of a level above 0 hold.
    """

    _BLOCK = 256

    def __init__(self, on_tile_root: Callable[[int, bytes], None] | None = None) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        self._on_tile_root = on_tile_root

    def append(self, hash_: bytes) -> None:
        """Append one leaf by its hash."""
        self._add_peak(hash_, 1)

    def extend(self, hashes: bytes) -> None:
        """Append many leaves by their concatenated hashes."""
        start, end, block = 0, len(hashes), self._BLOCK * HASH_BYTES
        while start < end:
            if self.size % self._BLOCK == 0 and end - start >= block:
                self._add_peak(perfect_root(hashes[start : start + block]), self._BLOCK)
                start += block
            else:
                self.append(hashes[start : start + HASH_BYTES])
                start += HASH_BYTES

    def root(self) -> bytes:
        return root_of_peaks(self._peaks)

    def _add_peak(self, peak: bytes, width: int) -> None:
        before, self.size = self.size, self.size + width
        self._tell(peak, width)
        while before & width:
            peak = node_hash(self._peaks.pop(), peak)
            width <<= 1
            self._tell(peak, width)
        self._peaks.append(peak)

    def _tell(self, peak: bytes, width: int) -> None:
        if self._on_tile_root is not None and width in _LEVEL_OF_WIDTH:
            self._on_tile_root(_LEVEL_OF_WIDTH[width], peak)


Subtree = Callable[[int, int], bytes]


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the audit path of a leaf, from its sibling up to the child of the root.

    Args:
        subtree: returns the root over the leaves [start, end).
    """
    return _path(index, 0, size, subtree)


def _path(index: int, start: int, end: int, subtree: Subtree) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _largest_power_below(end - start)
    if index < middle:
        return [*_path(index, start, middle, subtree), subtree(middle, end)]
    return [*_path(index, middle, end, subtree), subtree(start, middle)]


def root_from_path(hash_: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """Return the root that an audit path leads to, or None if the path does not fit index and size.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    here, last = index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            hash_ = node_hash(sibling, hash_)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        here, last = here >> 1, last >> 1
    return hash_ if last == 0 else None


def _largest_power_below(number: int) -> int:
    return 1 << ((number - 1).bit_length() - 1)
