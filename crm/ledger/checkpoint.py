"""Checkpoints: the signed statement that the log had this size and this root.

Source: C2SP tlog-checkpoint.
"""

import base64
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass

from crm.ledger.merkle import HASH_BYTES
from crm.ledger.note import Signer, VerifierKey, open_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: `note` is the signed text, verbatim."""

    origin: str
    size: int
    root: bytes
    note: bytes


def sign_checkpoint(signer: Signer, size: int, root: bytes) -> Checkpoint:
    """Return the signed statement that the log has this size and this root."""
    text = f"{signer.origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
    return Checkpoint(signer.origin, size, root, signer.sign(text))


def read_checkpoint(note: bytes, trusted: Iterable[VerifierKey]) -> Checkpoint | None:
    """Return the checkpoint in a note, or None if no trusted key has signed it or its text is none."""
    keys = list(trusted)
    text = open_note(note, keys)
    return None if text is None else _read_text(text, note, {key.name for key in keys})


def origin_of(note: bytes) -> str:
    """Return which log a note says it is about, whoever has signed it; an empty text where it says nothing."""
    return note.partition(b"\n")[0].decode(errors="replace")


def said_by(note: bytes) -> Checkpoint | None:
    """Return what a note says, whoever has signed it: enough to see that somebody put back an older copy, and no proof."""
    return _read_text(note.rpartition(b"\n\n")[0] + b"\n", note, {origin_of(note)})


def _read_text(text: bytes, note: bytes, origins: set[str]) -> Checkpoint | None:
    try:
        origin, size, encoded = text.decode().split("\n")[:3]
        root = base64.b64decode(encoded, validate=True)
    except (ValueError, Base64Error):
        return None
    well_formed = origin in origins and size.isascii() and size.isdecimal() and str(int(size)) == size and len(root) == HASH_BYTES
    return Checkpoint(origin, int(size), root, note) if well_formed else None
