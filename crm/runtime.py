"""The composition root: turns settings into the objects that work, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from crm.clock import Clock, SystemClock
from crm.db import Database, make_engine
from crm.ledger.sealer import Sealer
from crm.mail import Inbox, Transport
from crm.search.place import IndexPlace, find_place
from crm.search.reader import IndexReader
from crm.services import log_signer, mail_server
from crm.services.controller import CurrentSettings
from crm.services.drop import mailbox
from crm.settings import Settings
from crm.vault import FileKeyProvider, Vault


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process of one installation. Open it after a fork: keys in memory would survive it."""

    current: CurrentSettings
    clock: Clock
    engine: Engine
    keystore: Engine
    vault: Vault
    place: IndexPlace
    index: IndexReader
    database: Database

    @classmethod
    def open(cls, settings: Settings, *, clock: Clock | None = None) -> Self:
        """Open an installation that `lethe init` has made.

        Raises:
            KeyUnavailableError: key store or epoch key cannot be read.
            KeysOlderThanDataError: the key store is a backup older than the data.
        """
        clock = clock or SystemClock()
        engine = make_engine(settings.database)
        current = CurrentSettings(engine, settings)
        keystore = make_engine(settings.keystore)
        vault = Vault(keystore=keystore, provider=FileKeyProvider(settings.epoch_keys), clock=clock)
        place = find_place(settings.index_dir, installation_id=vault.installation_id, data_dir=settings.data_dir)
        index = IndexReader(place)
        database = Database(
            engine,
            equipment={
                "vault": vault,
                "index": index,
                "policy_cache": {},
                "zone": ZoneInfo(settings.time_zone),
                "federal_state": lambda: current.read().federal_state,
            },
            at_begin=vault.refresh,
        )
        with database.reading() as session:
            vault.check_generation(session)
        return cls(current=current, clock=clock, engine=engine, keystore=keystore, vault=vault, place=place, index=index, database=database)

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.current.read()

    def make_sealer(self) -> Sealer:
        """Return the sealer of this installation's ledger."""
        signer = log_signer.make_signer(self.vault.installation_id, self.vault.secret(log_signer.SECRET))
        return Sealer(signer=signer, folder=self.settings.ledger_dir, high_water=self.settings.high_water)

    def make_transport(self) -> Transport | None:
        """Return the way to the mail server, or None where none is set.

        Raises:
            RealMailInDemoError: a demonstration is to use a real server.
        """
        return mail_server.make_transport(self.settings)

    def make_inbox(self) -> Inbox | None:
        """Return the way to the drop mailbox, or None where none is set.

        Raises:
            DropPasswordError: its password cannot be read.
            RealMailInDemoError: a demonstration is to use a real server.
        """
        return mailbox.make_inbox(self.settings)

    @property
    def stores(self) -> Mapping[str, Engine]:
        """What this process is connected to."""
        return {"database": self.engine, "keystore": self.keystore}

    @property
    def mailbox(self) -> Path:
        """Where the demonstration's mail arrives: in RAM, like the search index."""
        return self.settings.index_dir / f"lethe-{self.vault.installation_id}-mailbox"

    def close(self) -> None:
        """Give back connections, forget keys and leave the search index, which goes with the last process of the host."""
        self.index.close()
        self.place.leave()
        self.vault.close()
        self.engine.dispose()
        self.keystore.dispose()


@dataclass(frozen=True, slots=True)
class PortalRuntime:
    """One process of the public portal. It has no vault: whoever takes it over can open nothing and learn nobody's name.

    So it starts and takes objections in while the key provider and the key store are out of reach.
    """

    current: CurrentSettings
    clock: Clock
    engine: Engine
    database: Database

    @classmethod
    def open(cls, settings: Settings, *, clock: Clock | None = None) -> Self:
        """Open what the portal needs; nothing is read."""
        engine = make_engine(settings.database)
        return cls(CurrentSettings(engine, settings), clock or SystemClock(), engine, Database(engine))

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.current.read()

    @property
    def stores(self) -> Mapping[str, Engine]:
        """What this process is connected to."""
        return {"database": self.engine}

    def close(self) -> None:
        """Give back connections."""
        self.engine.dispose()
