"""One entry: what it says, and what proves it to a stranger."""

import base64
import hashlib
import html
import json
import re

import pytest

from crm.ledger import read_checkpoint
from crm.ledger.merkle import root_from_path
from crm.privacy.actions import Action


def detail(text, title):
    """Return the value beside a title."""
    value = re.search(rf"<dt>{title}</dt><dd class=\"hash\">(.*?)</dd>", text, re.DOTALL).group(1)
    return html.unescape(re.sub(r"</?pre>", "", value))


@pytest.fixture
def number(auditor, write, seal):
    """The number of an entry about a person, with others around it."""
    write(Action.NOTE_WRITTEN, subject_id="1" * 32)
    seal()
    text = auditor.get("/ledger?subject=" + "1" * 32).text
    return int(re.search(r'href="/ledger/(\d+)"', text).group(1))


class TestEntry:
    def test_stands_there_verbatim_with_its_hash(self, auditor, number):
        text = auditor.get(f"/ledger/{number}").text

        leaf = detail(text, "Eintrag, wortgetreu")
        assert json.loads(leaf)["act"] == "note:written"
        assert hashlib.sha256(b"\0" + leaf.encode()).hexdigest() == detail(text, "Prüfsumme des Eintrags")
        assert detail(text, "Nummer im Protokoll") == str(number)
        assert "Notiz geschrieben" in text
        assert "stimmt nicht" not in text

    def test_of_a_decision_says_on_which_grounds_it_erases(self, auditor, write, seal):
        write(Action.REQUEST_DECIDED, subject_id="1" * 32, kind="erasure", result="erase", basis="17-1-a,17-1-c")
        seal()
        number = re.search(r'href="/ledger/(\d+)"', auditor.get("/ledger?action=request:decided").text).group(1)

        text = auditor.get(f"/ledger/{number}").text

        assert "<dt>Löschgrund</dt><dd>nicht mehr erforderlich, Widerspruch</dd>" in text

    def test_shows_the_hash_of_its_details(self, auditor, write, seal):
        write(Action.PEOPLE_LISTED, subject_id=None, subjects=["2" * 32])
        seal()
        number = re.search(r'href="/ledger/(\d+)"', auditor.get("/ledger?action=people:listed").text).group(1)

        text = auditor.get(f"/ledger/{number}").text

        assert detail(text, "Prüfsumme der Einzelheiten") == json.loads(detail(text, "Eintrag, wortgetreu"))["ph"]

    def test_is_proven_to_somebody_who_has_only_the_file_and_the_key(self, auditor, number, runtime):
        answer = auditor.get(f"/ledger/{number}/proof")

        head, _end, note = answer.data.partition(b"\n\n")
        header, index, *path = head.decode().split("\n")
        checkpoint = read_checkpoint(note, [runtime.make_sealer().signer.verifier])
        leaf = detail(auditor.get(f"/ledger/{number}").text, "Eintrag, wortgetreu").encode()
        hash_ = hashlib.sha256(b"\0" + leaf).digest()
        assert (header, index) == ("c2sp.org/tlog-proof@v1", f"index {number}")
        assert root_from_path(hash_, number, checkpoint.size, [base64.b64decode(line) for line in path]) == checkpoint.root
        assert f'filename="lethe-{number}.tlog-proof"' in answer.headers["Content-Disposition"]

    @pytest.mark.parametrize("path", ["", "/proof"])
    def test_is_entered_as_read_about_the_person(self, auditor, number, house, path, entered):
        auditor.get(f"/ledger/{number}{path}")

        assert entered()[0] == ("log:read", 1)
        assert "1" * 12 in auditor.get("/ledger?action=log:read").text.partition("<tbody>")[2]

    def test_that_was_changed_says_so(self, auditor, number, attack):
        attack(
            "UPDATE ledger_entry SET leaf = :leaf WHERE id = (SELECT entry_id FROM ledger_leaf WHERE leaf_index = :number)",
            leaf=b"{}",
            number=number,
        )

        answer = auditor.get(f"/ledger/{number}")

        assert answer.status_code == 200
        assert "passt nicht zum unterschriebenen Stand" in answer.text
        assert detail(answer.text, "Eintrag, wortgetreu") == "{}"

    def test_whose_row_is_gone_leaves_its_hash(self, auditor, number, attack):
        attack("DELETE FROM ledger_entry WHERE id = (SELECT entry_id FROM ledger_leaf WHERE leaf_index = :number)", number=number)

        text = auditor.get(f"/ledger/{number}").text

        assert "nicht mehr vorhanden; die Prüfsumme bleibt" in text
        assert len(detail(text, "Prüfsumme des Eintrags")) == 64

    def test_that_does_not_exist_is_not_found(self, auditor, number):
        paths = ["/ledger/999999", "/ledger/999999/proof", "/ledger/" + "9" * 30, "/ledger/x", "/ledger/-1"]

        assert [auditor.get(path).status_code for path in paths] == [404] * 5
