"""Signed notes with Ed25519, the form in which checkpoints travel.

Source: C2SP signed-note.
"""

import base64
import hashlib
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_ID_BYTES = 4
_PUBLIC_BYTES = 32


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a signing key: who signed is its name, which by convention is the log's origin line."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read `name+hash+base64`.

        Raises:
            ValueError: it is no Ed25519 verifier key, or its hash does not fit.
        """
        name, key_id, encoded = vkey.strip().split("+", 2)
        typed = _decoded(encoded)
        key = cls(name, typed[1:])
        if typed[:1] != _ED25519 or len(key.public) != _PUBLIC_BYTES or key.id.hex() != key_id:
            raise ValueError("this is no Ed25519 verifier key")
        return key

    @property
    def id(self) -> bytes:
        return _key_id(self.name, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    def has_signed(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs notes in the name of one log.

    Args:
        origin: the unique name of the log, without spaces and plus signs.
        seed: the 32 bytes of the Ed25519 private key; where they are kept is the caller's business.
    """

    def __init__(self, origin: str, seed: bytes) -> None:
        if not origin or any(character.isspace() or character == "+" for character in origin):
            raise ValueError("the name of a key has no spaces and no plus signs")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(origin, self._key.public_key().public_bytes_raw())

    @property
    def origin(self) -> str:
        return self.verifier.name

    def sign(self, text: bytes) -> bytes:
        """Return `text`, which ends with a newline, as a signed note."""
        signature = base64.b64encode(self.verifier.id + self._key.sign(text)).decode()
        return text + f"\n— {self.origin} {signature}\n".encode()


def open_note(note: bytes, trusted: Iterable[VerifierKey]) -> bytes | None:
    """Return the text of a note if a trusted key has signed it, and None if not, or if a trusted key's signature is wrong."""
    text, blank, signatures = note.rpartition(b"\n\n")
    if not blank:
        return None
    text += b"\n"
    keys = {(key.name, key.id): key for key in trusted}
    signed = False
    for line in signatures.splitlines():
        name, key_id, signature = _signature_of(line)
        key = keys.get((name, key_id))
        if key is None:
            continue
        if not key.has_signed(text, signature):
            return None
        signed = True
    return text if signed else None


def _signature_of(line: bytes) -> tuple[str, bytes, bytes]:
    try:
        dash, name, encoded = line.decode().split(" ")
        raw = _decoded(encoded)
    except ValueError:
        return "", b"", b""
    return (name, raw[:_ID_BYTES], raw[_ID_BYTES:]) if dash == "—" else ("", b"", b"")


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except Base64Error as error:
        raise ValueError("this is no base64") from error
