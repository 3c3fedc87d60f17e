"""`lethe doctor` says whether the drop mailbox can be opened and is emptied (Art. 32(1)(d) DSGVO)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from crm.db import Database, make_engine
from crm.services import job_runs
from tests.functional.cli.test_doctor import write_report
from tests.support.dropped_mail import DROP, compose
from tests.support.imap_servers import PASSWORD, USER, ScriptedImapServer, imap_server, running_imap_server  # noqa: F401 - fixtures


@pytest.fixture
def findings(installed, lethe):
    """Run the examination and return the state and the sentence of each line about the drop mailbox."""

    def run():
        return [(each["state"], each["sentence"]) for each in json.loads(lethe("doctor", "--json").stdout) if each["check"] == "drop"]

    return run


@pytest.fixture
def drop(installed, monkeypatch, imap_server):  # noqa: F811 - the fixture imported above
    """Settings of a drop mailbox; `drop(port=…)` changes one."""
    password = installed / "drop.password"
    password.write_text(PASSWORD, encoding="utf-8")

    def use(**overrides):
        given = {"address": DROP, "host": "127.0.0.1", "port": imap_server.port, "user": USER, "password_file": password} | overrides
        for name, value in given.items():
            monkeypatch.setenv(f"LETHE_DROP_{name.upper()}", str(value))

    monkeypatch.setenv("LETHE_LANGUAGE", "de")
    use()
    return use


@pytest.fixture
def note_emptied(installed):
    def note(moment):
        engine = make_engine(f"sqlite:///{installed / 'lethe.sqlite'}")
        with Database(engine).writing() as session:
            job_runs.note_done(session, job="drop.fetch", slot=moment.strftime("%Y-%m-%dT%H"), now=moment)
        engine.dispose()

    return note


def test_without_a_drop_mailbox_it_is_off(findings, monkeypatch):
    monkeypatch.setenv("LETHE_LANGUAGE", "de")

    assert findings() == [("ok", "Die Ablage von E-Mails ist aus (drop_address).")]


def test_one_that_works_says_how_much_waits(findings, drop, imap_server, now):  # noqa: F811 - the fixture imported above
    imap_server.put(compose(now).as_bytes())

    (state, emptied), (also, reachable) = findings()

    assert (state, emptied) == ("hint", "Das Ablagepostfach wurde noch nie geleert. Das tut „lethe worker“ alle fünf Minuten.")
    assert (also, reachable.endswith("Darin warten: 1, die älteste E-Mail seit 0 Minuten.")) == ("ok", True)
    assert len(imap_server.contents()) == 1


def test_mail_that_waits_for_hours_is_wrong_however_often_it_is_emptied(findings, drop, note_emptied, imap_server, now):  # noqa: F811 - as above
    note_emptied(datetime.now(UTC))
    imap_server.put(compose(now).as_bytes(), arrived_at=datetime.now(UTC) - timedelta(hours=3, minutes=1))

    _emptied, (state, sentence) = findings()

    assert (state, "warten 1 E-Mails, die älteste seit 3 Stunden" in sentence) == ("wrong", True)


def test_it_says_when_it_was_last_emptied(findings, drop, note_emptied):
    moment = datetime.now(UTC)
    note_emptied(moment)

    (state, sentence), _reachable = findings()

    assert state == "ok"
    assert f"zuletzt am {moment.isoformat(timespec='minutes')} geleert" in sentence


@pytest.mark.parametrize(("minutes", "state"), [(59, "ok"), (61, "wrong")])
def test_one_that_a_running_worker_has_not_emptied_for_an_hour_is_wrong(findings, drop, note_emptied, installed, minutes, state):
    write_report(installed)
    note_emptied(datetime.now(UTC) - timedelta(minutes=minutes))

    assert findings()[0][0] == state


def test_an_address_that_can_be_guessed_is_a_hint(findings, drop):
    drop(address="ablage@firma.example")

    assert [state for state, sentence in findings() if "lässt sich erraten" in sentence] == ["hint"]


def test_a_wrong_password_is_wrong_and_not_shown(findings, drop, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("ganz-falsch", encoding="utf-8")
    drop(password_file=wrong)

    state, sentence = findings()[-1]

    assert (state, "lehnt die Anmeldung" in sentence, "ganz-falsch" in sentence) == ("wrong", True, False)


def test_a_password_file_that_is_not_there_is_wrong(findings, drop, tmp_path):
    drop(password_file=tmp_path / "nowhere")

    assert findings()[-1][0] == "wrong"


def test_a_server_that_hangs_up_is_wrong(findings, drop):
    with ScriptedImapServer("greeting", "drops") as server:
        drop(port=server.port)

        state, sentence = findings()[-1]

    assert (state, "antwortet nicht" in sentence) == ("wrong", True)
