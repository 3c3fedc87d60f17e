"""What the entries of an erasure name besides the person: each key that went, and what stayed when it was complete.

Whoever has the proof and the public key of the log computes the same digests from what the proof says.

Source: Art. 5(2) DSGVO.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from crm.clock import micros
from crm.vault import Destruction


def digest_of_key(subject_id: str, *, compartment: str, version: int, ordered_at: datetime, removed_at: datetime) -> str:
    """Return what the entry of a destruction says of one key: of which compartment it was, and when it went."""
    return _digest("key", [subject_id, compartment, version, micros(ordered_at), micros(removed_at)])


def digests_of_keys(destructions: Iterable[Destruction]) -> list[str]:
    """Return what the entry says of these keys, in their order; one that some file still holds is not destroyed yet."""
    return [
        digest_of_key(
            each.subject_id, compartment=each.compartment, version=each.version, ordered_at=each.ordered_at, removed_at=each.removed_at
        )
        for each in destructions
        if each.removed_at is not None
    ]


def digest_of_kept(subject_id: str, kept: Iterable[tuple[str, str, int]]) -> str:
    """Return what the last entry says of the rows that stay: (table, why, how many)."""
    return _digest("kept", [subject_id, sorted(map(list, kept))])


def _digest(what: str, said: list[object]) -> str:
    return hashlib.sha256(json.dumps([what, said], ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
