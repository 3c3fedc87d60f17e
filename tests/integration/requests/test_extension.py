"""Two months more for an answer: once, within the first month, and the person is told why (Art. 12(3) DSGVO)."""

from datetime import date, timedelta

import pytest

from crm.models.request_case import CaseState
from crm.privacy.requests import decision, extension
from crm.privacy.requests.errors import (
    CaseChangedError,
    CaseStateError,
    CoordinatorOnlyError,
    ExtendedBeforeError,
    ExtensionReasonMissingError,
    ExtensionTooLateError,
    ExtensionUntoldError,
    TextTooLongError,
)
from crm.privacy.requests.facts import StopReason
from tests.integration.requests.conftest import DPO, SALES

REASON = "Wir müssen Unterlagen aus drei Standorten prüfen."
FIRST, EXTENDED = date(2026, 12, 23), date(2027, 2, 23)
ELSEWHERE = {"name": "Katharina Wehmeier", "street": "Lindenufer 14", "city": "Kassel"}


def extend(desk, case_id, *, reason=REASON, told_on=None, **facts):
    return desk.do(extension.extend, case_id, reason=reason, told_on=told_on, settings=desk.runtime.settings, **facts)


@pytest.fixture
def case_id(desk):
    return desk.open(desk.take_in())


class TestExtend:
    def test_moves_the_last_day_by_two_months_tells_the_person_why_and_leaves_an_entry(self, desk, case_id):
        case = extend(desk, case_id)

        assert (case.due_on, case.state) == (EXTENDED, CaseState.OPEN)
        letter = next(each for each in desk.send().taken if "länger" in each["Subject"])
        assert letter["To"] == "wehmeier@example.com"
        assert REASON in letter.get_content() and "23.02.2027" in letter.get_content()
        assert desk.read(case_id).extension == REASON
        [entry] = desk.entries("request:extended")
        assert case.subject_id in entry and REASON not in entry

    def test_opens_the_address_alone_to_tell_it(self, desk, case_id):
        """Art. 5(1)(c) DSGVO."""
        before = len(desk.entries("person:disclosed"))

        extend(desk, case_id)

        (entry,) = desk.entries("person:disclosed")[before:]
        assert '"f":["email"]' in entry

    def test_is_possible_on_the_last_day_of_the_first_month(self, desk, case_id):
        desk.clock.advance(timedelta(days=30))

        assert extend(desk, case_id).due_on == EXTENDED

    def test_is_refused_on_the_day_after_and_changes_nothing(self, desk, case_id):
        desk.clock.advance(timedelta(days=31))

        with pytest.raises(ExtensionTooLateError):
            extend(desk, case_id)

        assert desk.case(case_id).due_on == FIRST
        assert (desk.mails(), desk.entries("request:extended")) == (["request_opened"], [])

    def test_happens_once(self, desk, case_id):
        extend(desk, case_id)

        with pytest.raises(ExtendedBeforeError):
            extend(desk, case_id)

        assert desk.case(case_id).due_on == EXTENDED
        assert desk.mails().count("request_extended") == 1

    def test_stays_when_identity_and_decision_are_written_and_sent_back(self, desk, case_id):
        extend(desk, case_id)

        desk.decide(case_id)
        desk.do(decision.reopen, case_id)

        assert desk.read(case_id).extension == REASON
        assert desk.case(case_id).due_on == EXTENDED

    @pytest.mark.parametrize(("reason", "error"), [(" ", ExtensionReasonMissingError), ("x" * 601, TextTooLongError)])
    def test_needs_a_reason_of_readable_length(self, desk, case_id, reason, error):
        with pytest.raises(error):
            extend(desk, case_id, reason=reason)

    def test_tells_the_reason_in_one_line(self, desk, case_id):
        extend(desk, case_id, reason=" Drei Standorte\r\nBcc: x@y.example\n\nund\tein Archiv. ")

        said = "Drei Standorte Bcc: x@y.example und ein Archiv."
        assert desk.read(case_id).extension == said
        [letter] = [each for each in desk.send().taken if "länger" in each["Subject"]]
        assert not any(line.startswith("Bcc:") for line in letter.get_content().splitlines())

    def test_is_refused_once_the_case_is_decided_though_a_second_person_has_not_agreed(self, desk):
        case_id = desk.open(desk.take_in(), desk.take_in(email="b@example.com"))
        assert desk.decide(case_id).state == CaseState.SECOND

        with pytest.raises(CaseStateError):
            extend(desk, case_id)

        assert (desk.case(case_id).due_on, desk.entries("request:extended")) == (FIRST, [])

    @pytest.mark.parametrize("actor", [SALES, DPO])
    def test_is_for_the_coordinator(self, desk, case_id, actor):
        with pytest.raises(CoordinatorOnlyError):
            extend(desk, case_id, actor=actor)

    def test_is_refused_for_a_case_that_has_moved_on(self, desk, case_id):
        with pytest.raises(CaseChangedError):
            extend(desk, case_id, version=7)
        desk.do(decision.stop, case_id, reason=StopReason.CHANGED_MIND)
        with pytest.raises(CaseStateError):
            extend(desk, case_id)


class TestWithoutAddress:
    """Nobody is told by mail, so the day of the letter has to be known and lie in the first month."""

    @pytest.mark.parametrize("told_on", [None, date(2026, 11, 22), date(2026, 11, 25)])
    def test_is_refused_until_somebody_has_posted_the_notice(self, desk, told_on):
        case_id = desk.open(request=ELSEWHERE)

        with pytest.raises(ExtensionUntoldError):
            extend(desk, case_id, told_on=told_on)

        assert desk.case(case_id).due_on == FIRST

    def test_takes_the_word_of_who_posted_it(self, desk):
        case_id = desk.open(request=ELSEWHERE)

        assert extend(desk, case_id, told_on=date(2026, 11, 23)).due_on == EXTENDED
        assert desk.mails() == []
