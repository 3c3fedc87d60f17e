"""Keyed hashes: equal values are recognised, and without the key nothing can be tried out."""

import hmac
from enum import StrEnum
from typing import Final

from crm.vault.envelope import length_prefixed
from crm.vault.named_secrets import FORM, SOURCE, SUPPRESSION, THROTTLE, NamedSecrets

TAG_BYTES: Final = 16


class SealedRow(StrEnum):
    """Rows that decide what happens to people, each kind bound with a key of its own."""

    ORDER = "order"
    LINK = "link"
    SIGN_IN = "sign_in"
    CONTACT = "contact"
    COMPANY = "company"


class Tags:
    """Makes 128-bit tags of values that the caller has normalised."""

    def __init__(self, secrets: NamedSecrets) -> None:
        self._secrets = secrets

    def lookup(self, field: str, value: str) -> bytes:
        """Return the tag to store for an exact look-up; each field has its own key."""
        return _tag(self._secrets.newest(f"lookup.{field}").raw, value.encode())

    def lookups(self, field: str, value: str) -> list[bytes]:
        """Return the tags to ask for: one for each version of the key that is in use, the newest first."""
        return self._all(f"lookup.{field}", value)

    def suppressions(self, value: str) -> list[bytes]:
        """Return the tags an address can have on the suppression list, the newest first."""
        return self._all(SUPPRESSION, value)

    def throttle(self, value: str) -> bytes:
        """Return the tag under which attempts are counted."""
        return _tag(self._secrets.newest(THROTTLE).raw, value.encode())

    def source(self, system: str, record_id: str) -> bytes:
        """Return the tag of a record of another system."""
        return _tag(self._secrets.newest(SOURCE).raw, length_prefixed(system, record_id))

    def form(self, token: str, content: str) -> bytes:
        """Return the tag of a form with this random token and this content; without the token it says nothing about the content."""
        return _tag(self._secrets.newest(FORM).raw, f"{token}\0{content}".encode())

    def row_seal(self, kind: SealedRow, said: str) -> bytes:
        """Return the seal that binds what a row says: whoever writes the database, and has no key, can make none."""
        return _tag(self._secrets.newest(kind).raw, said.encode())

    def bears_seal(self, kind: SealedRow, said: str, seal: object) -> bool:
        """Say whether a row says what the program wrote; SQLite stores any type in any column.

        Raises:
            KeyUnavailableError: that cannot be said at the moment.
        """
        return isinstance(seal, bytes) and any(hmac.compare_digest(seal, each) for each in self._all(kind, said))

    def _all(self, name: str, value: str) -> list[bytes]:
        return [_tag(secret.raw, value.encode()) for secret in self._secrets.live(name)]


def _tag(key: bytes, value: bytes) -> bytes:
    return hmac.digest(key, value, "sha256")[:TAG_BYTES]
