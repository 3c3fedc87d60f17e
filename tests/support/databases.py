"""Fresh databases on both engines, copied from a template that is made once per test worker."""

import importlib
import itertools
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from tests.support.postgresql import Cluster, find_programs
from tests.support.presence import require


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_kind(request) -> str:
    """`sqlite` or `postgres`: a test that wants a database runs on both.

    For one engine alone: `@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)`.
    """
    return request.param


class Databases:
    """Makes databases from templates: a file is copied, PostgreSQL clones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cluster: Cluster | None = None
        self._templates: set[str] = set()
        self._numbers = itertools.count(1)

    def new(self, engine_kind: str, template: str) -> str:
        """Return the address of a new database like `business` or `keystore`, or of an `empty` one."""
        return self._new_file(template) if engine_kind == "sqlite" else self._new_on_server(template)

    def drop(self, url: str) -> None:
        if self._cluster and url.startswith("postgresql"):
            self._administer(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    @property
    def folder(self) -> Path:
        """Where the server keeps everything."""
        self._start_cluster()
        return self._cluster.folder

    def close(self) -> None:
        if self._cluster:
            self._cluster.stop()

    def _new_file(self, template: str) -> str:
        source = self._folder / f"template-{template}.sqlite"
        target = self._folder / f"{template}-{next(self._numbers)}" / f"{template}.sqlite"
        target.parent.mkdir(mode=0o700)
        if template != "empty":
            if not source.exists():
                _fill(template, f"sqlite:///{source}")
            shutil.copyfile(source, target)
            target.chmod(0o600)
        return f"sqlite:///{target}"

    def _new_on_server(self, template: str) -> str:
        self._start_cluster()
        if template not in self._templates:
            self._administer(f"CREATE DATABASE template_{template} TEMPLATE template0")
            if template != "empty":
                _fill(template, self._cluster.url(f"template_{template}"))
            self._templates.add(template)
        name = f"{template}_{next(self._numbers)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE template_{template} STRATEGY FILE_COPY")
        return self._cluster.url(name)

    def _start_cluster(self) -> None:
        programs = find_programs()
        require(programs, "PostgreSQL is missing: install the package postgresql.")
        if self._cluster is None:
            self._cluster = Cluster(programs)
            self._cluster.start()

    def _administer(self, statement: str) -> None:
        engine = create_engine(self._cluster.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def _fill(template: str, url: str) -> None:
    db = importlib.import_module("crm.db")
    engine = db.make_engine(url, may_change_schema=True)
    if template == "keystore":
        importlib.import_module("crm.vault").keystore_metadata.create_all(engine)
    else:
        _import_models()
        db.Base.metadata.create_all(engine)
        guards = getattr(importlib.import_module("crm.ledger"), "install_guards", None)
        if guards:
            with engine.begin() as connection:
                guards(connection)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    engine.dispose()


def _import_models() -> None:
    try:
        importlib.import_module("crm.models")
    except ImportError:
        for name in ("crm.vault.tables", "crm.ledger.tables", "crm.search.feed"):
            importlib.import_module(name)


@pytest.fixture(scope="session")
def databases(tmp_path_factory):
    """The maker of databases, for tests that need more than one: `databases.new(engine_kind, "business")`."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def database_url(databases, engine_kind):
    """Address of a fresh business database with all tables and the guards of the ledger."""
    url = databases.new(engine_kind, "business")
    yield url
    databases.drop(url)


@pytest.fixture
def keystore_url(databases, engine_kind):
    """Address of a fresh key store with its tables."""
    url = databases.new(engine_kind, "keystore")
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url):
    """A `crm.db.Database` on both engines in turn; the fixture `vault` adds itself to its equipment."""
    db = importlib.import_module("crm.db")
    engine = db.make_engine(database_url)
    equipment = {"policy_cache": {}}

    def refresh():
        if "vault" in equipment:
            equipment["vault"].refresh()

    yield db.Database(engine, equipment=equipment, at_begin=refresh)
    engine.dispose()


@pytest.fixture
def keystore(keystore_url):
    """The engine of a fresh key store with its row of state."""
    engine = importlib.import_module("crm.db").make_engine(keystore_url)
    importlib.import_module("crm.vault").create_keystore(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def key_file(tmp_path) -> Path:
    """A key file with the key of the first epoch."""
    path = tmp_path / "keys" / "epoch.keys"
    importlib.import_module("crm.vault").FileKeyProvider.create(path)
    return path


@pytest.fixture
def vault(database, keystore, key_file, clock):
    """The vault of `database`, with its secrets made."""
    package = importlib.import_module("crm.vault")
    vault = package.Vault(keystore=keystore, provider=package.FileKeyProvider(key_file), clock=clock)
    vault.prepare()
    database.equipment["vault"] = vault
    yield vault
    vault.close()
