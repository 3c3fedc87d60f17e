"""`lethe doctor`: one line for each check, and 1 when something is wrong (Art. 32(1)(d) DSGVO)."""

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from crm.db import holding, make_engine
from crm.mail import Letter, MailState, Outcome, claim, settle
from crm.privacy import post
from crm.services import job_runs


@pytest.fixture
def findings(installed, lethe):
    """Run the examination and return its findings by check, and the exit status."""

    def run():
        result = lethe("doctor", "--json")
        return json.loads(result.stdout), result.exit_code

    return run


def wrong(found):
    return [each["check"] for each in found if each["state"] == "wrong"]


def write_report(data_dir, *, kind="worker", pid=None, moment=None, pragmas=None, failures=None):
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
        "failures": failures or {},
    }
    (data_dir / "run" / f"{kind}.json").write_text(json.dumps(said), encoding="utf-8")


def test_that_the_portal_names_no_way_to_the_controller_is_a_hint_until_one_is_set(findings, monkeypatch):
    unset, status = findings()
    monkeypatch.setenv("LETHE_PRIVACY_PHONE", "069 90009 120")
    is_set, _ = findings()

    assert [each["state"] for found in (unset, is_set) for each in found if each["check"] == "contact"] == ["hint", "ok"]
    assert status == 0


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


@pytest.fixture
def leadership(installed):
    """Hold leadership as a running worker does."""
    engine = make_engine(f"sqlite:///{installed / 'lethe.sqlite'}")
    with holding(engine, "leader") as is_ours:
        assert is_ours
        yield
    engine.dispose()


@pytest.mark.usefixtures("leadership")
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

    def test_a_job_that_fails_again_and_again_is_wrong(self, installed, findings):
        write_report(installed, failures={"mail.send": 3, "index.keep": 2})

        found, status = findings()

        assert [each["facts"]["job"] for each in found if each["state"] == "wrong"] == ["mail.send"]
        assert status == 1


class TestJobs:
    """The work that nobody waits for."""

    def test_workers_without_a_leader_are_wrong(self, installed, findings):
        write_report(installed)

        found, _status = findings()

        assert wrong(found) == ["jobs"]

    @pytest.mark.parametrize(("hours", "state"), [(25, "ok"), (27, "wrong")])
    def test_a_daily_job_that_has_not_run_for_more_than_26_hours_is_wrong(self, opened, findings, hours, state):
        finished = datetime.now(UTC) - timedelta(hours=hours)
        with opened.database.writing() as session:
            job_runs.begin(session, job="retention.run", slot="2026-11-23", attempts=0, now=finished)
            job_runs.finish(session, job="retention.run", slot="2026-11-23", now=finished)
            job_runs.begin(session, job="keys.sweep", slot="2026-11-23T09", attempts=0, now=finished)  # hourly ones are no news

        found, _status = findings()

        assert [each["state"] for each in found if each["check"] == "jobs"] == [state]

    def test_a_slot_that_was_tried_three_times_in_vain_is_wrong(self, opened, findings):
        with opened.database.writing() as session:
            for attempts in range(3):
                assert job_runs.begin(session, job="keys.sweep", slot="2026-11-23T09", attempts=attempts, now=datetime.now(UTC))

        found, _status = findings()

        assert wrong(found) == ["jobs"]


class TestOutbox:
    """Mail that did not arrive, or may not have."""

    @pytest.fixture
    def settled(self, opened, monkeypatch):
        """Write a letter of this age and settle it."""
        monkeypatch.setenv("LETHE_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("LETHE_SMTP_PORT", "9")

        def run(state, *, age=timedelta(minutes=1)):
            written = datetime.now(UTC) - age
            with opened.database.writing() as session:
                post.write(session, Letter(to="eins@example.com", subject="Prüfung", text="Guten Tag."), kind="test", now=written)
                message = claim(session, now=written)
                settle(session, message_id=message.id, outcome=Outcome(state), mail_id="<1@example.com>", now=written)

        return run

    @pytest.mark.parametrize("state", [MailState.MAYBE_SENT, MailState.GIVEN_UP])
    def test_that_is_uncertain_or_was_given_up_is_said_for_14_days(self, settled, findings, state):
        settled(state, age=timedelta(days=15))
        settled(state, age=timedelta(days=13))

        found, _status = findings()

        assert [(each["state"], each["facts"]["count"]) for each in found if each["check"] == "outbox"] == [("hint", 1)]

    def test_that_waits_for_more_than_an_hour_is_wrong(self, settled, findings):
        settled(MailState.WAITING, age=timedelta(minutes=61))

        found, _status = findings()

        assert wrong(found) == ["outbox", "mail"]
