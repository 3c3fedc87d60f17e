"""The calendar feed: a secret address, companies and never people, and nothing once it is revoked."""

import re

import pytest

from crm.actor import Role
from crm.models.erasure import ErasureCause
from crm.privacy import objection
from crm.privacy.erasure import job, run
from crm.privacy.objection import Heard, Objection
from crm.services.accounts import user_changes
from tests.functional.web.test_activities import plan
from tests.support.staff import ADMIN


def issued(member):
    """Return the path of a new address, as the page shows it once."""
    page = member.send("/account/calendar").text
    return re.search(r"/calendar/[\w-]+\.ics", page).group()


@pytest.fixture
def outside(app):
    """A calendar program: it knows an address and has signed in nowhere."""
    return app.test_client()


def test_titles_an_event_with_the_company_and_names_no_person(house, sales, outside):
    subject_id = house.take_in(company_id=house.add_company("Muster; Söhne GmbH"))
    plan(sales, f"person={subject_id}", text="Frau Wehmeier anrufen", due_on="2026-12-01", due_time="14:30")

    answer = outside.get(issued(sales))

    assert answer.mimetype == "text/calendar"
    assert "SUMMARY:Anruf: Muster\\; Söhne GmbH\r\n" in answer.text
    assert "DTSTART:20261201T133000Z\r\n" in answer.text
    assert "Wehmeier" not in answer.text


def test_says_of_a_sole_trader_and_of_a_private_person_only_what_is_to_be_done(house, sales, outside):
    """Art. 4(1) DSGVO."""
    plan(sales, f"company={house.add_sole_trader('Malerei Huber')}")
    plan(sales, f"person={house.take_in()}", kind="meeting")

    calendar = outside.get(issued(sales)).text

    assert sorted(re.findall(r"SUMMARY:(.*)\r\n", calendar)) == ["Anruf", "Treffen"]
    assert "Huber" not in calendar


class TestWhoseDataMayNotBeUsed:
    """Art. 17(1), 18(1), 21(1) DSGVO: what the page of activities hides is not outside of the house either."""

    @pytest.fixture
    def subject_id(self, house, sales):
        subject_id = house.take_in(company_id=house.add_company("Alpha GmbH"))
        plan(sales, f"person={subject_id}", text="Frau Wehmeier anrufen")
        plan(sales, f"company={house.add_company('Beta GmbH')}")
        return subject_id

    def titles(self, sales, outside):
        return re.findall(r"SUMMARY:(.*)\r\n", outside.get(issued(sales)).text)

    def test_is_in_the_calendar_while_they_may(self, sales, outside, subject_id):
        assert sorted(self.titles(sales, outside)) == ["Anruf: Alpha GmbH", "Anruf: Beta GmbH"]

    def test_is_not_there_once_they_are_restricted(self, house, sales, outside, subject_id):
        house.restrict(subject_id)

        assert self.titles(sales, outside) == ["Anruf: Beta GmbH"]

    def test_is_not_there_once_they_objected(self, house, sales, outside, subject_id):
        with house.database.writing() as session:
            against = [(subject_id, Objection("business_contact"))]
            objection.raise_many(session, against, origin=Heard.LETTER, actor=ADMIN, now=house.now)

        assert self.titles(sales, outside) == ["Anruf: Beta GmbH"]

    def test_is_not_there_once_they_are_erased(self, house, sales, outside, subject_id):
        with house.database.writing() as session:
            job.order(session, subject_id=subject_id, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=run.KEEPER, now=house.now)

        assert self.titles(sales, outside) == ["Anruf: Beta GmbH"]


def test_is_entered_as_a_reading_that_discloses_nobody(house, sales, outside):
    plan(sales, f"person={house.take_in()}")
    path = issued(sales)
    before = len(house.entries("people:listed"))

    outside.get(path)

    assert len(house.entries("calendar:read")) == 1
    assert sales.member.pseudonym in house.entries("calendar:read")[0]
    assert len(house.entries("people:listed")) == before


def test_holds_only_what_its_owner_has_to_do(house, sales, colleague, outside):
    other = colleague(Role.SALES, "Mert Özdemir")
    plan(other, f"company={house.add_company('Alpha GmbH')}")

    assert "BEGIN:VEVENT" not in outside.get(issued(sales)).text


def test_opens_nothing_once_it_is_revoked_or_replaced(house, sales, outside):
    first = issued(sales)
    second = issued(sales)
    assert (outside.get(first).status_code, outside.get(second).status_code) == (404, 200)

    assert "Adresse widerrufen" in sales.get("/account").text
    sales.send("/account/calendar/revoke")

    assert outside.get(second).status_code == 404
    assert "Adresse widerrufen" not in sales.get("/account").text
    assert len(house.entries("account:calendar_link_revoked")) == 1


def test_opens_nothing_for_an_account_that_is_disabled(house, sales, outside):
    path = issued(sales)
    with house.database.writing() as session:
        user_changes.disable(session, account_id=sales.member.id, actor=ADMIN, now=house.now)

    assert outside.get(path).status_code == 404


def test_is_kept_as_a_hash_alone(house, sales):
    token = issued(sales).partition("/calendar/")[2].removesuffix(".ics")

    assert token not in str(house.snapshot()["calendar_link"])


def test_is_not_offered_to_roles_without_activities(colleague):
    accounting = colleague(Role.ACCOUNTING)

    assert "/account/calendar" not in accounting.get("/account").text
    assert accounting.send("/account/calendar").status_code == 403


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "ä"])
def test_a_guess_finds_nothing(outside, token):
    assert outside.get(f"/calendar/{token}.ics").status_code in {404, 422}
