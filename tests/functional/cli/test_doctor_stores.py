"""`lethe doctor` on key stores, databases and values that do not belong together (Art. 32(1)(b), (d) DSGVO)."""

import json
import shutil
import sqlite3
from datetime import timedelta

import pytest
from click.testing import CliRunner

from crm.cli.main import main
from crm.jobs.indexing import IndexKeeper
from crm.privacy import objection, rectification
from crm.search.writer import IndexWriter
from tests.integration.privacy.people import SALES, make_person, purpose


@pytest.fixture
def doctor(lethe):
    """Run the examination: what is wrong by check, all findings, and the exit status."""

    def run():
        result = lethe("doctor", "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        found = json.loads(result.stdout)
        return {each["check"]: each["sentence"] for each in found if each["state"] == "wrong"}, found, result.exit_code

    return run


def copy(file, target):
    """Copy a SQLite database as a backup would: all that is committed."""
    source, copied = sqlite3.connect(file), sqlite3.connect(target)
    source.backup(copied)
    source.close()
    copied.close()
    target.chmod(0o600)


def put_back(copied, file):
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    shutil.copy2(copied, file)


def sentence(found, check):
    return next(each["sentence"] for each in found if each["check"] == check)


def change(data_dir, statement, *values):
    connection = sqlite3.connect(data_dir / "lethe.sqlite")
    changed = connection.execute(statement, values).rowcount
    connection.commit()
    connection.close()
    assert changed > 0


class TestKeyStore:
    def test_of_another_installation_is_wrong(self, installed, doctor, tmp_path):
        other = tmp_path / "other"
        arguments = ("init", "--admin-email", "b@muster.test", "--admin-password-file", "-", "--organisation", "Andere GmbH")
        assert CliRunner().invoke(main, ["--data-dir", str(other), *arguments], input="Zwölf Boote im Nebel\n").exit_code == 0
        for name in ("keystore.sqlite", "epoch.keys"):
            put_back(other / "keys" / name, installed / "keys" / name)

        wrong, found, status = doctor()

        assert "anderen Installation" in wrong["keys"]
        assert "nicht geprüft" in sentence(found, "sealed_values")
        assert status == 1

    def test_with_the_key_file_of_another_one_is_wrong(self, installed, doctor):
        (installed / "keys" / "epoch.keys").write_text(f"lethe epoch keys 1\n1 {'ab' * 32}\n")

        wrong, _, status = doctor()

        assert "gehört nicht zu diesem Schlüsselspeicher" in wrong["keys"]
        assert status == 1

    def test_older_than_the_data_is_wrong_where_a_start_is_refused(self, installed, opened, populate, doctor, tmp_path, lethe):
        copy(installed / "keys" / "keystore.sqlite", tmp_path / "older")
        populate(2)
        opened.close()
        put_back(tmp_path / "older", installed / "keys" / "keystore.sqlite")

        wrong, _, status = doctor()

        assert "älter als die Daten" in wrong["keys"]
        assert status == 1
        assert lethe("log", "show").exit_code == 1

    def test_that_lost_an_objection_is_wrong(self, installed, opened, populate, doctor, tmp_path):
        (person,) = populate(1)
        copy(installed / "keys" / "keystore.sqlite", tmp_path / "older")
        with opened.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, origin="Brief", actor=SALES, now=opened.clock.now())
        opened.close()
        put_back(tmp_path / "older", installed / "keys" / "keystore.sqlite")

        wrong, _, status = doctor()

        assert "Widersprüche, Widerrufe oder Einschränkungen fehlen darin (betroffene Personen: 1)" in wrong["keys"]
        assert status == 1

    def test_that_is_no_database_is_wrong(self, installed, doctor):
        (installed / "keys" / "keystore.sqlite").write_bytes(b"nothing of the kind" * 100)

        wrong, _, status = doctor()

        assert wrong.keys() & {"database", "keys"}
        assert status == 1

    def test_that_is_gone_is_wrong_and_not_made_anew(self, installed, doctor):
        (installed / "keys" / "keystore.sqlite").unlink()

        wrong, _, status = doctor()

        assert "keystore.sqlite" in wrong["database"]
        assert status == 1
        assert not (installed / "keys" / "keystore.sqlite").exists()


class TestDatabase:
    def test_set_back_behind_what_the_log_confirmed_is_wrong(self, installed, opened, populate, doctor, tmp_path):
        populate(1)
        copy(installed / "lethe.sqlite", tmp_path / "older")
        populate(2)
        opened.close()
        put_back(tmp_path / "older", installed / "lethe.sqlite")

        wrong, _, status = doctor()

        assert "wurde zurückgesetzt" in wrong["log"]
        assert status == 1

    @pytest.mark.parametrize(
        "command",
        [
            ("worker",),
            ("serve", "staff"),
            ("retention", "run", "--yes"),
            ("retention", "plan"),
            ("users", "add", "--email", "a@muster.test", "--name", "A", "--role", "sales"),
        ],
    )
    def test_set_back_is_refused_by_what_changes_it(self, installed, opened, populate, tmp_path, lethe, command):
        populate(1)
        copy(installed / "lethe.sqlite", tmp_path / "older")
        populate(2)
        opened.close()
        put_back(tmp_path / "older", installed / "lethe.sqlite")

        refused = lethe(*command)

        assert refused.exit_code == 1
        assert "Die Datenbank ist ein älterer oder anderer Stand" in refused.stderr
        assert "Spielen Sie den neuesten Stand ein" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1

    def test_set_back_and_grown_again_is_wrong(self, installed, opened, populate, doctor, tmp_path):
        populate(1)
        copy(installed / "lethe.sqlite", tmp_path / "older")
        populate(1)
        kept = {name: (installed / "ledger" / name).read_bytes() for name in ("high-water", "checkpoint")}
        opened.close()
        put_back(tmp_path / "older", installed / "lethe.sqlite")
        for name in kept:
            (installed / "ledger" / name).unlink()
        populate(3)
        for name, content in kept.items():
            (installed / "ledger" / name).write_bytes(content)
        opened.close()

        wrong, _, _ = doctor()

        assert "sind nicht die bestätigten" in wrong["log"]

    def test_whose_high_water_file_is_gone_is_wrong(self, installed, populate, doctor):
        populate(1)
        (installed / "ledger" / "high-water").unlink()

        wrong, _, _ = doctor()

        assert "Höchststandsdatei" in wrong["log"]

    def test_that_is_sound_says_how_much_was_looked_at(self, populate, doctor):
        populate(3)

        wrong, found, status = doctor()

        assert wrong == {}
        assert sentence(found, "sealed_values").startswith("Geprüft sind 15 versiegelte Werte von 3 der 3 Personen: Alle")
        assert status == 0


def damage(file, table):
    """Overwrite the first page of a table, as a failing disk would."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as pages:
        pages.seek((page - 1) * size)
        pages.write(b"\xff" * size)


class TestDamage:
    @pytest.mark.parametrize("table", ["lookup", "source_record"])
    def test_of_the_database_is_one_line_also_where_nothing_else_reads(self, installed, opened, populate, doctor, table):
        populate(1)
        opened.close()
        damage(installed / "lethe.sqlite", table)

        wrong, found, status = doctor()

        assert f"Die Datei {installed / 'lethe.sqlite'} ist beschädigt" in wrong["database"]
        assert "spielen Sie die neueste Sicherung ein" in wrong["database"]
        assert len([each for each in found if each["check"] == "database"]) == 1
        assert status == 1

    def test_of_the_key_store_asks_for_its_newest_backup(self, installed, opened, populate, doctor):
        populate(1)
        opened.close()
        damage(installed / "keys" / "keystore.sqlite", "source_tombstone")

        wrong, found, status = doctor()

        assert "Die Datei des Schlüsselspeichers ist beschädigt" in wrong["keys"]
        assert len([each for each in found if each["check"] == "keys"]) == 1
        assert status == 1


class TestSealedValues:
    @pytest.mark.parametrize("value", ["sealed_phone", "x'00'", "'text'", "sealed_email || 'ü'"])
    def test_that_were_changed_are_wrong(self, installed, populate, doctor, value):
        person, _ = populate(2)
        change(installed, f"UPDATE contact SET sealed_email = {value} WHERE subject_id = ?", person)

        wrong, _, status = doctor()

        assert "Nicht zu öffnen, weil außerhalb von Lethe verändert: 1" in wrong["sealed_values"]
        assert person in wrong["sealed_values"]
        assert status == 1

    def test_that_were_put_back_are_wrong(self, installed, opened, populate, doctor):
        (person,) = populate(1)
        connection = sqlite3.connect(installed / "lethe.sqlite")
        (older,) = connection.execute("SELECT sealed_email FROM contact WHERE subject_id = ?", (person,)).fetchone()
        connection.close()
        with opened.database.writing() as session:
            rectification.rectify(
                session,
                subject_id=person,
                fields={"email": "neu@example.com"},
                purpose=purpose(session),
                expected_version=1,
                actor=SALES,
                now=opened.clock.now(),
            )
        change(installed, "UPDATE contact SET sealed_email = ? WHERE subject_id = ?", older, person)

        wrong, _, status = doctor()

        assert "sondern ältere: 1" in wrong["sealed_values"]
        assert status == 1

    def test_are_opened_with_an_entry_and_without_a_name(self, populate, doctor, lethe):
        populate(2)

        doctor()

        (entry,) = json.loads(lethe("log", "show", "--action", "people:examined", "--json").stdout)
        assert (entry["a"][:4], entry["cnt"], entry["res"]) == ("cli:", 2, "sound")
        assert "sub" not in entry


class TestIndex:
    @pytest.fixture
    def keeper(self, opened):
        keeper = IndexKeeper(opened)
        yield keeper
        keeper.close()

    def test_that_is_current_says_so(self, populate, keeper, doctor):
        populate(2)
        keeper.keep()

        wrong, found, _ = doctor()

        assert wrong == {}
        assert sentence(found, "index") == "Der Suchindex ist aktuell; 2 Personen sind verglichen."

    def test_far_behind_the_feed_is_wrong(self, opened, populate, keeper, doctor):
        populate(1)
        keeper.keep()
        with opened.database.writing() as session:
            make_person(session, opened.clock.now() - timedelta(hours=1))

        wrong, _, status = doctor()

        assert "veraltet" in wrong["index"]
        assert status == 1

    def test_that_lacks_somebody_is_wrong(self, opened, populate, keeper, doctor):
        person, _ = populate(2)
        keeper.keep()
        keeper.close()
        with IndexWriter(opened.place) as writer:
            writer.apply(gone=[person])

        wrong, _, status = doctor()

        assert "fehlen 1," in wrong["index"]
        assert status == 1

    def test_that_was_not_built_yet_is_a_hint(self, populate, doctor):
        populate(1)

        wrong, found, status = doctor()

        assert (wrong, status) == ({}, 0)
        assert "noch keinen fertigen Suchindex" in sentence(found, "index")


class TestLanguage:
    @pytest.mark.parametrize(("language", "expected"), [("de", "keine brauchbaren Schlüssel"), ("en", "no usable keys")])
    def test_of_a_reason_is_the_readers(self, installed, lethe, monkeypatch, language, expected):
        (installed / "keys" / "epoch.keys").write_text("something else")
        monkeypatch.setenv("LETHE_LANGUAGE", language)

        lines = lethe("doctor").stdout.splitlines()

        assert len([line for line in lines if line.startswith("✗") and expected in line]) == 1


class TestKeyFile:
    """What commands say when the epoch keys cannot be read."""

    def test_that_is_elsewhere_is_named_with_what_helps(self, installed, lethe, monkeypatch):
        monkeypatch.setenv("LETHE_KEY_FILE", "/nowhere/epoch.keys")

        result = lethe("users", "list")

        assert result.exit_code == 1
        assert "/nowhere/epoch.keys" in result.stderr
        assert "LETHE_KEY_FILE" in result.stderr
        assert "gleich noch einmal" not in result.stderr
