"""A log with entries in it, and somebody who gets past every guard."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from crm import ledger
from crm.db import Database, make_engine, new_id

READ = {"a": "c" * 32, "r": "sales", "act": "person:disclosed", "pur": "sales", "f": ["identity", "email"], "cls": "read"}
TABLES = ("ledger_entry", "ledger_payload", "ledger_leaf", "ledger_tile", "ledger_checkpoint", "ledger_salt")


@dataclass
class Log:
    """One log: write, seal, verify and attack it."""

    database: Database
    url: str
    folder: Path
    clock: object
    signer: ledger.Signer = field(default_factory=lambda: ledger.Signer("lethe-test", b"1" * 32))

    @property
    def sealer(self):
        return ledger.Sealer(self.signer, self.folder / "published", self.folder / "elsewhere" / "high-water")

    def write(self, count=1, *, payload=None, **said):
        """Write entries in one transaction."""
        with self.database.writing() as session:
            for _ in range(count):
                ledger.append(session, ledger.draft(session, {**READ, "sub": new_id(), **said}, now=self.clock.now()), payload)

    def write_list(self, subjects):
        with self.database.writing() as session:
            ledger.append(session, ledger.draft(session, READ, now=self.clock.now()), subjects=subjects)

    def seal(self):
        return self.sealer.seal_all(self.database, clock=self.clock.now)

    def verify(self, **options):
        options = {"trusted": [self.signer.verifier], "high_water": self.sealer.high_water} | options
        return ledger.verify(self.database.engine, **options)

    def require_not_set_back(self):
        with self.database.engine.connect() as connection:
            ledger.require_not_set_back(connection, high_water=self.sealer.high_water)

    def kinds(self, **options):
        return {finding.kind for finding in self.verify(**options).findings}

    @contextmanager
    def attack(self):
        """Open a connection without guards; afterwards they stand again, as if nothing had happened."""
        engine = make_engine(self.url, may_change_schema=True)
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                for table in TABLES:
                    connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            yield connection
            ledger.install_guards(connection)
        engine.dispose()

    def rows(self, query):
        with self.database.reading() as session:
            return session.execute(text(query)).all()


@pytest.fixture
def log(database, database_url, tmp_path, clock):
    return Log(database, database_url, tmp_path, clock)
