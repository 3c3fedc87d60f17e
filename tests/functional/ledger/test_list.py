"""The list of entries: order, pages, filters, words."""

import re
from datetime import UTC, datetime

import pytest

from crm.actor import Actor, system_actor
from crm.clock import micros
from crm.db import Compartment
from crm.models.contact import NoteKind
from crm.models.erasure import ErasureCause
from crm.models.intake import IntakeKind
from crm.models.lawfulness import ToldBy
from crm.models.request_case import CaseKind, CaseState, CaseWay, Identity
from crm.models.retention import KeepReason
from crm.privacy.actions import Action
from crm.privacy.erasure import eraser, job
from crm.privacy.erasure.guard import Doubt
from crm.privacy.erasure.run import KEEPER
from crm.privacy.purposes import Channel
from crm.privacy.requests.choices import Verdict
from crm.privacy.requests.facts import StopReason
from crm.privacy.restriction import RestrictionReason
from crm.privacy.suppression import SuppressionReason
from crm.services.drop.telling import Told, Untold
from crm.settings import initial_policy
from crm.web.action_words import ACTION_TITLES
from crm.web.ledger.words import ABOUT_TITLES, RESULT_TITLES
from tests.support.staff import on_one_engine

WHOLE_DAY = "2026-11-20"


def rows(text):
    """Return the words of each row."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("<tr>")[1:]]


def link(text, rel):
    found = re.search(rf'href="([^"]+)"\s+rel="{rel}"', text)
    return found and found.group(1).replace("&amp;", "&")


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_words(action):
    assert str(ACTION_TITLES[action]).strip()


# The other texts are parts of mails.
_MAILS = [kind for kind, rule in initial_policy("mail_texts").items() if "subject" in rule]
ABOUT = [*KeepReason, *Doubt, *IntakeKind, *ToldBy, *CaseKind, *ErasureCause, *NoteKind, *Channel, *_MAILS]
RESULTS = [
    *Verdict,
    *StopReason,
    *CaseWay,
    *Identity,
    *RestrictionReason,
    *SuppressionReason,
    *Told,
    *Untold,
    CaseState.EXECUTING,
    CaseState.ANSWERING,
]


@pytest.mark.parametrize(("codes", "words"), [(ABOUT, ABOUT_TITLES), (RESULTS, RESULT_TITLES)], ids=["about", "results"])
def test_what_stands_beside_an_action_has_words(codes, words):
    assert [code for code in codes if code not in words] == []


class TestList:
    def test_shows_the_newest_first_in_words(self, auditor, write, seal):
        write(Action.PERSON_DISCLOSED, groups=["identity", "email"], purpose="service", basis="6-1-f")
        write(Action.NOTE_WRITTEN)
        seal()

        shown = rows(auditor.get("/ledger").text)

        assert "Notiz geschrieben" in shown[0]
        assert "Person angezeigt" in shown[1]
        assert "Name, E-Mail" in shown[1]
        assert "Service" in shown[1]
        assert "person:disclosed" in shown[1]

    def test_names_a_part_of_lethe_whole_and_a_person_by_the_beginning_of_the_pseudonym(self, auditor, write):
        write(actor=system_actor("request_answers"))
        write(actor=Actor("a" * 32, frozenset()))

        person, part = rows(auditor.get("/ledger").text)[:2]

        assert "system:request_answers" in part
        assert "a" * 12 in person and "a" * 13 not in person

    def test_marks_what_is_not_sealed_yet(self, auditor, write, seal):
        seal()
        write(Action.NOTE_WRITTEN)

        shown = rows(auditor.get("/ledger").text)

        assert shown[0].startswith("unversiegelt")
        assert shown[1][0].isdigit()

    def test_enters_that_it_was_read(self, auditor, write, entered):
        write()

        auditor.get("/ledger")

        action, count = entered()[0]
        assert action == "log:read"
        assert count > 1

    def test_pages_down_and_up_again_without_losing_or_repeating_any(self, auditor, write, clock):
        for number in range(120):
            write(Action.NOTE_WRITTEN, result=f"n{number}.")
        address = "/ledger?action=note:written"

        pages = []
        for _page in range(3):
            text = auditor.get(address).text
            pages.append(re.findall(r"n(\d+)\.", text))
            address = link(text, "next")
        assert [int(number) for page in pages for number in page] == list(range(119, -1, -1))
        assert address is None

        up = auditor.get(link(text, "prev")).text
        assert re.findall(r"n(\d+)\.", up) == pages[1]
        assert re.findall(r"n(\d+)\.", auditor.get(link(up, "prev")).text) == pages[0]

    def test_survives_an_entry_that_cannot_be_read(self, auditor, write, attack):
        write()
        attack("UPDATE ledger_entry SET leaf = :leaf WHERE id = (SELECT max(id) FROM ledger_entry)", leaf=b"no leaf")

        shown = rows(auditor.get("/ledger").text)

        assert "nicht lesbar" in shown[0]


class TestFilters:
    @pytest.fixture
    def entries(self, write):
        write(Action.NOTE_WRITTEN, purpose="service", subject_id="1" * 32)
        write(Action.PERSON_DISCLOSED, purpose="newsletter", subject_id="2" * 32, actor=Actor("cli:0"))

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("action=note:written", ["Notiz geschrieben"]),
            ("action=person:disclosed", ["Person angezeigt"]),
            ("purpose=newsletter", ["Person angezeigt"]),
            ("actor=cli:0", ["Person angezeigt"]),
            ("actor=" + "c" * 32, ["Notiz geschrieben"]),
            ("subject=" + "1" * 32, ["Notiz geschrieben"]),
            ("subject=%20" + "1" * 16 + "%20" + "1" * 16, ["Notiz geschrieben"]),
            ("action=person:disclosed&purpose=service", []),
            ("actor=nobody", []),
        ],
    )
    def test_narrow_the_list(self, auditor, entries, query, expected):
        shown = rows(auditor.get(f"/ledger?{query}").text)

        assert len(shown) == len(expected)
        assert all(words in row for words, row in zip(expected, shown, strict=True))

    @pytest.mark.parametrize(
        ("moment", "is_within"),
        [
            # The controller is in Berlin: in November the day begins an hour before that of UTC.
            (datetime(2026, 11, 19, 22, 59, 59, tzinfo=UTC), False),
            (datetime(2026, 11, 19, 23, 0, tzinfo=UTC), True),
            (datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC), True),
            (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), False),
        ],
    )
    def test_know_days_as_the_controller_does(self, auditor, write, attack, moment, is_within):
        write()
        attack("UPDATE ledger_entry SET t = :t WHERE id = (SELECT max(id) FROM ledger_entry)", t=micros(moment))

        text = auditor.get(f"/ledger?since={WHOLE_DAY}&until={WHOLE_DAY}").text

        assert len(rows(text)) == is_within

    @on_one_engine
    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("subject=Wehmeier", "Eine Kennung besteht aus 32 Zeichen"),
            ("subject=" + "1" * 31, "Eine Kennung besteht aus 32 Zeichen"),
            ("since=gestern", "Das ist kein Tag"),
            ("until=2026-02-30", "Das ist kein Tag"),
            ("until=9999-12-31", "Das ist kein Tag"),
            ("since=2026-11-20&until=2026-11-19", "Der letzte Tag liegt vor dem ersten."),
            ("action=bogus", "Diesen Vorgang kennt das Protokoll nicht. Wählen Sie einen aus der Liste"),
            ("action=note:written%20OR%201", "Diesen Vorgang kennt das Protokoll nicht."),
            ("action=%00", "enthält ein Nullzeichen"),
            ("actor=%00", "enthält ein Nullzeichen"),
        ],
    )
    def test_that_are_wrong_show_a_sentence_and_no_entries(self, auditor, entries, query, sentence):
        answer = auditor.get(f"/ledger?{query}")

        assert answer.status_code == 422
        assert answer.text.count(sentence) == 1
        assert rows(answer.text) == []

    def test_that_nobody_sent_from_a_page_of_ours_break_nothing(self, auditor, entries):
        largest = "9" * 18
        queries = [
            "before=x",
            "before=-1",
            "after=" + "9" * 40,
            f"after={largest}",
            "purpose='--",
        ]

        assert [auditor.get(f"/ledger?{query}").status_code for query in queries] == [200] * len(queries)

    def test_stay_in_the_form_and_in_the_addresses_of_pages(self, auditor, write):
        for _entry in range(51):
            write(Action.NOTE_WRITTEN, subject_id="1" * 32)

        text = auditor.get("/ledger?action=note:written&since=2026-11-23&subject=" + "1" * 32).text

        assert '<option value="note:written" selected>' in text
        assert 'value="2026-11-23"' in text
        assert "since=2026-11-23" in link(text, "next")
        assert "subject=" + "1" * 32 in link(text, "next")


class TestSubject:
    def test_shows_own_entries_and_the_lists_the_person_was_in(self, auditor, write, seal):
        write(Action.NOTE_WRITTEN, subject_id="1" * 32)
        write(Action.PEOPLE_LISTED, subject_id=None, subjects=["2" * 32, "1" * 32])
        write(Action.PEOPLE_LISTED, subject_id=None, subjects=["2" * 32])
        seal()

        shown = rows(auditor.get("/ledger/subject/" + "1" * 32).text)

        assert len(shown) == 2
        assert "Liste von Personen abgerufen · in einer Liste" in shown[0]
        assert "Notiz geschrieben" in shown[1]

    def test_still_works_after_an_erasure(self, auditor, write, seal, house, runtime, clock):
        subject = "1" * 32
        with house.writing() as session:
            runtime.vault.create(session, [subject], compartments=[Compartment.PROFILE], now=clock.now())
        write(Action.NOTE_WRITTEN, subject_id=subject)
        write(Action.PEOPLE_LISTED, subject_id=None, subjects=[subject])
        seal()
        with house.writing() as session:
            job.order(session, subject_id=subject, cause=ErasureCause.RULE, rule="RET-01", case_id=None, actor=KEEPER, now=clock.now())
        eraser.finish(house, vault=runtime.vault, clock=clock.now)

        text = auditor.get(f"/ledger/subject/{subject}").text

        assert ["Notiz geschrieben" in row for row in rows(text)].count(True) == 1
        assert not any("Liste von Personen" in row for row in rows(text))
        assert "In welchen Listen sie stand, lässt sich nicht mehr sagen" in text

    def test_is_entered_with_the_pseudonym(self, auditor, write, house):
        write(subject_id="1" * 32)

        auditor.get("/ledger/subject/" + "1" * 32)

        shown = rows(auditor.get("/ledger?action=log:read&subject=" + "1" * 32).text)
        assert len(shown) == 1

    def test_of_a_pseudonym_nobody_has_says_so(self, auditor):
        answer = auditor.get("/ledger/subject/" + "0" * 32)

        assert answer.status_code == 200
        assert "Zu dieser Kennung gibt es keinen Eintrag" in answer.text

    def test_is_found_by_the_form(self, auditor):
        assert auditor.get("/ledger/subject").status_code == 200
        assert auditor.get("/ledger/subject?pseudonym=%20" + "A" * 32).location == "/ledger/subject/" + "a" * 32

    @on_one_engine
    @pytest.mark.parametrize("typed", ["Wehmeier", "1" * 33, "<script>"])
    def test_explains_what_a_pseudonym_looks_like(self, auditor, typed):
        answer = auditor.get(f"/ledger/subject?pseudonym={typed}")

        assert answer.text.count("Eine Kennung besteht aus 32 Zeichen") == 1
        assert answer.status_code == 422
        assert "<script>" not in answer.text.partition("<main")[2]
