"""The call screen: one field, one banner, what is open; and nothing told before somebody says how they recognised the caller."""

from datetime import timedelta

import pytest

from crm.actor import Role
from crm.models.contact import Note
from crm.models.ticket import Ticket, TicketEntry
from tests.functional.web.conftest import FIELDS, begin_to_work, error_at, hidden
from tests.functional.web.serving import add_invoice, add_ticket


@pytest.fixture
def service(colleague):
    return colleague(Role.SERVICE)


@pytest.fixture
def caller(house):
    company = house.add_company("Lahntal Papier GmbH")
    person = house.take_in("service", "contract_person", company_id=company)
    add_invoice(house, "R-2026-3391", company_id=company)
    return person


def screen(service, caller):
    return service.get(f"/call?person={caller}")


def recognise(service, caller, by):
    return service.send("/call/recognised", {"person": caller, "by": by, "purpose": "service"}, follow_redirects=True)


def noted(service, caller, **fields):
    page = screen(service, caller)
    return service.send(
        "/call/note", {"person": caller, "token": hidden(page, "token"), "purpose": "service", "text": "Tropft.", "ticket": "new", **fields}
    )


class TestFinding:
    @pytest.mark.parametrize("words", [FIELDS["phone"], "r-2026-3391"])
    def test_a_number_leads_to_open_invoices_at_once(self, service, caller, words):
        page = service.send("/call", {"q": words}, follow_redirects=True)

        assert "R-2026-3391" in page.text
        assert "1.190,00\u00a0€" in page.text
        assert "16 Tage überfällig" in page.text

    def test_a_name_never_stands_in_the_address(self, service, caller):
        assert "ehmeier" not in service.send("/call", {"q": "Wehmeier"}).location

    def test_of_several_hits_one_is_chosen(self, house, service, caller):
        other = house.take_in("service", fields={**FIELDS, "first_name": "Karl"})
        house.build_index()

        page = service.send("/call", {"q": "Wehmeier"}, follow_redirects=True)

        assert "2 Treffer" in page.text
        assert f"person={other}" in page.text
        assert "Offene Rechnungen" not in page.text

    def test_says_what_helps_where_nobody_is_found(self, service):
        assert "Kein Treffer." in service.send("/call", {"q": "0000"}, follow_redirects=True).text

    def test_says_why_where_the_door_keeps_the_caller(self, house, service, caller):
        house.restrict(caller)

        page = screen(service, caller)

        assert page.status_code == 409
        assert "Wehmeier" not in page.text


class TestVerifying:
    def test_a_banner_stands_until_one_click_says_how_and_the_log_has_it(self, house, service, caller):
        assert "Bitte nur aufnehmen, nichts mitteilen." in screen(service, caller).text

        page = recognise(service, caller, "invoice_number")

        assert "nichts mitteilen" not in page.text
        assert "Erkannt: Rechnungsnr. + Betrag" in page.text
        assert len(house.entries("caller:verified")) == 1

    def test_name_and_date_of_birth_are_not_offered(self, service, caller):
        page = screen(service, caller).text

        assert page.count('name="by"') == 4
        assert "birth" not in page

    def test_who_could_not_be_recognised_is_told_nothing(self, service, caller):
        assert "nichts mitteilen" in recognise(service, caller, "not_recognised").text

    def test_holds_for_one_caller_in_one_call(self, house, service, caller):
        other = house.take_in("service")
        recognise(service, caller, "callback")

        assert "nichts mitteilen" in screen(service, other).text
        service.send("/call/end")
        assert "nichts mitteilen" in screen(service, caller).text

    def test_a_way_that_does_not_exist_is_refused(self, house, service, caller):
        assert recognise(service, caller, "birth_date").status_code == 422
        assert house.entries("caller:verified") == []


class TestNoting:
    def test_opens_a_ticket_with_what_was_said(self, house, service, caller):
        answer = noted(service, caller, subject="Dichtung tropft", topic="fault")

        assert answer.status_code == 303
        assert house.count(Ticket) == house.count(TicketEntry) == 1

    def test_or_writes_a_note_where_no_ticket_is_wanted(self, house, service, caller):
        noted(service, caller, ticket="")

        assert (house.count(Note), house.count(Ticket)) == (1, 0)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"text": " "}, "text"),
            ({"subject": ""}, "subject"),
            ({"subject": "x" * 121}, "subject"),
            ({"topic": "moon", "subject": "x"}, "topic"),
            ({"ticket": "f" * 32}, "text"),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_loses_nothing(self, house, service, caller, wrong, field):
        answer = noted(service, caller, **{"text": "Tropft seit gestern.", **wrong})

        assert answer.status_code in {404, 422}
        assert (house.count(TicketEntry), house.count(Note)) == (0, 0)
        if answer.status_code == 422:
            assert error_at(answer, field)
            assert wrong.get("text", "Tropft seit gestern.").strip() in answer.text

    def test_a_ticket_of_somebody_else_is_refused(self, house, service, caller):
        theirs = add_ticket(house, subject_id=house.take_in("service"))

        assert error_at(noted(service, caller, ticket=theirs), "ticket")


def test_the_workplace_begins_with_the_field(service):
    page = service.get("/").text

    assert "Wer ruft an?" in page
    assert "Meine Tickets" in page
    assert "Überfällige Tickets" in page


def test_the_workplace_does_not_call_late_what_waits_for_the_customer(house, colleague, caller):
    agent = colleague(Role.SERVICE)
    ticket_id = add_ticket(house, subject_id=caller, owner_id=agent.member.id)
    agent.send(f"/tickets/{ticket_id}/move", {"state": "waiting", "version": "1", "purpose": "service"})
    house.clock.advance(timedelta(days=30))

    with agent.client.session_transaction() as cookie:
        cookie["_user_id"] = begin_to_work(house, agent.member, Role.SERVICE)
    page = agent.get("/").text

    assert "Dichtung tropft" in page
    assert "wartet auf den Kunden" in page
    assert "überfällig seit" not in page


def test_is_for_service_alone(sales, accounting):
    assert {each.get("/call").status_code for each in (sales, accounting)} == {403}
