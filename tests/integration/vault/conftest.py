"""One installation of the vault: key store, business database, key file and a clock that can be moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crm.clock import SettableClock
from crm.db import Compartment, Database, make_engine, new_id
from crm.vault import FileKeyProvider, Place, Vault, create_keystore
from crm.vault.store import KeyStore, KeyStoreState

CONTENT = b'{"first_name":"Anna"}'


class SwitchableProvider:
    """A key provider that can be taken down."""

    def __init__(self, provider):
        self._provider = provider
        self.is_down = False
        self.calls = 0

    def epoch_key(self, epoch):
        self.calls += 1
        return (FileKeyProvider(Path("/nowhere/epoch.keys")) if self.is_down else self._provider).epoch_key(epoch)


@dataclass
class Installation:
    """What a test works on; `vault` and `other` are like two processes with one key store."""

    keystore: Engine
    engine: Engine
    key_file: Path
    provider: SwitchableProvider
    clock: SettableClock
    vault: Vault
    other: Vault
    database: Database
    other_database: Database

    def person(self, *compartments: Compartment) -> str:
        subject_id = new_id()
        with self.database.writing() as session:
            self.vault.create(session, [subject_id], compartments=compartments or list(Compartment), now=self.clock.now())
        return subject_id

    def seal(self, subject_id: str, content: bytes = CONTENT, *, compartment: Compartment = Compartment.PROFILE) -> tuple[Place, bytes]:
        place = Place(subject_id, compartment, "contact", "sealed_identity", subject_id)
        with self.database.writing() as session:
            self.vault.begin_write(session, [subject_id])
            return place, self.vault.seal(session, place, content)

    def erase(self, subject_id: str) -> None:
        with self.database.writing() as session:
            self.vault.mark_erasing(session, [subject_id])
        self.vault.destroy([subject_id], compartments=list(Compartment), clock=self.clock.now)
        with self.database.writing() as session:
            self.vault.mark_erased(session, [subject_id])

    def state(self) -> KeyStoreState:
        return KeyStore(self.keystore).state()

    def new_vault(self) -> Vault:
        return Vault(keystore=self.keystore, provider=self.provider, clock=self.clock)


@pytest.fixture
def urls(keystore_url, database_url) -> tuple[str, str]:
    """Addresses of the key store and the business database, for whoever opens them in another process."""
    return keystore_url, database_url


@pytest.fixture
def installation(urls, tmp_path) -> Iterator[Installation]:
    keystore, engine = map(make_engine, urls)
    create_keystore(keystore)
    key_file = tmp_path / "epoch.keys"
    provider = SwitchableProvider(FileKeyProvider.create(key_file))
    clock = SettableClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    vault, other = (Vault(keystore=keystore, provider=provider, clock=clock) for _ in range(2))
    vault.prepare()
    yield Installation(
        keystore=keystore,
        engine=engine,
        key_file=key_file,
        provider=provider,
        clock=clock,
        vault=vault,
        other=other,
        database=Database(engine, equipment={"vault": vault}, at_begin=vault.refresh),
        other_database=Database(engine, equipment={"vault": other}, at_begin=other.refresh),
    )
    vault.close()
    other.close()
    keystore.dispose()
    engine.dispose()
