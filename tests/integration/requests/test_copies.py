"""Requests for access and portability, from receipt to the copy in the person's hands (Art. 12, 15, 20 DSGVO)."""

import json
import re
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from crm.models.answer_package import AnswerHandout, AnswerPackage
from crm.models.intake import IntakeKind
from crm.models.request_case import CaseKind, CaseState, Identity
from crm.privacy import intake, links
from crm.privacy.intake import handing_out, letterbox
from crm.privacy.intake.handing_out import CodeMissingError, CodeWrongError
from crm.privacy.links import LinkUnknownError, LinkUsedError
from crm.privacy.requests import answering, decision, granting
from crm.privacy.requests.errors import (
    CaseStateError,
    CoordinatorOnlyError,
    IdentityOpenError,
    NobodyFoundError,
    PackageMissingError,
    PackageStaleError,
    RefusalReasonMissingError,
)
from crm.privacy.requests.facts import Refusal
from tests.integration.requests.conftest import DPO, PRIVACY, SALES
from tests.support.letters import link_in, text_of

ONE_ENGINE = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def open_copy(desk, subject_id, kind=CaseKind.ACCESS, **facts):
    return desk.open(subject_id, kind=kind, **facts)


def compose(desk, case_id, *, actor=PRIVACY, words=()):
    version = desk.case(case_id).version
    settings = desk.runtime.settings
    granting.compose(desk.database, case_id=case_id, version=version, words=words, settings=settings, actor=actor, now=desk.now)


def answer(desk, case_id):
    compose(desk, case_id)
    desk.do(granting.grant, case_id)
    desk.execute()


def archive_of(content):
    return ZipFile(BytesIO(content))


class Recipient:
    """Whoever reads the mails and opens the portal."""

    def __init__(self, desk):
        self._desk = desk
        self.server = desk.send()
        desk.execute()
        [letter] = [each for each in self.server.taken if "/a/" in text_of(each)]
        self.link = link_in(letter, "a")
        self.token = self.link.rpartition("/")[2].partition("?")[0]

    def ask_for_code(self):
        """Press the button that sends a code, and return what arrives."""
        self._drop(IntakeKind.CODE)
        self._desk.send(self.server)
        return re.findall(r"\d{4} \d{4}", text_of(self.server.taken[-1]))[-1]

    def fetch(self, code):
        """Type the code, as the portal does it."""
        wrong = None
        with self._desk.database.writing() as session:
            try:
                _, content = handing_out.fetch(session, token=self.token, code=code, now=self._desk.now)
            except CodeWrongError as error:  # a try is spent
                wrong = error
        if wrong:
            raise wrong
        self._drop(IntakeKind.FETCHED)
        return content

    def _drop(self, kind):
        with self._desk.database.writing() as session:
            message = {letterbox.TOKEN: self.token}
            letterbox.receive(session, kind=kind, message=message, link_hash=links.hash_of(self.token), language="en", now=self._desk.now)
        intake.drain(self._desk.database, settings=self._desk.runtime.settings, now=self._desk.now)


class TestReceipt:
    def test_nobody_is_restricted_and_the_month_runs(self, desk):
        person = desk.take_in()

        case_id = open_copy(desk, person, received_on=date(2026, 1, 31))

        assert desk.case(case_id).due_on == date(2026, 3, 2)
        assert desk.entries("restriction:imposed") == []
        assert desk.mails() == ["request_opened"]
        assert "Auskunft über Ihre Daten" in text_of(desk.send().taken[0])


class TestCompose:
    def test_shows_what_goes_before_it_goes_and_enters_who_looked(self, desk):
        case_id = open_copy(desk, desk.take_in())

        compose(desk, case_id)

        with desk.database.reading() as session:
            content = granting.read_archive(session, case_id=case_id, actor=DPO, now=desk.now)
        said = json.loads(archive_of(content).read("daten.json"))
        assert said["data"]["contact"][0]["identity"]["last_name"] == "Wehmeier"
        assert desk.case(case_id).state == CaseState.OPEN
        assert len(desk.entries("person:copied")) == len(desk.entries("copy:composed")) == len(desk.entries("copy:read")) == 1

    @ONE_ENGINE
    def test_is_refused_to_others_and_of_nobody(self, desk):
        case_id, empty = open_copy(desk, desk.take_in()), open_copy(desk, None)
        erasure = desk.open(desk.take_in(email="other@example.com"))

        for case, actor, error in (
            (case_id, DPO, CoordinatorOnlyError),
            (case_id, SALES, CoordinatorOnlyError),
            (empty, PRIVACY, NobodyFoundError),
            (erasure, PRIVACY, CaseStateError),
        ):
            with pytest.raises(error):
                compose(desk, case, actor=actor)


class TestGrant:
    @ONE_ENGINE
    def test_lets_nothing_go_that_nobody_has_seen_or_that_is_about_others(self, desk):
        person = desk.take_in()
        case_id = open_copy(desk, person, identity=Identity.UNCHECKED)

        with pytest.raises(IdentityOpenError):
            desk.do(granting.grant, case_id)
        desk.do(decision.note_identity, case_id, identity=Identity.KNOWN, note="Rückruf")
        with pytest.raises(PackageMissingError):
            desk.do(granting.grant, case_id)
        compose(desk, case_id)
        desk.do(decision.assign, case_id, subject_id=desk.take_in(email="again@example.com"))
        with pytest.raises(PackageStaleError):
            desk.do(granting.grant, case_id)

    @ONE_ENGINE
    def test_a_refusal_needs_a_reason_and_says_it(self, desk):
        case_id = open_copy(desk, desk.take_in())

        with pytest.raises(RefusalReasonMissingError):
            desk.do(granting.refuse, case_id, ground=Refusal.UNFOUNDED, reason=" ")
        desk.do(granting.refuse, case_id, ground=Refusal.UNFOUNDED, reason="Der zehnte Antrag in diesem Monat.")
        desk.execute()

        text = desk.read(case_id).answer["text"]
        assert "Der zehnte Antrag in diesem Monat." in text
        assert "Art. 12 Abs. 5" in text
        assert desk.count(AnswerPackage) == 0

    @ONE_ENGINE
    @pytest.mark.parametrize(("language", "word"), [("de", "nichts gefunden"), ("en", "found nothing")])
    def test_that_nothing_is_held_is_an_answer(self, desk, language, word):
        case_id = open_copy(desk, None, found=[], language=language)

        desk.do(decision.decide_nothing_held, case_id)
        desk.execute()

        assert word in desk.read(case_id).answer["text"]


class TestFetching:
    """Single use, second factor by mail, nothing in clear on a disk (Art. 32(1) DSGVO)."""

    @pytest.fixture
    def case_id(self, desk):
        case_id = open_copy(desk, desk.take_in(), language="en")
        answer(desk, case_id)
        return case_id

    @pytest.fixture
    def recipient(self, desk, case_id):
        return Recipient(desk)

    def test_link_and_code_give_the_copy_once(self, desk, case_id, recipient):
        code = recipient.ask_for_code()

        content = recipient.fetch(code)

        assert json.loads(archive_of(content).read("data.json"))["number"] == desk.case(case_id).number
        assert len(desk.entries("copy:code_sent")) == len(desk.entries("copy:fetched")) == 1
        with pytest.raises(LinkUsedError):
            recipient.fetch(code)
        assert desk.case(case_id).state == CaseState.CLOSED
        assert recipient.link not in desk.read(case_id).answer["text"]

    def test_no_copy_lies_in_clear_in_the_database(self, desk, recipient):
        recipient.ask_for_code()

        with desk.database.reading() as session:
            stored = [*session.scalars(select(AnswerPackage.sealed_package)), *session.scalars(select(AnswerHandout.content))]
        assert len(stored) == 2
        assert all(b"PK\x03\x04" not in each and b"Wehmeier" not in each for each in stored)

    @ONE_ENGINE
    def test_a_code_can_be_mistyped_five_times(self, recipient):
        with pytest.raises(CodeMissingError):
            recipient.fetch("1234 5678")
        code = recipient.ask_for_code()

        for _ in range(5):
            with pytest.raises(CodeWrongError):
                recipient.fetch(f"{code}0")
        with pytest.raises(CodeMissingError):
            recipient.fetch(code)

    @ONE_ENGINE
    def test_link_code_and_copy_go_with_their_time(self, desk, recipient):
        code = recipient.ask_for_code()
        desk.clock.advance(timedelta(minutes=30))
        with pytest.raises(CodeMissingError):
            recipient.fetch(code)

        desk.clock.advance(timedelta(days=31))
        with pytest.raises(LinkUnknownError):
            recipient.fetch(code)
        with desk.database.writing() as session:
            intake.lapse(session, now=desk.now)
        assert (desk.count(AnswerPackage), desk.count(AnswerHandout)) == (0, 0)
        assert desk.entries("copy:expired")

    @ONE_ENGINE
    def test_a_copy_that_was_put_in_its_place_is_not_handed_out(self, desk, recipient):
        with desk.database.writing() as session:
            package = session.scalars(select(AnswerPackage)).one()
            package.sealed_package = package.sealed_summary

        with pytest.raises(IndexError):
            recipient.ask_for_code()
        assert desk.entries("intake:set_aside")


class TestPost:
    @ONE_ENGINE
    def test_without_an_address_for_mail_the_copy_goes_with_the_letter(self, desk):
        person = desk.take_in(email="")
        case_id = open_copy(desk, person, request={"name": "Katharina Wehmeier", "street": "Lindenufer 14", "city": "Kassel"})

        answer(desk, case_id)

        case = desk.case(case_id)
        assert (case.answer_mail_id, case.state) == (None, CaseState.ANSWERING)
        assert "liegt diesem Brief bei" in desk.read(case_id).answer["text"]
        desk.do(answering.mark_posted, case_id, posted_at=desk.now)
        assert desk.case(case_id).state == CaseState.CLOSED
