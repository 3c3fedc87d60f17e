"""The log to take away: a ZIP file that strangers can verify, for one person, for a quarter of an hour."""

import base64
import errno
import io
import json
import zipfile
from datetime import timedelta

import pytest

from crm.actor import Role
from crm.ledger import read_checkpoint
from crm.ledger.merkle import GrowingTree, leaf_hash
from crm.services import ledger_bundles, ledger_reading
from crm.services.ledger_bundles import folder_of


@pytest.fixture
def folder(runtime, settings):
    return folder_of(runtime.place, settings.data_dir)


def fetch(browser):
    return zipfile.ZipFile(io.BytesIO(browser.get("/ledger/bundle").data))


class TestBundle:
    def test_verifies_with_nothing_but_itself_and_the_key(self, auditor, write, runtime):
        for _entry in range(5):
            write()
        auditor.post("/ledger/bundle", page="/ledger")

        files = fetch(auditor)

        assert files.testzip() is None
        assert {"checkpoint", "trusted.vkeys", "entries.jsonl"} <= set(files.namelist())
        checkpoint = read_checkpoint(files.read("checkpoint"), [runtime.make_sealer().signer.verifier])
        lines = [json.loads(line) for line in files.read("entries.jsonl").splitlines()]
        tree = GrowingTree()
        for line in lines:
            tree.append(leaf_hash(base64.b64decode(line["leaf"])))
        assert tree.root() == checkpoint.root
        assert json.loads(base64.b64decode(lines[-1]["leaf"]))["act"] == "log:exported"

    def test_is_entered_when_made_and_when_fetched(self, auditor, entered):
        auditor.post("/ledger/bundle", page="/ledger")
        assert entered()[0][0] == "log:exported"

        assert fetch(auditor).namelist()

        action, count = entered()[0]
        assert action == "log:read"
        assert count > 0

    def test_is_offered_on_the_page_and_again_until_its_time_is_over(self, auditor, clock, folder):
        assert auditor.post("/ledger/bundle", page="/ledger").location == "/ledger"
        clock.advance(timedelta(minutes=14, seconds=59))
        assert 'href="/ledger/bundle"' in auditor.get("/ledger").text
        assert fetch(auditor).namelist()
        assert fetch(auditor).namelist()

        clock.advance(timedelta(seconds=1))

        assert 'href="/ledger/bundle"' not in auditor.get("/ledger").text
        assert auditor.get("/ledger/bundle").location == "/ledger"
        assert list(folder.iterdir()) == []

    def test_is_only_for_who_made_it(self, auditor, enter_as):
        other = enter_as(Role.DPO, "other@example.com")
        auditor.post("/ledger/bundle", page="/ledger")

        assert 'href="/ledger/bundle"' not in other.get("/ledger").text
        assert other.get("/ledger/bundle").location == "/ledger"

    def test_a_new_one_takes_the_place_of_the_old_one(self, auditor, write, folder):
        auditor.post("/ledger/bundle", page="/ledger")
        token = auditor.token("/account")
        write()
        auditor.client.post("/ledger/bundle", data={"csrf_token": token})

        assert len(list(folder.iterdir())) == 1

    def test_lies_where_only_this_user_reads_and_nothing_stays_on_a_disk(self, auditor, folder, index_dir):
        auditor.post("/ledger/bundle", page="/ledger")

        kept = [path for path in folder.rglob("*") if path.is_file()]
        assert folder.is_relative_to(index_dir)
        assert {path.stat().st_mode & 0o077 for path in kept} == {0}
        assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}

    def test_that_does_not_fit_says_what_helps_and_leaves_nothing(self, auditor, folder, monkeypatch):
        def fill_up(*_args, folder, **_options):
            (folder / "entries.jsonl").write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(ledger_reading, "export_log", fill_up)

        answer = auditor.post("/ledger/bundle", page="/ledger")

        assert answer.status_code == 503
        assert "lethe log export" in answer.text
        assert list(folder.iterdir()) == []

    def test_that_a_crash_left_half_made_is_not_offered_and_goes(self, auditor, folder, monkeypatch, clock):
        auditor.post("/ledger/bundle", page="/ledger")
        (made,) = folder.iterdir()
        (made / "checkpoint").unlink()

        assert 'href="/ledger/bundle"' not in auditor.get("/ledger").text
        clock.advance(ledger_bundles.OFFERED_FOR)
        auditor.get("/ledger")
        assert list(folder.iterdir()) == []
