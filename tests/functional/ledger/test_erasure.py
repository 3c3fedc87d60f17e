"""The auditor's page of a pseudonym across an erasure, and the proof to take away (Art. 5(2), 17(1) DSGVO)."""

import json

import pytest
from click.testing import CliRunner

from crm.actor import Role
from crm.cli.main import main
from crm.ledger import EntryFilter, find_entries
from crm.models.erasure import ErasureCause
from crm.privacy.erasure import eraser, job
from tests.functional.ledger.conftest import CLERK
from tests.support.whole_person import furnish


@pytest.fixture
def person(runtime, now):
    return furnish(runtime, now).subject_id


@pytest.fixture
def erase(runtime, now, person):
    """Return a function that erases the person."""

    def forget():
        with runtime.database.writing() as session:
            job.order(session, subject_id=person, cause=ErasureCause.RULE, rule="RET-01", case_id=None, actor=CLERK, now=now)
        eraser.finish(runtime.database, vault=runtime.vault, clock=lambda: now)

    return forget


def test_the_history_goes_on_and_says_which_details_are_dark(auditor, person, erase, seal):
    before = auditor.get(f"/ledger/subject/{person}").text
    erase()
    seal()

    after = auditor.get(f"/ledger/subject/{person}").text

    assert ("in einer Liste" in before, "in einer Liste" in after) == (True, False)
    assert ("Einzelheiten gelöscht" in before, "Einzelheiten gelöscht" in after) == (False, True)
    for said in ("Angaben zur Person berichtigt", "Löschung angeordnet", "Schlüssel der Person vernichtet", "Löschung abgeschlossen"):
        assert said in after
    for said in ("Frist abgelaufen", "RET-01", "bis die laufende Epoche schließt", "Unterlagen mit gesetzlicher Aufbewahrungsfrist"):
        assert said in after


def test_an_entry_with_dark_details_says_so(auditor, person, erase, seal, house):
    erase()
    seal()
    with house.reading() as session:
        [entry] = find_entries(session, EntryFilter(subject_id=person, action="person:rectified"))

    assert "mit dem Schlüssel der Person gelöscht" in auditor.get(f"/ledger/{entry.index}").text


def test_the_proof_is_a_file_that_the_command_checks_without_an_installation(auditor, person, erase, seal, runtime, tmp_path, monkeypatch):
    erase()
    seal()
    answer = auditor.get(f"/ledger/subject/{person}/erasure")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="lethe-erasure-{person[:12]}.json"'
    file = tmp_path / "proof.json"
    file.write_bytes(answer.data)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    elsewhere = ["--data-dir", str(tmp_path / "nowhere"), "log", "check"]
    key = ["--key", str(runtime.make_sealer().signer.verifier)]

    checked = CliRunner().invoke(main, [*elsewhere, str(file), *key])
    as_json = CliRunner().invoke(main, [*elsewhere, str(file), *key, "--json"])
    file.write_text(answer.text.replace(person, "0" * 32), encoding="utf-8")
    forged = CliRunner().invoke(main, [*elsewhere, str(file), *key])
    file.write_text(json.dumps(json.loads(answer.text) | {"cause": "request"}), encoding="utf-8")
    contradicting = CliRunner().invoke(main, [*elsewhere, str(file), *key])
    said = json.loads(answer.text)
    said["keys"][0]["irrecoverable_since"] = said["keys"][0]["removed_at"]
    file.write_text(json.dumps(said), encoding="utf-8")
    claiming = CliRunner().invoke(main, [*elsewhere, str(file), *key])
    without_keys = CliRunner().invoke(main, [*elsewhere, str(file), *key, "--with-key-store"])

    assert checked.exit_code == 0, checked.output
    assert checked.output.count("✓ erasure:") == 3
    assert json.loads(as_json.output)["proven"] is True
    assert forged.exit_code == 1
    assert "Der Nachweis stimmt nicht." in forged.output
    assert "Das erklärt der Verantwortliche." not in checked.output
    assert "keys.irrecoverable_since sagt: Das erklärt der Verantwortliche." in claiming.output
    assert without_keys.exit_code == 1 and "Hier ist noch keine Installation." in without_keys.output
    assert contradicting.exit_code == 1
    assert "nicht bewiesen: cause weicht vom Protokoll ab" in contradicting.output


def test_handing_it_out_is_entered(auditor, person, erase, seal, entered):
    erase()
    seal()

    auditor.get(f"/ledger/subject/{person}/erasure")

    assert entered(1) == [("log:read", 3)]


def test_before_it_is_sealed_there_is_no_file_but_a_sentence(auditor, person, erase):
    erase()

    assert "wird gerade versiegelt" in auditor.get(f"/ledger/subject/{person}").text
    answer = auditor.get(f"/ledger/subject/{person}/erasure")
    assert answer.status_code == 404
    assert "noch nicht vollständig" in answer.text


def test_of_somebody_who_lives_there_is_none(auditor, person):
    assert auditor.get(f"/ledger/subject/{person}/erasure").status_code == 404


def test_it_is_for_those_who_check_the_log(enter_as, person, erase, seal):
    erase()
    seal()

    assert enter_as(Role.SALES, "sale@example.com").get(f"/ledger/subject/{person}/erasure").status_code == 403
