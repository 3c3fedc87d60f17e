"""A database of another version is refused by whatever would work on it, and brought up by `lethe upgrade`."""

import shutil

import pytest

from crm import ledger
from crm.db import make_engine, migrate, revisions
from crm.services import starting, upgrading
from crm.services.starting import SchemaMissingError, SchemaNewerError, SchemaOlderError
from tests.functional.cli.test_doctor_stores import change, copy, put_back

NEWEST = revisions.newest_revision()
OLDER = f"{int(NEWEST) - 1:04}"
UNSEALED = "0008"  # the last revision whose contacts bear no seal
COMMANDS = [
    ("worker",),
    ("serve", "staff", "--port", "8123"),
    ("serve", "portal", "--port", "8123"),
    ("retention", "run", "--yes"),
    ("users", "list"),
    ("import", "salesforce", "tests/fixtures/salesforce_api", "--migration", "own"),
]


def take_back(url, to=OLDER):
    engine = make_engine(url, may_change_schema=True)
    migrate.downgrade(engine, to=to, afterwards=ledger.install_guards)
    engine.dispose()


def revision_of(url):
    engine = make_engine(url)
    with engine.connect() as connection:
        found = revisions.current_revision(connection), ledger.find_missing_guards(connection)
    engine.dispose()
    return found


@pytest.fixture
def older(installed):
    """Folder of an installation whose database an older version made."""
    take_back(f"sqlite:///{installed / 'lethe.sqlite'}")
    return installed


@pytest.fixture
def newer(installed):
    """Folder of an installation whose database a newer version made."""
    change(installed, "UPDATE alembic_version SET version_num = '9999'")
    return installed


class TestRefusal:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_of_an_older_one_says_what_to_do(self, older, lethe, command):
        refused = lethe(*command)

        assert refused.exit_code == 1
        assert f"hat Stand {OLDER}, diese Version von Lethe braucht Stand {NEWEST}" in refused.stderr
        assert f"„lethe --data-dir {older} upgrade“" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1

    @pytest.mark.parametrize("command", [("users", "list"), ("serve", "portal", "--port", "8123"), ("upgrade",)])
    def test_of_a_newer_one_asks_for_the_newer_version(self, newer, lethe, command):
        refused = lethe(*command)

        assert refused.exit_code == 1
        assert "Stand 9999 einer neueren Version" in refused.stderr
        assert revision_of(f"sqlite:///{newer / 'lethe.sqlite'}")[0] == "9999"

    def test_of_a_demonstration_says_that_it_may_be_thrown_away(self, older, lethe):
        (older / "invented").touch()

        refused = lethe("demo")

        assert refused.exit_code == 1
        assert f"Die Vorführung in {older} hat Stand {OLDER}" in refused.stderr
        assert "Löschen Sie den Ordner, seine Daten sind erfunden" in refused.stderr

    def test_of_an_empty_one(self, installed, lethe):
        for file in installed.glob("lethe.sqlite*"):
            file.unlink()
        (installed / "lethe.sqlite").touch(mode=0o600)

        assert "enthält keine Installation von Lethe" in lethe("users", "list").stderr
        assert "enthält keine Installation von Lethe" in lethe("upgrade").stderr


class TestUpgrade:
    def test_says_from_where_to_where_and_the_commands_run_again(self, older, lethe):
        upgraded = lethe("upgrade")

        assert (upgraded.exit_code, upgraded.stderr) == (0, "")
        assert upgraded.stdout == f"Die Datenbank ist von Stand {OLDER} auf Stand {NEWEST} gebracht.\n"
        assert lethe("users", "list").exit_code == 0
        assert lethe("doctor").exit_code == 0

    def test_seals_the_contacts_of_an_older_version(self, installed, opened, populate, lethe):
        populate(3)
        opened.close()
        take_back(f"sqlite:///{installed / 'lethe.sqlite'}", to=UNSEALED)

        upgraded = lethe("upgrade")

        assert upgraded.exit_code == 0
        assert "Letzter Kontakt, Zuordnung und Stammdaten von Kontakten und Firmen sind, was Lethe schrieb" in lethe("doctor").stdout

    def test_without_the_keys_to_seal_them_changes_nothing(self, installed, opened, populate, lethe):
        populate(1)
        opened.close()
        take_back(f"sqlite:///{installed / 'lethe.sqlite'}", to=UNSEALED)
        (installed / "keys" / "epoch.keys").rename(installed / "elsewhere")

        refused = lethe("upgrade")

        assert refused.exit_code == 1
        assert len(refused.stderr.splitlines()) == 1
        assert revision_of(f"sqlite:///{installed / 'lethe.sqlite'}") == (UNSEALED, [])

    def test_with_nothing_to_do_says_so(self, installed, lethe):
        upgraded = lethe("upgrade")

        assert upgraded.exit_code == 0
        assert f"schon Stand {NEWEST}" in upgraded.stdout

    def test_refuses_a_database_that_was_set_back(self, installed, opened, populate, tmp_path, lethe):
        populate(1)
        copy(installed / "lethe.sqlite", tmp_path / "old")
        populate(2)
        opened.close()
        put_back(tmp_path / "old", installed / "lethe.sqlite")
        take_back(f"sqlite:///{installed / 'lethe.sqlite'}")

        refused = lethe("upgrade")

        assert refused.exit_code == 1
        assert "Die Datenbank ist ein älterer oder anderer Stand" in refused.stderr
        assert revision_of(f"sqlite:///{installed / 'lethe.sqlite'}")[0] == OLDER

    def test_where_nothing_is_says_so(self, data_dir, lethe):
        shutil.rmtree(data_dir, ignore_errors=True)

        assert "noch keine Installation" in lethe("upgrade").stderr
        assert not data_dir.exists()


class TestOnBothEngines:
    @pytest.fixture
    def settings(self, settings, databases, engine_kind):
        url = databases.new(engine_kind, "empty")
        yield settings.model_copy(update={"database_url": url})
        databases.drop(url)

    def test_it_is_brought_up_with_its_guards(self, settings):
        engine = make_engine(settings.database, may_change_schema=True)
        migrate.upgrade(engine, to=OLDER, afterwards=ledger.install_guards)
        engine.dispose()
        with pytest.raises(SchemaOlderError):
            starting.require_current(settings)

        upgraded = upgrading.bring_up(settings)

        assert (upgraded.before, upgraded.after) == (OLDER, NEWEST)
        assert revision_of(settings.database) == (NEWEST, [])
        starting.require_current(settings)

    def test_one_that_is_newer_or_empty_is_refused(self, settings):
        with pytest.raises(SchemaMissingError):
            upgrading.bring_up(settings)
        engine = make_engine(settings.database, may_change_schema=True)
        migrate.upgrade(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        engine.dispose()

        with pytest.raises(SchemaNewerError):
            upgrading.bring_up(settings)
