"""What hinders a command is said in one sentence, without a trace and without anything that claims to go on."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crm.db import make_engine

EXPORT = "tests/fixtures/salesforce_api"


@pytest.fixture
def refused(lethe):
    """Run a command that has to be refused and return its only sentence."""

    def run(*arguments, exit_code=1, **options):
        result = lethe(*arguments, **options)
        assert result.exit_code == exit_code, result.output
        assert isinstance(result.exception, SystemExit)
        [line] = result.output.strip().splitlines()
        return line

    return run


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TestFolders:
    @pytest.mark.parametrize("folder", ["/sys/x", "/proc/x"])
    def test_an_export_into_one_that_cannot_be_written(self, installed, refused, folder):
        assert f"In den Ordner {folder} lässt sich nicht schreiben." in refused("log", "export", folder, exit_code=2)

    def test_an_export_that_is_refused_is_not_entered(self, installed, lethe, refused):
        refused("log", "export", "/sys/x", exit_code=2)

        assert "log:exported" not in lethe("log", "show").output

    def test_an_installation_in_one_that_cannot_be_written(self, refused, monkeypatch):
        arguments = ("--data-dir", "/sys/n", "init", "--admin-email", "a@muster.test", "--admin-password-file", "-")

        assert "/sys/n" in refused(*arguments, exit_code=2, input="Zwölf Boote im Nebel\n")


class TestServe:
    def test_staff_without_the_key_file(self, installed, refused):
        (installed / "keys" / "epoch.keys").unlink()

        assert "epoch.keys fehlt oder ist nicht lesbar" in refused("serve", "staff", "--port", free_port())

    def test_staff_with_a_key_file_that_others_may_read(self, installed, refused):
        (installed / "keys" / "epoch.keys").chmod(0o644)

        assert "Setzen Sie ihre Rechte auf 0600" in refused("serve", "staff", "--port", free_port())

    def test_staff_with_a_key_store_older_than_the_data(self, installed, populate, refused):
        old = installed.with_name("old.sqlite")
        engine = make_engine(f"sqlite:///{installed / 'keys' / 'keystore.sqlite'}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copy(installed / "keys" / "keystore.sqlite", old)
        populate(2)
        for file in (installed / "keys").glob("keystore.sqlite*"):
            file.unlink()
        shutil.copy(old, installed / "keys" / "keystore.sqlite")

        assert "Der Schlüsselspeicher ist älter als die Daten." in refused("serve", "staff", "--port", free_port())

    @pytest.mark.parametrize("site", ["staff", "portal"])
    def test_at_an_address_where_somebody_waits_already(self, installed, refused, site):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]

            assert f"Auf 127.0.0.1:{port} wartet schon ein anderes Programm." in refused("serve", site, "--port", port)


class TestDamage:
    @pytest.fixture
    def damaged(self, installed):
        for file in installed.glob("lethe.sqlite-*"):
            file.unlink()
        with (installed / "lethe.sqlite").open("r+b") as file:
            file.write(b"no database any more" * 100)

    @pytest.mark.parametrize("arguments", [("log", "verify"), ("users", "list"), ("worker",), ("serve", "staff")], ids=" ".join)
    def test_of_the_database_is_called_damage(self, damaged, refused, arguments):
        assert refused(*arguments).startswith("Die Datei der Datenbank ist beschädigt oder keine Datenbank.")

    def test_of_the_database_is_found_by_the_examination(self, damaged, lethe):
        assert "lethe.sqlite ist beschädigt. Beenden Sie Lethe, heben Sie die Datei auf" in lethe("doctor").output

    def test_of_the_key_store_is_called_damage(self, installed, refused):
        (installed / "keys" / "keystore.sqlite").write_bytes(b"no database any more" * 100)

        assert refused("users", "list").startswith("Die Datei des Schlüsselspeichers ist beschädigt")


class TestSetBack:
    """The log outside of the database knows of more entries than are there."""

    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)], ids=["import", "dry run"])
    def test_an_import_is_refused(self, installed, populate, refused, dry_run):
        populate(1)
        old = installed.with_name("old.sqlite")
        with sqlite3.connect(installed / "lethe.sqlite") as source, sqlite3.connect(old) as target:
            source.backup(target)
        populate(1)
        for file in installed.glob("lethe.sqlite*"):
            file.unlink()
        shutil.copy(old, installed / "lethe.sqlite")

        assert "ein älterer oder anderer Stand" in refused("import", "salesforce", EXPORT, "--migration", "own", *dry_run)


class TestMapping:
    def test_that_is_missing_is_named_with_its_path(self, installed, refused, tmp_path):
        file = tmp_path / "list.csv"
        file.write_text("Name\nMuster\n", encoding="utf-8")

        said = refused("import", "csv", file, "--mapping", tmp_path / "nope", "--migration", "own", exit_code=2)

        assert f"Die Zuordnung {tmp_path / 'nope'} ist nicht lesbar." in said

    def test_whose_kind_does_not_exist_is_told_which_do(self, installed, refused, tmp_path):
        (tmp_path / "mapping.toml").write_text('kind = "alien"\n', encoding="utf-8")

        said = refused("import", "csv", tmp_path, "--mapping", tmp_path / "mapping.toml", "--migration", "own", exit_code=2)

        assert "setzt „kind“ auf einen unbekannten Wert. Erlaubt sind: person, company, deal, ticket, activity, invoice." in said


def test_the_help_of_an_import_names_its_values_in_one_language(lethe):
    assert "--purpose PURPOSE" in lethe("import", "csv", "--help").output


class TestFullVolume:
    """SQLite then cannot make the small file that every reader needs, and says no more than "disk I/O error"."""

    @pytest.mark.parametrize(
        "command",
        [
            ("log", "show"),
            ("log", "export", "out"),
            ("users", "list"),
            ("users", "add", "--email", "b@example.com", "--name", "B", "--role", "sales"),
        ],
        ids=" ".join,
    )
    def test_is_said_and_not_taken_for_keys_out_of_reach(self, installed, index_dir, tmp_path, command):
        environment = {**os.environ, "LETHE_LANGUAGE": "de", "LETHE_INDEX_DIR": str(index_dir)}

        ended = subprocess.run(
            ["prlimit", "--fsize=20000", sys.executable, "-B", "-m", "crm", "--data-dir", str(installed), *command],
            env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

        assert ended.returncode == 1
        [line] = ended.stderr.splitlines()
        assert line.startswith("Auf dem Server ist kein Speicherplatz mehr frei.")


class TestOutput:
    @pytest.mark.parametrize("command", [("users", "list", "--json"), ("users", "list"), ("doctor", "--json")])
    def test_without_room_is_said_in_one_sentence(self, installed, index_dir, command):
        environment = {**os.environ, "LC_ALL": "de_DE.UTF-8", "LETHE_INDEX_DIR": str(index_dir)}

        with Path("/dev/full").open("w") as full:
            ended = subprocess.run(
                [sys.executable, "-m", "crm", "--data-dir", str(installed), *command],
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )

        assert ended.returncode == 1
        [line] = ended.stderr.splitlines()
        assert line.startswith("Beim Schreiben war kein Speicherplatz mehr frei; die Ausgabe ist unvollständig.")
