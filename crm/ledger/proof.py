"""The proof that one entry is in the log, for people who have nothing else of it.

Source: C2SP tlog-proof.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm.ledger import tables
from crm.ledger.checkpoint import Checkpoint, read_checkpoint
from crm.ledger.errors import NotSealedError
from crm.ledger.merkle import HASH_BYTES, inclusion_path, leaf_hash, node_hash, perfect_root, root_from_path
from crm.ledger.note import VerifierKey
from crm.ledger.tiles import WIDTH

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = b"index "
_T = tables.tile.c


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """What a `.tlog-proof` file says: `note` is the checkpoint as it was signed."""

    index: int
    path: tuple[bytes, ...]
    note: bytes


def read_proof(text: bytes) -> InclusionProof | None:
    """Return what the text of a `.tlog-proof` file says, or None where it is none."""
    head, blank, note = text.partition(b"\n\n")
    header, number, *path = [*head.split(b"\n"), b""]
    if not blank or header != _HEADER.encode() or not number.startswith(_INDEX):
        return None
    try:
        return InclusionProof(int(number.removeprefix(_INDEX)), tuple(base64.b64decode(line, validate=True) for line in path[:-1]), note)
    except ValueError:
        return None


def check_proof(text: bytes, leaf: bytes, trusted: Iterable[VerifierKey]) -> InclusionProof | None:
    """Return the proof if it leads from the leaf to a checkpoint that a trusted key has signed; needs nothing else of the log."""
    proof = read_proof(text)
    checkpoint = read_checkpoint(proof.note, trusted) if proof else None
    if proof is None or checkpoint is None or proof.index >= checkpoint.size:
        return None
    return proof if is_proven(leaf_hash(leaf), proof.index, proof.path, checkpoint) else None


def prove(connection: Connection, index: int, checkpoint: Checkpoint) -> bytes:
    """Return the proof that the entry `index` is in the tree of the checkpoint, as the text of a `.tlog-proof` file.

    Raises:
        NotSealedError: the checkpoint does not cover this entry.
    """
    if not 0 <= index < checkpoint.size:
        raise NotSealedError
    path = inclusion_path(index, checkpoint.size, _Subtrees(connection).root)
    lines = [_HEADER, f"index {index}", *(base64.b64encode(hash_).decode() for hash_ in path), ""]
    return "\n".join(lines).encode() + b"\n" + checkpoint.note


def is_proven(hash_: bytes, index: int, path: Sequence[bytes], checkpoint: Checkpoint) -> bool:
    """Say whether the audit path leads from the leaf's hash to the root that was signed."""
    return root_from_path(hash_, index, checkpoint.size, path) == checkpoint.root


class _Subtrees:
    """Computes roots of parts of the tree from its tiles, a few reads for each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def root(self, start: int, end: int) -> bytes:
        """Return the root over the leaves [start, end), which lie as RFC 9162 divides a tree."""
        width = 1 << ((end - start).bit_length() - 1)
        if width == end - start:
            return self._perfect(start, width)
        return node_hash(self._perfect(start, width), self.root(start + width, end))

    def _perfect(self, start: int, width: int) -> bytes:
        level = (width.bit_length() - 1) // 8
        unit = WIDTH**level
        number, offset = divmod(start // unit, WIDTH)
        query = select(_T.hashes).where(_T.level == level, _T.number == number)
        hashes: bytes = self._connection.execute(query).scalar_one()
        return perfect_root(hashes[offset * HASH_BYTES : (offset + width // unit) * HASH_BYTES])
