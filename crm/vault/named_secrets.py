"""Secrets of the installation, by name and version, wrapped by the epoch key like everything else."""

import os
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from crm.clock import Clock
from crm.vault.envelope import KEY_BYTES, DataKey, Place
from crm.vault.epochs import EpochKeys, count_wraps
from crm.vault.freshness import Freshness
from crm.vault.schema import named_secret
from crm.vault.store import KeyStore, state_of

INSTALLATION: Final = "installation"
INTAKE: Final = "intake"
SUPPRESSION: Final = "suppression"
THROTTLE: Final = "throttle"
SOURCE: Final = "source"
FORM: Final = "form"
ORDER: Final = "order"


def site_secret(name: str) -> str:
    """Return the name under which a secret of the entry points is kept, so that none takes the name of one of ours."""
    return f"site.{name}"


class Secret(NamedTuple):
    """One version of a secret; `public` is the open half of a key pair."""

    version: int
    raw: bytes
    public: bytes | None

    def __repr__(self) -> str:
        return f"Secret(version={self.version})"


def own_place(table: str, column: str, row_id: str) -> Place:
    """Return the place of a value that is about no person of the CRM and lies under the key of the installation."""
    return Place("", INSTALLATION, table, column, row_id)


def own_key(secret: Secret) -> DataKey:
    """Return the key of the installation as one that seals."""
    return DataKey(secret.raw, version=secret.version, subject_id="", compartment=INSTALLATION)


class NamedSecrets:
    """Finds secrets by name and makes those that are asked for the first time."""

    def __init__(self, store: KeyStore, epochs: EpochKeys, freshness: Freshness, *, clock: Clock) -> None:
        self._store = store
        self._epochs = epochs
        self._freshness = freshness
        self._clock = clock
        self._held: dict[str, tuple[Secret, ...]] = {}
        self._generation = 0
        self._lock = threading.Lock()

    def newest(self, name: str) -> Secret:
        """Return the version new things are made with."""
        return self.live(name)[0]

    def live(self, name: str) -> tuple[Secret, ...]:
        """Return every version still in use, the newest first."""
        self._freshness.check_if_old()
        held = self._held.get(name)
        if held is None:
            generation = self._generation
            held = self._read(name) or self._make(name)
            with self._lock:
                if generation == self._generation:
                    self._held[name] = held
        return held

    def find(self, name: str) -> Secret | None:
        """Return the newest version, or None where nobody has made one yet; makes none."""
        return next(iter(self._read(name)), None)

    def find_public(self, name: str) -> tuple[int, bytes] | None:
        """Return version and open half of the newest key pair; needs the key store, but no key."""
        columns = named_secret.c
        asked = select(columns.version, columns.public).where(
            columns.name == name, columns.retired_at.is_(None), columns.public.is_not(None)
        )
        with self._store.reading() as connection:
            row = connection.execute(asked.order_by(columns.version.desc())).first()
        return (row.version, row.public) if row else None

    def clear(self) -> None:
        """Forget every secret."""
        with self._lock:
            self._generation += 1
            self._held = {}

    def _read(self, name: str) -> tuple[Secret, ...]:
        columns = named_secret.c
        asked = select(columns.version, columns.epoch, columns.wrapped, columns.public).where(
            columns.name == name, columns.retired_at.is_(None)
        )
        with self._store.reading() as connection:
            rows = connection.execute(asked.order_by(columns.version.desc())).all()
        return tuple(
            Secret(row.version, self._epochs.get(row.epoch).unwrap(row.wrapped, *_label(name, row.version)), row.public) for row in rows
        )

    def _make(self, name: str) -> tuple[Secret, ...]:
        raw, public = _MAKERS.get(name, _random)()
        try:
            self._write(name, Secret(1, raw, public))
        except IntegrityError:  # Another process was faster; its secret is the one.
            return self._read(name)
        return (Secret(1, raw, public),)

    def _write(self, name: str, secret: Secret) -> None:
        while True:
            epoch = self._epochs.current()
            row = {
                "name": name,
                "version": secret.version,
                "epoch": epoch.number,
                "wrapped": epoch.wrap(secret.raw, *_label(name, secret.version)),
                "public": secret.public,
                "created_at": self._clock.now(),
            }
            with self._store.writing() as connection:
                if state_of(connection).epoch != epoch.number:
                    continue
                connection.execute(insert(named_secret).values(row))
                count_wraps(connection, epoch.number, 1)
                return


def _label(name: str, version: int) -> tuple[str, ...]:
    return ("named secret", name, str(version))


def _random() -> tuple[bytes, bytes | None]:
    return os.urandom(KEY_BYTES), None


def _key_pair() -> tuple[bytes, bytes | None]:
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


_MAKERS: dict[str, Callable[[], tuple[bytes, bytes | None]]] = {INTAKE: _key_pair}
