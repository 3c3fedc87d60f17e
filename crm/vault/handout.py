"""Sealing for whoever holds two secrets: the token of a link and a code that came another way; no key of the key store opens it.

The portal has no keys. What it hands out is sealed so that both together open it, and nothing that lies on a disk does.

Source: Art. 32(1)(a), (b) DSGVO.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crm.vault.envelope import KEY_BYTES, NONCE_BYTES, TAG_BYTES, length_prefixed
from crm.vault.errors import TamperedError

_SALT_BYTES: Final = 16
_CONTENT: Final = _SALT_BYTES + NONCE_BYTES
# A code has few digits: whoever has the link and the database needs 50 ms for each they try.
_WORK: Final = {"n": 1 << 14, "r": 8, "p": 1}


def seal_for(token: str, code: str, content: bytes, *, row_id: str) -> bytes:
    """Seal `content` for whoever holds both, and for this row."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(NONCE_BYTES)
    return salt + nonce + _cipher(token, code, salt).encrypt(nonce, content, _context(row_id))


def open_with(token: str, code: str, sealed: bytes, *, row_id: str) -> bytes:
    """Open what was sealed for both.

    Raises:
        TamperedError: one of them is wrong, or the value or its row was changed; which of these cannot be told.
    """
    if len(sealed) < _CONTENT + TAG_BYTES:
        raise TamperedError
    salt, nonce = sealed[:_SALT_BYTES], sealed[_SALT_BYTES:_CONTENT]
    try:
        return _cipher(token, code, salt).decrypt(nonce, sealed[_CONTENT:], _context(row_id))
    except InvalidTag:
        raise TamperedError from None


def _cipher(token: str, code: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=KEY_BYTES, **_WORK).derive(length_prefixed(token, code)))


def _context(row_id: str) -> bytes:
    return length_prefixed("handout", row_id)
