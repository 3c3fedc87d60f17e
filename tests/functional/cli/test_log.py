"""`lethe log`: the processing log on the command line (Art. 5(2), 32(1) DSGVO)."""

import json
import re
import sqlite3

import pytest

PSEUDONYM = re.compile(r"[0-9a-f]{32}|cli:\d+|system:[\w.]+")


@pytest.fixture
def sealed(installed, lethe, tmp_path):
    """An installation whose first entries are sealed; an export seals what waits."""
    result = lethe("log", "export", tmp_path / "first")
    assert result.exit_code == 0, result.output
    return installed


def change_one_byte(data_dir):
    connection = sqlite3.connect(data_dir / "lethe.sqlite")
    connection.execute("DROP TRIGGER ledger_entry_no_update")
    leaf = bytes(connection.execute("SELECT leaf FROM ledger_entry WHERE id = 1").fetchone()[0])
    connection.execute("UPDATE ledger_entry SET leaf = ? WHERE id = 1", (leaf.replace(b'"cls":"c', b'"cls":"d'),))
    connection.commit()
    connection.close()


class TestVerify:
    def test_of_a_sound_log_ends_with_0(self, sealed, lethe):
        result = lethe("log", "verify")

        assert result.exit_code == 0, result.output
        assert "Das Protokoll ist unversehrt." in result.stdout

    def test_of_a_new_installation_ends_with_0(self, installed, lethe):
        assert lethe("log", "verify").exit_code == 0

    def test_after_one_byte_of_a_leaf_was_changed_ends_with_1(self, sealed, lethe):
        change_one_byte(sealed)

        result = lethe("log", "verify")

        assert result.exit_code == 1
        assert "Eintrag 0 wurde verändert" in result.stdout

    def test_prints_nothing_but_json_when_asked(self, sealed, lethe):
        change_one_byte(sealed)

        result = lethe("log", "verify", "--json")

        found = json.loads(result.stdout)
        assert result.exit_code == 1
        assert found["sound"] is False
        assert ("leaf_changed", 0) in {(each["kind"], each["index"]) for each in found["findings"]}


class TestExport:
    def test_writes_the_bundle(self, installed, lethe, tmp_path):
        result = lethe("log", "export", tmp_path / "out")

        assert result.exit_code == 0, result.output
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["anchors", "checkpoint", "entries.jsonl", "trusted.vkeys"]

    def test_into_a_folder_in_use_is_refused_with_2(self, installed, lethe, tmp_path):
        result = lethe("log", "export", tmp_path)

        assert result.exit_code == 2
        assert "ist nicht leer" in result.stderr


class TestShow:
    def test_prints_pseudonyms_and_no_names(self, sealed, lethe):
        result = lethe("log", "show")

        assert result.exit_code == 0, result.output
        assert PSEUDONYM.search(result.stdout)
        assert "@" not in result.stdout

    def test_filters_and_limits(self, sealed, lethe):
        exported = json.loads(lethe("log", "show", "--action", "log:exported", "--json").stdout)
        one = json.loads(lethe("log", "show", "--limit", "1", "--json").stdout)
        nothing = json.loads(lethe("log", "show", "--until", "2020-01-01", "--json").stdout)

        assert [each["act"] for each in exported] == ["log:exported"]
        assert [each["act"] for each in one] == ["log:read"]
        assert nothing == []

    @pytest.mark.parametrize("subject", ["nonsense", "", "a" * 31, "g" * 32])
    def test_a_subject_that_is_no_pseudonym_is_refused_with_2(self, installed, lethe, subject):
        result = lethe("log", "show", "--subject", subject)

        assert result.exit_code == 2
        assert "32 Zeichen" in result.stderr
        assert result.stdout == ""

    def test_an_action_that_there_is_not_is_refused_with_2(self, installed, lethe):
        result = lethe("log", "show", "--action", "bogus")

        assert (result.exit_code, result.stdout) == (2, "")
        assert "Diesen Vorgang kennt das Protokoll nicht." in result.stderr

    def test_a_subject_without_entries_is_told_in_one_line(self, installed, lethe):
        listed = lethe("log", "show", "--subject", "b" * 32, "--json")
        told = lethe("log", "show", "--subject", "c" * 32)

        assert (json.loads(listed.stdout), listed.exit_code) == ([], 0)
        assert (told.stdout, told.exit_code) == ("Dazu steht kein Eintrag im Protokoll.\n", 0)

    @pytest.mark.parametrize("arguments", [("--since", "gestern"), ("--limit", "0"), ("--limit", "viele")])
    def test_wrong_use_ends_with_2(self, installed, lethe, arguments):
        assert lethe("log", "show", *arguments).exit_code == 2


def test_key_is_the_one_that_the_bundle_names(sealed, lethe, tmp_path):
    result = lethe("log", "key")

    assert result.exit_code == 0
    assert result.stdout == (tmp_path / "first" / "trusted.vkeys").read_text()


def test_key_as_json_is_json_and_nothing_else(sealed, lethe, tmp_path):
    result = lethe("log", "key", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"key": (tmp_path / "first" / "trusted.vkeys").read_text().strip()}
