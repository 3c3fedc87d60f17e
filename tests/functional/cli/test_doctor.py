"""`lethe doctor`: one line for each check, and 1 when something is wrong (Art. 32(1)(d) DSGVO)."""

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def findings(installed, lethe):
    """Run the examination and return its findings by check, and the exit status."""

    def run():
        result = lethe("doctor", "--json")
        return json.loads(result.stdout), result.exit_code

    return run


def wrong(found):
    return [each["check"] for each in found if each["state"] == "wrong"]


def write_report(data_dir, *, kind="worker", pid=None, moment=None, pragmas=None):
    sound = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "recursive_triggers": 1,
        "temp_store": 2,
        "busy_timeout": 10_000,
    }
    said = {
        "kind": kind,
        "pid": pid or os.getpid(),
        "host": os.uname().nodename,
        "reported_at": (moment or datetime.now(UTC)).isoformat(),
        "connections": {"database": sound | (pragmas or {}), "keystore": sound},
    }
    (data_dir / "run" / f"{kind}.json").write_text(json.dumps(said), encoding="utf-8")


def test_a_new_installation_is_sound(findings):
    found, status = findings()

    assert wrong(found) == []
    assert status == 0
    assert {"processes", "database", "key_files", "volumes", "swap", "clock", "mail", "sealed_values", "index"} <= {
        each["check"] for each in found
    }


def test_prints_one_line_for_each_check(installed, lethe):
    lines = lethe("doctor").stdout.splitlines()

    assert len(lines) > 5
    assert all(line[0] in "✓!✗" for line in lines)


@pytest.mark.parametrize("file", ["keys/epoch.keys", "keys/keystore.sqlite", "lethe.sqlite", "lethe.toml"])
def test_a_file_that_others_may_read_is_wrong(installed, findings, file):
    (installed / file).chmod(0o644)

    found, status = findings()

    assert "key_files" in wrong(found)
    assert status == 1


def test_a_key_file_that_is_gone_is_wrong(installed, findings):
    (installed / "keys" / "epoch.keys").unlink()

    found, status = findings()

    assert wrong(found) == ["key_files"]
    assert "Schlüsselsicherung" in json.dumps(found, ensure_ascii=False)
    assert status == 1


def test_guards_that_are_gone_are_wrong(installed, findings):
    connection = sqlite3.connect(installed / "lethe.sqlite")
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'")]
    for name in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.commit()
    connection.close()

    found, status = findings()

    assert wrong(found) == ["database"]
    assert names[0] in json.dumps(found)
    assert status == 1


def test_an_index_on_a_disk_is_wrong(installed, findings, monkeypatch, tmp_path):
    monkeypatch.setenv("LETHE_INDEX_DIR", "/proc")

    found, status = findings()

    assert wrong(found) == ["volumes"]
    assert status == 1


def test_a_mail_server_that_does_not_answer_is_wrong(installed, findings, monkeypatch):
    monkeypatch.setenv("LETHE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("LETHE_SMTP_PORT", "9")

    found, _status = findings()

    assert wrong(found) == ["mail"]


class TestProcesses:
    """What running processes report of themselves."""

    def test_a_sound_process_is_named(self, installed, findings):
        write_report(installed)

        found, status = findings()

        assert [each["state"] for each in found if each["check"] == "processes"] == ["ok"]
        assert status == 0

    def test_a_connection_that_could_lose_a_commit_is_wrong(self, installed, findings):
        write_report(installed, pragmas={"synchronous": 1})

        found, status = findings()

        assert wrong(found) == ["pragmas"]
        assert "synchronous" in json.dumps(found)
        assert status == 1

    def test_a_site_without_a_worker_is_wrong(self, installed, findings):
        write_report(installed, kind="staff")

        found, _status = findings()

        assert wrong(found) == ["processes"]

    def test_a_process_that_fell_silent_is_wrong(self, installed, findings):
        write_report(installed, moment=datetime.now(UTC) - timedelta(minutes=5))

        found, _status = findings()

        assert wrong(found) == ["processes"]

    def test_the_report_of_a_dead_process_is_cleared_away(self, installed, findings):
        write_report(installed, pid=2**22 + 1)

        found, status = findings()

        assert wrong(found) == []
        assert status == 0
        assert list((installed / "run").iterdir()) == []
