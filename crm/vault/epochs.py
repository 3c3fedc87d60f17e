"""Epoch keys in memory, at most for a lease, and what they wrap."""

import os
import threading
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from crm.clock import Clock
from crm.vault import schema
from crm.vault.envelope import NONCE_BYTES, length_prefixed
from crm.vault.errors import TamperedError, WrongEpochKeyError
from crm.vault.provider import KeyProvider
from crm.vault.store import KeyStore

LEASE: Final = timedelta(hours=1)
_PROOF: Final = b"This key belongs to this key store."
_PROOF_LABEL: Final = ("proof",)


class EpochKey:
    """The key of one epoch: wraps other keys, each bound to what it is for."""

    __slots__ = ("_aead", "_context", "leased_at", "number")

    def __init__(self, number: int, raw: bytes, *, installation_id: str, leased_at: datetime) -> None:
        self.number = number
        self.leased_at = leased_at
        self._aead = AESGCM(raw)
        self._context = length_prefixed("lethe wrapped key", installation_id, str(number))

    def wrap(self, raw: bytes, *label: str) -> bytes:
        """Return `nonce | ciphertext | tag` of `raw`, bound to `label`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, raw, self._context + length_prefixed(*label))

    def unwrap(self, wrapped: bytes, *label: str) -> bytes:
        """Return what was wrapped under `label`.

        Raises:
            TamperedError: the key store holds something else than was put there.
        """
        try:
            return self._aead.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self._context + length_prefixed(*label))
        except (InvalidTag, ValueError):
            raise TamperedError from None


class EpochKeys:
    """The epoch keys this process holds. After its lease a key is asked for again, or is gone."""

    def __init__(self, store: KeyStore, provider: KeyProvider, *, clock: Clock, lease: timedelta = LEASE) -> None:
        self._store = store
        self._provider = provider
        self._clock = clock
        self._lease = lease
        self._held: dict[int, EpochKey] = {}
        self._ended = False
        self._lock = threading.Lock()

    def current(self) -> EpochKey:
        """Return the key that new keys are wrapped by."""
        return self.get(self._store.state().epoch)

    def get(self, number: int) -> EpochKey:
        """Return the key of this epoch, from memory while its lease lasts.

        Raises:
            KeyUnavailableError: the lease has ended and the provider does not renew it.
        """
        with self._lock:
            self._drop_ended()
            key = self._held.get(number)
            if key is None:
                key = self._held[number] = self._fetch(number)
            return key

    def drop_ended(self) -> bool:
        """Forget keys whose lease has ended and say whether any has since this was asked last."""
        with self._lock:
            self._drop_ended()
            ended, self._ended = self._ended, False
            return ended

    def clear(self) -> None:
        """Forget every epoch key."""
        with self._lock:
            self._held.clear()

    def _drop_ended(self) -> None:
        now = self._clock.now()
        # A clock that was set back must not lengthen a lease.
        ended = [key.number for key in self._held.values() if not key.leased_at <= now < key.leased_at + self._lease]
        for number in ended:
            del self._held[number]
            self._ended = True

    def _fetch(self, number: int) -> EpochKey:
        now = self._clock.now()
        raw = self._provider.epoch_key(number)
        key = EpochKey(number, raw, installation_id=self._store.installation_id, leased_at=now)
        self._verify(key, now)
        return key

    def _verify(self, key: EpochKey, now: datetime) -> None:
        """Compare with the proof of the epoch; the first key of an epoch writes it."""
        proof = self._find_proof(key.number) or self._write_proof(key, now)
        try:
            key.unwrap(proof, *_PROOF_LABEL)
        except TamperedError:
            raise WrongEpochKeyError(epoch=key.number) from None

    def _find_proof(self, number: int) -> bytes | None:
        with self._store.reading() as connection:
            return connection.execute(select(schema.epoch.c.proof).where(schema.epoch.c.number == number)).scalar()

    def _write_proof(self, key: EpochKey, now: datetime) -> bytes:
        proof = key.wrap(_PROOF, *_PROOF_LABEL)
        try:
            with self._store.writing() as connection:
                connection.execute(insert(schema.epoch).values(number=key.number, proof=proof, wraps=1, opened_at=now))
        except IntegrityError:
            # Another process was faster; this key has to fit to its proof.
            return self._find_proof(key.number) or proof
        return proof


def count_wraps(connection: Connection, number: int, count: int) -> None:
    """Note how often an epoch key was used: 2**32 wraps bind it."""
    connection.execute(
        update(schema.epoch).where(schema.epoch.c.number == number).values(wraps=schema.epoch.c.wraps + count),
    )
