"""Sealing without a key: what stops something is taken in even when no key can be had."""

from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from crm.vault.envelope import HEADER_BYTES, HPKE_X25519, header, key_version_of, length_prefixed
from crm.vault.errors import TamperedError
from crm.vault.named_secrets import INTAKE, NamedSecrets
from crm.vault.padding import Padding, pad, unpad

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class IntakeKey(NamedTuple):
    """The public half of the intake key pair: seals, and cannot open."""

    version: int
    public: bytes

    def seal(self, content: bytes, *, row_id: str) -> bytes:
        """Seal `content` for the row `row_id` of the intake; all ordinary contents give the same length."""
        begin = header(algorithm=HPKE_X25519, version=self.version)
        public = X25519PublicKey.from_public_bytes(self.public)
        return begin + _SUITE.encrypt(pad(content, Padding.TEXT), public, info=_context(begin, row_id))


def open_intake(secrets: NamedSecrets, sealed: bytes, *, row_id: str) -> bytes:
    """Open what was sealed to the intake key for this row.

    Raises:
        TamperedError: the value or its row was changed.
        KeyUnavailableError: the private half cannot be had at the moment.
    """
    version = key_version_of(sealed, algorithm=HPKE_X25519)
    secret = next((each for each in secrets.live(INTAKE) if each.version == version), None)
    if secret is None:
        raise TamperedError
    begin, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
    try:
        return unpad(_SUITE.decrypt(rest, X25519PrivateKey.from_private_bytes(secret.raw), info=_context(begin, row_id)))
    except (InvalidTag, ValueError):
        raise TamperedError from None


def _context(begin: bytes, row_id: str) -> bytes:
    return begin + length_prefixed("intake", row_id)
