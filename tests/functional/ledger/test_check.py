"""Verify now: a run that all processes of the site see, that two people share, and whose death is noticed."""

import multiprocessing
import os
import re
import signal
import time

import pytest

from crm.actor import Actor, Role
from crm.privacy.actions import Action
from crm.services import ledger_checks
from crm.services.health.reports import folder_of
from crm.services.ledger_checks import CheckState, claim, read_status
from crm.web import create_app
from tests.support.staff import SECRET, Browser, hire

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def folder(settings):
    return folder_of(settings)


class TestCheck:
    def test_of_a_sound_log_says_so_with_the_checkpoint_and_is_entered(self, auditor, write, seal, await_check, entered, runtime):
        write()
        seal()
        write(Action.NOTE_WRITTEN)

        answer = auditor.post("/ledger/verify", page="/ledger")
        text = await_check()

        assert answer.location == "/ledger#verify"
        assert "unverändert" in text
        assert "warteten noch auf die Versiegelung" in text or "wartete noch auf die Versiegelung" in text
        assert f"lethe-{runtime.vault.installation_id}" in text
        assert "log:verified" in [action for action, _count in entered()]

    def test_of_a_changed_log_names_the_entry(self, auditor, write, seal, attack, await_check):
        write()
        seal()
        attack("UPDATE ledger_entry SET leaf = :leaf WHERE id = (SELECT entry_id FROM ledger_leaf WHERE leaf_index = 0)", leaf=b"{}")

        auditor.post("/ledger/verify", page="/ledger")
        text = await_check()

        assert "Eintrag 0 wurde verändert" in text
        assert 'href="/ledger/0"' in text
        assert "benachrichtigen Sie Datenschutz und Administration" in text

    def test_of_a_log_changed_at_its_root_is_said_once_and_not_for_every_checkpoint(self, auditor, write, seal, attack, await_check):
        for _checkpoint in range(4):
            write()
            seal()
        attack("UPDATE ledger_entry SET leaf = :leaf WHERE id = (SELECT entry_id FROM ledger_leaf WHERE leaf_index = 0)", leaf=b"{}")

        auditor.post("/ledger/verify", page="/ledger")
        text = await_check()

        assert text.count("stimmen nicht mehr mit den Einträgen überein") == 1
        assert "ergeben nicht den unterschriebenen Prüfpunkt" not in text

    def test_names_who_asked_for_it(self, auditor, await_check, entered):
        auditor.post("/ledger/verify", page="/ledger")
        await_check()

        body = auditor.get("/ledger?action=log:verified").text.partition("<tbody>")[2]
        assert body.count("Prüfung</span>") == 1

    def test_is_not_begun_by_looking(self, auditor):
        assert "noch nicht geprüft" in auditor.get("/ledger").text
        assert auditor.get("/ledger/verify").location == "/ledger#verify"


class TestShared:
    """Several worker processes show one run."""

    def test_a_run_is_seen_by_other_processes_with_its_progress(self, auditor, runtime, folder, now):
        held = claim(folder, now=now)
        with held:
            ledger_checks._write(folder, {"state": "running", "started_at": now.isoformat(), "checked": 8192, "total": 20_000})
            text = auditor.get("/ledger/verify", headers=FRAGMENT).text
            page = auditor.get("/ledger").text

        for shown in (text, page):
            assert re.search(r'max="20000"\s+value="8192"', shown)
            assert "8.192 von 20.000 Einträgen, 40 %" in shown
            assert "hx-get" in shown.partition('class="verify')[2]
        assert "<noscript>" in page
        assert "Jetzt prüfen" not in page

    def test_two_who_ask_at_once_share_one_run(self, app, runtime, auditor, house, now, await_check, entered, folder):
        other = Browser(create_app(runtime))
        other.sign_in(hire(house, now, Role.DPO, email="d@example.com", second_factor_secret=SECRET), now)
        tokens = auditor.token("/ledger"), other.token("/ledger")

        answers = [
            each.client.post("/ledger/verify", data={"csrf_token": token}) for each, token in zip((auditor, other), tokens, strict=True)
        ]
        await_check()

        assert [answer.status_code for answer in answers] == [303, 303]
        assert [action for action, _count in entered(20)].count("log:verified") == 1

    def test_only_one_has_the_right_to_check(self, folder, now):
        first = claim(folder, now=now)
        with first:
            assert claim(folder, now=now) is None
        second = claim(folder, now=now)
        with second:
            assert read_status(folder).state is CheckState.RUNNING

    def test_looking_on_does_not_keep_anybody_from_checking(self, folder, now):
        for _round in range(50):
            with claim(folder, now=now):
                assert read_status(folder).state is CheckState.RUNNING
            assert read_status(folder).state is CheckState.INTERRUPTED


class TestKilled:
    def test_a_killed_run_is_recognised_and_can_be_begun_anew(self, auditor, folder, now, await_check):
        victim = start_waiting(claim(folder, now=now))
        assert read_status(folder).state is CheckState.RUNNING

        os.kill(victim.pid, signal.SIGKILL)
        victim.join()

        assert "abgebrochen" in auditor.get("/ledger/verify", headers=FRAGMENT).text
        auditor.post("/ledger/verify", page="/ledger")
        assert "unverändert" in await_check()

    def test_a_run_that_fails_is_one_that_was_interrupted(self, folder, now, house, runtime, clock):
        with pytest.raises(AttributeError), claim(folder, now=now) as held:
            ledger_checks.run(folder, house, held=held, sealer=None, actor=Actor("x"), clock=clock)

        assert read_status(folder).state is CheckState.INTERRUPTED

    @pytest.mark.parametrize("content", ["", "{", '{"state": "sound", "findings": [{"kind": "NO_SUCH"}]}', '{"state": "?"}', "[]"])
    def test_a_state_that_cannot_be_read_is_none(self, folder, content):
        folder.mkdir(parents=True)
        (folder / "log-check.state").write_text(content)

        assert read_status(folder).state is CheckState.NEVER


def start_waiting(held):
    """Start a process that holds the right and does nothing with it; what hangs on the process travels with it."""
    with held:
        process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
        process.held = held
        process.start()
    return process
