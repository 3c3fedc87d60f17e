"""The request for erasure through the portal, from the form to the case (Art. 17(1), 12(3), (6) DSGVO)."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from crm.db import new_id
from crm.models.intake import LinkKind, PendingRequest
from crm.models.request_case import CaseKind, CaseState, CaseWay, Identity, RequestCase
from crm.portal import create_app
from crm.privacy import links
from crm.privacy.lawfulness import Standing
from crm.privacy.requests import cases as desk
from tests.integration.intake.conftest import NOBODY, PERSON

NAME, MESSAGE = "Katharina Wehmeier", "Früher hieß ich Sonnenblumenfeld."


@pytest.fixture
def opened(monkeypatch):
    """What the desk is asked to open."""
    cases = []
    monkeypatch.setattr(desk, "open_case", lambda _session, **facts: cases.append(facts))
    return cases


class TestRequest:
    def test_waits_sealed_until_it_is_confirmed_and_executes_nothing(self, counter, opened):
        person = counter.add_person()

        counter.ask_for_erasure(name=NAME, message=MESSAGE)
        counter.drain()

        assert (opened, counter.count(PendingRequest)) == ([], 1)
        assert counter.standing(person) is Standing.ALLOWED
        with counter.database.reading() as session:
            stored = repr(session.execute(text("SELECT * FROM pending_request")).all())
        assert PERSON not in stored
        assert "Sonnenblumenfeld" not in stored

    def test_opens_a_case_from_the_day_it_came_when_the_button_in_the_mail_is_pressed(self, counter, opened):
        person = counter.add_person()
        counter.ask_for_erasure(name=NAME, message=MESSAGE)
        counter.drain()
        counter.clock.advance(timedelta(days=3))

        counter.client.post(counter.link("request_to_confirm"))
        counter.drain()

        [case] = opened
        assert (case["subject_id"], case["found"]) == (person, [(person, "email")])
        assert (case["kind"], case["way"], case["identity"]) == (CaseKind.ERASURE, CaseWay.PORTAL, Identity.MAIL_CONFIRMED)
        assert (case["received_on"], case["objects_too"]) == (date(2026, 11, 23), False)
        assert case["request"] == {"email": PERSON, "name": NAME, "message": MESSAGE}
        assert counter.count(PendingRequest) == 0

    def test_of_somebody_nobody_knows_opens_a_case_without_a_person(self, counter, opened):
        counter.ask_for_erasure(NOBODY)
        counter.drain()

        counter.client.post(counter.link("request_to_confirm"))
        counter.drain()

        [case] = opened
        assert (case["subject_id"], case["found"]) == (None, [])

    def test_names_everybody_who_has_the_address(self, counter, opened):
        people = [counter.add_person(), counter.add_person(first_name="Konrad")]
        counter.ask_for_erasure()
        counter.drain()

        counter.client.post(counter.link("request_to_confirm"))
        counter.drain()

        assert {subject_id for subject_id, _ in opened[0]["found"]} == set(people)

    def test_that_objects_too_stops_advertising_before_it_is_confirmed(self, counter, opened):
        person = counter.add_person()

        counter.ask_for_erasure(objects_too="1")
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert sorted(kind for kind, _ in counter.mails()) == ["objection_confirmed", "request_to_confirm"]
        counter.client.post(counter.link("request_to_confirm"))
        counter.drain()
        assert [case["objects_too"] for case in opened] == [True]

    def test_made_many_times_is_answered_once_and_counts_from_the_first_day(self, counter, opened):
        for _ in range(6):
            counter.ask_for_erasure()
            counter.drain()
            counter.clock.advance(timedelta(hours=10))
        asked = len(counter.mails())

        counter.client.post(counter.link("request_to_confirm"))
        counter.drain()

        assert asked < 7
        assert [case["received_on"] for case in opened] == [date(2026, 11, 23)]
        assert counter.count(PendingRequest) == 0

    def test_repeats_nothing_of_what_was_typed_in_its_mail(self, counter):
        """A stranger could have typed it, and the portal is no way to write to people."""
        counter.ask_for_erasure(name="Besuchen Sie http://boese.example", message="Gewinn! http://boese.example")
        counter.drain()

        [(_, letter)] = counter.mails()
        assert "boese" not in letter["text"] + letter["subject"]

    def test_is_confirmed_within_fourteen_days_and_not_a_second_later(self, counter, opened):
        counter.ask_for_erasure()
        counter.drain()
        link = counter.link("request_to_confirm")

        counter.clock.advance(timedelta(days=14, seconds=-1))
        assert counter.client.get(link).status_code == 200
        counter.clock.advance(timedelta(seconds=1))

        assert counter.client.post(link).status_code == 404
        assert (counter.drain(), opened) == (0, [])

    def test_that_was_confirmed_in_time_counts_though_the_worker_stood_still_for_weeks(self, counter, opened):
        """Art. 12(3) DSGVO: the run of the Löschkonzept and the hourly clearing come before the worker has read the letterbox."""
        counter.ask_for_erasure()
        counter.drain()
        counter.clock.advance(timedelta(days=13, hours=12))
        assert counter.client.post(counter.link("request_to_confirm")).status_code == 200

        counter.clock.advance(timedelta(days=21))
        counter.lapse()
        assert counter.forget() == {}
        counter.drain()

        assert [case["received_on"] for case in opened] == [date(2026, 11, 23)]

    def test_goes_with_the_run_of_the_day_after_its_last(self, counter):
        """RET-02; the last day of a period belongs to it (BGB §§ 187, 188)."""
        counter.ask_for_erasure()
        counter.drain()

        counter.clock.advance(timedelta(days=14))
        assert counter.forget() == {}
        assert counter.count(PendingRequest) == 1
        counter.clock.advance(timedelta(days=1))

        assert counter.forget() == {"RET-02": 1}
        assert counter.count(PendingRequest) == 0


class TestConfirmation:
    def test_does_nothing_when_a_mail_scanner_opens_the_link(self, counter, opened):
        counter.ask_for_erasure()
        counter.drain()
        link = counter.link("request_to_confirm")

        pages = [counter.client.get(link), counter.client.head(link)]
        counter.drain()

        assert [page.status_code for page in pages] == [200, 200]
        assert opened == []

    def test_pressed_fifty_times_at_once_has_one_effect(self, counter, opened):
        counter.ask_for_erasure()
        counter.drain()
        link = counter.link("request_to_confirm")
        answers = []
        app = create_app(counter.portal)

        pressing = [threading.Thread(target=lambda: answers.append(app.test_client().post(link).status_code)) for _ in range(50)]
        for thread in pressing:
            thread.start()
        for thread in pressing:
            thread.join()

        assert answers == [200] * 50
        assert counter.waiting() == 1
        counter.drain()
        assert len(opened) == 1

    def test_of_a_token_that_was_used_or_made_up_or_is_for_something_else_meets_one_calm_page(self, counter, opened):
        counter.ask_for_erasure()
        counter.drain()
        link = counter.link("request_to_confirm")
        counter.client.post(link)
        token = link.rpartition("/")[2]

        pages = [counter.client.get(path) for path in (link, "/b/erfunden", f"/c/{token}", f"/s/{token}", f"/o/{token}")]

        assert {page.status_code for page in pages} == {404}
        assert len({page.text.replace(token, "").replace("erfunden", "") for page in pages}) <= len(pages)
        assert all("Dieser Link ist nicht mehr gültig" in page.text for page in pages)

    def test_comes_from_the_configured_origin_whatever_the_host_header_says(self, counter):
        counter.client.post("/erasure", data={"email": PERSON}, headers={"Host": "boese.example"})
        counter.drain()

        assert counter.link("request_to_confirm").startswith("/b/")
        assert "boese.example" not in counter.mails()[0][1]["text"]


class TestStatus:
    def test_says_number_days_and_where_it_is_without_any_key(self, counter):
        counter.add_person()
        token = add_case(counter, state=CaseState.COOLING)

        page = counter.client.get(f"/s/{token}").text

        for shown in ("2026-0001", "23.11.2026", "23.12.2026", "Es ist entschieden, dass wir löschen.", "26.11.2026"):
            assert shown in page

    @pytest.mark.parametrize("state", CaseState)
    def test_has_words_for_every_state(self, counter, state):
        counter.add_person()

        assert counter.client.get(f"/s/{add_case(counter, state=state)}").status_code == 200


def add_case(counter, *, state):
    """Put a case into the database as the desk would, for the page that only reads it."""
    now, case_id = counter.clock.now(), new_id()
    person = counter.add_person(email="fall@example.com")
    with counter.database.writing() as session:
        session.add(
            RequestCase(
                id=case_id, number="2026-0001", subject_id=person, kind=CaseKind.ERASURE, way=CaseWay.PORTAL, language="de",
                received_on=date(2026, 11, 23), due_on=date(2026, 12, 23), state=state, identity=Identity.MAIL_CONFIRMED,
                objects_too=False, opened_at=now, opened_by="system:intake", execute_at=now + timedelta(days=3), sealed_request=b"-",
            )
        )  # fmt: skip
        return links.issue(session, kind=LinkKind.STATUS, subject_id=person, request_id=case_id, now=now)
