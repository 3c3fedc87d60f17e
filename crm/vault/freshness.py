"""Notices that keys in memory must not be used any more."""

import os
import threading
import time
from collections.abc import Callable
from typing import Final

from crm.vault.epochs import EpochKeys
from crm.vault.errors import KeyUnavailableError
from crm.vault.store import KeyStore

_LONGEST_TRUST: Final = 1.0  # seconds; also holds inside one long transaction


class Freshness:
    """Compares the key store's counter of destructions and the leases, and has keys forgotten."""

    def __init__(
        self, store: KeyStore, epochs: EpochKeys, *, forget: Callable[[], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._epochs = epochs
        self._forget = forget
        self._monotonic = monotonic
        self._sequence: int | None = None
        self._checked_at = float("-inf")
        self._process = os.getpid()
        self._lock = threading.Lock()

    def check_if_old(self) -> None:
        """Check again when the last time is more than a second ago."""
        if self._monotonic() - self._checked_at > _LONGEST_TRUST:
            self.check()

    def check(self) -> None:
        """Forget all keys in memory if any was destroyed or a lease has ended.

        A key store out of reach is no error here: what needs a key finds out, and an objection needs none.
        """
        if os.getpid() != self._process:
            raise RuntimeError("the vault must be opened after the fork")
        checked_at = self._monotonic()
        sequence = self._read()
        with self._lock:
            ended = self._epochs.drop_ended()
            if ended or sequence is None or sequence != self._sequence:
                self._forget()
            self._sequence = sequence
            self._checked_at = checked_at

    def _read(self) -> int | None:
        try:
            return self._store.shred_sequence()
        except KeyUnavailableError:
            return None
