"""The databases of an installation, opened as far as they can be: what refuses to open is itself a finding."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from crm.clock import SettableClock
from crm.db import Database, make_engine
from crm.settings import Settings
from crm.vault import FileKeyProvider, Vault


@dataclass(frozen=True, slots=True)
class Stores:
    """Connections of the examination's own; unlike a runtime they are there also where a start is refused."""

    settings: Settings
    database: Database
    vault: Vault


@contextmanager
def open_stores(settings: Settings, *, now: datetime) -> Iterator[Stores]:
    """Open both databases without asking anything of them."""
    engine, keystore = make_engine(settings.database), make_engine(settings.keystore)
    vault = Vault(keystore=keystore, provider=FileKeyProvider(settings.epoch_keys), clock=SettableClock(now))
    try:
        yield Stores(settings, Database(engine, equipment={"vault": vault, "policy_cache": {}}, at_begin=vault.refresh), vault)
    finally:
        vault.close()
        engine.dispose()
        keystore.dispose()
