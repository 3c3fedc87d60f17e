"""The sealed value: `version(1) | algorithm(1) | key version(2) | nonce(12) | ciphertext | tag(16)`.

The place a value belongs to is authenticated with it, so a value moved to another row, column or person
does not open.
"""

import os
import struct
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm.vault.errors import TamperedError
from crm.vault.padding import Padding, pad, unpad

FORMAT: Final = 1
AES_256_GCM: Final = 1
HPKE_X25519: Final = 2

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEADER_BYTES: Final = 4
_CIPHERTEXT: Final = HEADER_BYTES + NONCE_BYTES
_SHORTEST: Final = _CIPHERTEXT + TAG_BYTES
_HEADER: Final = struct.Struct(">BBH")


class Place(NamedTuple):
    """Where a sealed value belongs: part of what its tag protects.

    A tuple and not a dataclass, because one is made for every value that is opened.
    """

    subject_id: str
    compartment: str
    table: str
    column: str
    row_id: str


class DataKey:
    """One key in memory, ready for use: the cipher, and the part of the protected context that never changes."""

    __slots__ = ("_aead", "_prefix", "header", "version")

    def __init__(self, raw: bytes, *, version: int, subject_id: str, compartment: str) -> None:
        self.version = version
        self._aead = AESGCM(raw)
        self.header = _HEADER.pack(FORMAT, AES_256_GCM, version)
        self._prefix = self.header + length_prefixed(subject_id, compartment)

    def seal(self, place: Place, content: bytes, padding: Padding) -> bytes:
        """Seal `content` for `place`."""
        label = column_label(place.table, place.column) + row_label(place.row_id)
        nonce = os.urandom(NONCE_BYTES)
        return self.header + nonce + self._aead.encrypt(nonce, pad(content, padding), self._prefix + label)

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Open what was sealed for `place`.

        Raises:
            TamperedError: the value or its place was changed.
        """
        return self.open_labelled(column_label(place.table, place.column) + row_label(place.row_id), sealed)

    def open_labelled(self, label: bytes, sealed: bytes) -> bytes:
        """Open as `open` does; `label` is that of the place's column and that of its row, for callers with many of both."""
        return self._open(sealed, self._prefix + label)

    def seal_bound(self, context: bytes, content: bytes, padding: Padding) -> bytes:
        """Seal `content` so that it opens beside exactly these bytes only, such as the leaf of a log entry."""
        nonce = os.urandom(NONCE_BYTES)
        return self.header + nonce + self._aead.encrypt(nonce, pad(content, padding), self.header + context)

    def open_bound(self, context: bytes, sealed: bytes) -> bytes:
        """Open what `seal_bound` sealed."""
        return self._open(sealed, self.header + context)

    def _open(self, sealed: bytes, protected: bytes) -> bytes:
        if sealed[:HEADER_BYTES] != self.header:
            raise TamperedError
        try:
            return unpad(self._aead.decrypt(sealed[HEADER_BYTES:_CIPHERTEXT], sealed[_CIPHERTEXT:], protected))
        except (InvalidTag, ValueError):
            # The cause is left out: it would carry parts of the value into error reports.
            raise TamperedError from None


class CompartmentKeys(NamedTuple):
    """The living keys of one compartment of one person: the newest seals, each opens its own."""

    newest: DataKey
    by_version: dict[int, DataKey]

    @classmethod
    def of(cls, keys: list[DataKey]) -> "CompartmentKeys":
        return cls(max(keys, key=lambda key: key.version), {key.version: key for key in keys})


def key_version_of(sealed: bytes, *, algorithm: int = AES_256_GCM) -> int:
    """Return which version of its key sealed this value.

    Raises:
        TamperedError: this is no sealed value of a format known here.
    """
    if len(sealed) < _SHORTEST:
        raise TamperedError
    form, used, version = _HEADER.unpack_from(sealed)
    if form != FORMAT or used != algorithm:
        raise TamperedError
    return int(version)


def header(*, algorithm: int, version: int) -> bytes:
    """Return the four bytes every sealed value begins with."""
    return _HEADER.pack(FORMAT, algorithm, version)


def length_prefixed(*parts: str) -> bytes:
    """Join `parts` so that no other parts give the same bytes."""
    joined = b""
    for part in parts:
        encoded = part.encode()
        joined += len(encoded).to_bytes(2) + encoded
    return joined


@lru_cache(maxsize=1024)
def column_label(table: str, column: str) -> bytes:
    """Return the part of a place's label that all values of a column share."""
    return length_prefixed(table, column)


def row_label(row_id: str) -> bytes:
    """Return the part of a place's label that all values of a row share."""
    return length_prefixed(row_id)
