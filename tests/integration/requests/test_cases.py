"""Opening a case: numbers, the period, whose case it is, and what happens to the people at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.models.intake import LinkKind, PersonalLink
from crm.models.lawfulness import SuppressionEntry
from crm.models.request_case import CaseState, CaseWay, Identity, RequestCase
from crm.privacy import objection, restriction
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.requests import decision
from crm.privacy.requests.errors import ReceiptDayError
from crm.privacy.requests.numbers import next_number
from crm.privacy.restriction import RestrictionReason
from crm.runtime import Runtime
from crm.vault import ErasedError, Subject
from tests.integration.requests.conftest import MONDAY, SALES, Crash

TURNS, EACH = 4, 3


class TestNumbers:
    def test_count_through_the_year_and_begin_again_with_the_next(self, desk):
        first, second = desk.open(), desk.open()
        desk.clock.advance(timedelta(days=45))
        third = desk.open(received_on=date(2027, 1, 5))

        assert [desk.case(each).number for each in (first, second, third)] == ["2026-0001", "2026-0002", "2027-0001"]

    def test_have_no_gap_when_an_opening_fails(self, desk):
        desk.open()
        with suppress(Crash), desk.database.writing() as session:
            assert next_number(session, year=2026) == "2026-0002"
            raise Crash
        with pytest.raises(ReceiptDayError):
            desk.open(received_on=date(2026, 11, 24))

        assert desk.case(desk.open()).number == "2026-0002"

    def test_have_no_gap_and_none_twice_when_many_open_at_once(self, desk):
        others = [Runtime.open(desk.runtime.settings, clock=desk.clock) for _ in range(TURNS)]

        def open_some(runtime):
            return [type(desk)(runtime, desk.clock).open() for _ in range(EACH)]

        with ThreadPoolExecutor(TURNS) as pool:
            list(pool.map(open_some, others))

        for each in others:
            each.close()
        with desk.database.reading() as session:
            numbers = sorted(session.scalars(select(RequestCase.number)))
        assert numbers == [f"2026-{number:04}" for number in range(1, TURNS * EACH + 1)]


class TestOpening:
    """Art. 12(3), 17, 18 DSGVO."""

    def test_restricts_the_people_at_once_and_lets_the_period_run(self, desk):
        person, other = desk.take_in(), desk.take_in(email="zweite@example.com")

        case = desk.case(desk.open(person, other))

        with desk.database.reading() as session:
            reasons = restriction.find_reasons(session, [person, other])
        assert reasons == dict.fromkeys((person, other), (RestrictionReason.ERASURE_PENDING,))
        assert (case.state, case.due_on, case.subject_id) == (CaseState.OPEN, date(2026, 12, 23), person)
        assert desk.entries("request:opened")[0].count(person) == 1

    def test_keeps_what_was_asked_sealed_and_tells_it_to_readers_only(self, desk):
        case_id = desk.open(desk.take_in())

        request = desk.read(case_id).request

        assert request["message"] == "Bitte löschen Sie alles."
        assert b"alles" not in desk.case(case_id).sealed_request
        assert len(desk.entries("request:read")) == 1

    def test_writes_the_receipt_with_a_link_to_the_status_to_the_address_we_know(self, desk):
        case_id = desk.open(desk.take_in(email="echt@example.com"), request={"email": "betrug@example.com"})

        [message] = desk.send().taken

        assert message["To"] == "echt@example.com"
        assert "2026-0001" in message["Subject"]
        text = message.get_body(("plain",)).get_content()
        assert "23.12.2026" in text
        assert re.search(r"http://localhost:8001/s/[\w-]{43}", text)
        with desk.database.reading() as session:
            [link] = session.scalars(select(PersonalLink).where(PersonalLink.kind == LinkKind.STATUS))
        assert link.request_id == case_id

    def test_gives_somebody_we_do_not_know_a_pseudonym_of_their_own(self, desk):
        case = desk.case(desk.open())

        assert desk.state_of(case.subject_id) == "living"
        assert desk.read(case.id).request["name"] == "Katharina Wehmeier"
        assert desk.mails() == ["request_opened"]

    def test_writes_nobody_whose_wish_comes_from_an_old_system(self, desk):
        desk.open(desk.take_in(), way=CaseWay.IMPORT, request={})

        assert desk.mails() == []

    def test_raises_the_objection_that_came_with_it(self, desk):
        person = desk.take_in()

        desk.open(person, objects_too=True)

        with desk.database.reading() as session:
            assert objection.find_objections(session, [person])[person] == {Objection(DIRECT_MARKETING)}
            assert len(session.scalars(select(SuppressionEntry)).all()) == 1

    def test_opens_one_case_for_a_form_that_is_sent_twice(self, desk):
        person = desk.take_in()

        assert desk.open(person, case_id="a" * 32) == desk.open(person, case_id="a" * 32) == "a" * 32

        with desk.database.reading() as session:
            assert len(session.scalars(select(RequestCase)).all()) == 1
        assert desk.mails() == ["request_opened"]

    def test_leaves_out_who_is_erased_already(self, desk):
        person = desk.take_in()
        desk.decide(desk.open(person))
        desk.clock.advance(timedelta(days=4))
        desk.execute()

        second = desk.case(desk.open(person))

        assert second.subject_id != person
        with desk.database.reading() as session:
            assert session.get_one(Subject, second.subject_id)

    @pytest.mark.parametrize("received_on", [MONDAY + timedelta(days=1), MONDAY - timedelta(days=367)])
    def test_refuses_a_day_of_receipt_that_cannot_be(self, desk, received_on):
        with pytest.raises(ReceiptDayError):
            desk.open(desk.take_in(), received_on=received_on)

        assert desk.mails() == []

    def test_takes_the_day_of_receipt_in_the_time_zone_of_the_controller(self, desk):
        desk.clock.advance(timedelta(hours=14, minutes=30))  # 23:30 UTC is half past midnight in Berlin

        case = desk.case(desk.open(received_on=MONDAY + timedelta(days=1)))

        assert case.due_on == date(2026, 12, 24)

    def test_may_be_done_by_sales_who_read_nothing_of_it(self, desk):
        case_id = desk.open(desk.take_in(), actor=SALES, identity=Identity.UNCHECKED)

        assert desk.case(case_id).opened_by == SALES.pseudonym


class TestPeopleOfACase:
    def test_who_was_not_meant_is_free_again_without_having_been_told(self, desk):
        person, twin = desk.take_in(), desk.take_in(email="zwilling@example.com")
        case_id = desk.open(person)

        desk.do(decision.assign, case_id, subject_id=twin)
        with desk.database.reading() as session:
            assert restriction.find_restricted(session, [person, twin]) == {person, twin}

        desk.do(decision.dismiss, case_id, subject_id=twin)
        with desk.database.reading() as session:
            assert restriction.find_restricted(session, [person, twin]) == {person}

    def test_who_is_in_another_open_case_stays_restricted(self, desk):
        person = desk.take_in()
        first, second = desk.open(person), desk.open(person)

        desk.do(decision.dismiss, first, subject_id=person)

        assert second != first
        with desk.database.reading() as session:
            assert restriction.find_restricted(session, [person]) == {person}

    def test_nobody_erased_is_added(self, desk):
        person = desk.take_in()
        desk.decide(desk.open(person))
        desk.clock.advance(timedelta(days=4))
        desk.execute()
        case_id = desk.open()

        with pytest.raises(ErasedError):
            desk.do(decision.assign, case_id, subject_id=person)
