"""Fresh databases on both engines, copied from a template that is made once per test worker."""

import itertools
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from crm import models  # noqa: F401 - registers every table there is
from crm.db import Base, Database, make_engine
from crm.ledger import install_guards
from crm.vault import FileKeyProvider, Vault, create_keystore, keystore_metadata
from tests.support.installation import install
from tests.support.postgresql import Cluster, find_programs
from tests.support.presence import require
from tests.support.renewal import Renewals


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
        self._templates: dict[tuple[str, str], str] = {}
        self._numbers = itertools.count(1)
        self._key_file = folder / "keys" / "epoch.keys"
        self._renewals = Renewals()

    def new(self, engine_kind: str, template: str) -> str:
        """Return the address of a new database like `business` or `keystore`, or of an `empty` one.

        `installed_business` and `installed_keystore` belong together and to `installed_key_file`: an installation with its policy.
        On the server it may be one that an earlier test has used, unless it is `empty`: then its files are new too.
        """
        if template.startswith("installed_"):
            self._require_installed(engine_kind)
        is_renewable = engine_kind != "sqlite" and template != "empty"
        if is_renewable and (renewed := self._renewals.take(template)):
            return renewed
        url = self._copy(self._template(engine_kind, template), f"{template}_{next(self._numbers)}")
        if is_renewable:
            self._renewals.watch(url, template)
        return url

    def installed_key_file(self) -> Path:
        """Return the key file of every database that was made from an installed one."""
        if not self._key_file.exists():
            FileKeyProvider.create(self._key_file)
        return self._key_file

    def drop(self, url: str) -> None:
        """Take a database back; on the server it serves the next test if it can be made like new."""
        if self._cluster and url.startswith("postgresql") and not self._renewals.give_back(url):
            self._administer(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    @property
    def folder(self) -> Path:
        """Where the server keeps everything."""
        self._start_cluster()
        return self._cluster.folder

    def close(self) -> None:
        if self._cluster:
            self._cluster.stop()

    def _require_installed(self, engine_kind: str) -> None:
        """Make the pair of templates of an installation, unless it is there."""
        names = ("business", "keystore")
        if (engine_kind, "installed_business") not in self._templates:
            urls = {name: self._copy(self._template(engine_kind, name), f"template_installed_{name}") for name in names}
            install(urls["business"], urls["keystore"], self.installed_key_file())
            self._templates |= {(engine_kind, f"installed_{name}"): url for name, url in urls.items()}

    def _template(self, engine_kind: str, template: str) -> str:
        """Return the address of a template; it is made when it is first asked for."""
        if (engine_kind, template) not in self._templates:
            url = self._new_empty(engine_kind, f"template_{template}")
            if template != "empty":
                _fill(template, url)
            self._templates[engine_kind, template] = url
        return self._templates[engine_kind, template]

    def _new_empty(self, engine_kind: str, name: str) -> str:
        if engine_kind == "sqlite":
            return f"sqlite:///{self._place(name)}"
        self._start_cluster()
        self._administer(f"CREATE DATABASE {name} TEMPLATE template0")
        return self._cluster.url(name)

    def _copy(self, template: str, name: str) -> str:
        source = make_url(template)
        if source.get_backend_name() != "sqlite":
            self._administer(f"CREATE DATABASE {name} TEMPLATE {source.database} STRATEGY FILE_COPY")
            return self._cluster.url(name)
        target = self._place(name)
        if Path(source.database).exists():  # an empty one is not there before somebody opens it
            shutil.copyfile(source.database, target)
            target.chmod(0o600)
        return f"sqlite:///{target}"

    def _place(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(mode=0o700)
        return folder / f"{name.rpartition('_')[0] or name}.sqlite"

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
    engine = make_engine(url, may_change_schema=True)
    if template == "keystore":
        keystore_metadata.create_all(engine)
    else:
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            install_guards(connection)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    engine.dispose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory):
    """The maker of databases, for tests that need more than one: `databases.new(engine_kind, "business")`."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def is_installed(request) -> bool:
    """Whether the test works on a whole installation, which is copied with its secrets and its policy."""
    return "runtime" in request.fixturenames


@pytest.fixture
def database_url(databases, engine_kind, is_installed):
    """Address of a fresh business database with all tables and the guards of the ledger."""
    url = databases.new(engine_kind, "installed_business" if is_installed else "business")
    yield url
    databases.drop(url)


@pytest.fixture
def keystore_url(databases, engine_kind, is_installed):
    """Address of a fresh key store with its tables."""
    url = databases.new(engine_kind, "installed_keystore" if is_installed else "keystore")
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url):
    """A `crm.db.Database` on both engines in turn; the fixture `vault` adds itself to its equipment."""
    engine = make_engine(database_url)
    equipment = {"policy_cache": {}}

    def refresh():
        if "vault" in equipment:
            equipment["vault"].refresh()

    yield Database(engine, equipment=equipment, at_begin=refresh)
    engine.dispose()


@pytest.fixture
def keystore(keystore_url):
    """The engine of a fresh key store with its row of state."""
    engine = make_engine(keystore_url)
    create_keystore(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def key_file(tmp_path, request, is_installed) -> Path:
    """A key file with the key of the first epoch."""
    path = tmp_path / "keys" / "epoch.keys"
    if is_installed:
        path.parent.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("databases").installed_key_file(), path)
    else:
        FileKeyProvider.create(path)
    return path


@pytest.fixture
def vault(database, keystore, key_file, clock):
    """The vault of `database`, with its secrets made."""
    vault = Vault(keystore=keystore, provider=FileKeyProvider(key_file), clock=clock)
    vault.prepare()
    database.equipment["vault"] = vault
    yield vault
    vault.close()
