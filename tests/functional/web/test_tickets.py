"""Tickets on their pages: what is late in words, replies that lose nothing, and conflicts that are shown."""

from datetime import timedelta

import pytest

from crm.actor import Role
from crm.mail import OutboxMessage
from crm.models.ticket import ReplyTemplate, Ticket, TicketEntry
from tests.functional.web.conftest import error_at, hidden
from tests.functional.web.serving import add_ticket


@pytest.fixture
def service(colleague):
    return colleague(Role.SERVICE)


@pytest.fixture
def person(house):
    return house.take_in("service")


def form_of(page, **fields):
    return {
        "token": hidden(page, "token"),
        "version": hidden(page, "version"),
        "purpose": "service",
        "kind": "reply",
        "way": "email",
        "text": "Wir kommen.",
        **fields,
    }


def say(service, ticket_id, **fields):
    return service.send(f"/tickets/{ticket_id}/say", form_of(service.get(f"/tickets/{ticket_id}"), **fields))


def opened(service, **fields):
    page = service.get("/tickets/new")
    return service.send(
        "/tickets/new", {"token": hidden(page, "token"), "purpose": "service", "subject": "Dichtung", "priority": "normal", **fields}
    )


class TestForm:
    def test_opens_a_ticket_for_a_company_found_by_its_name(self, house, service):
        house.add_company("Alpha GmbH", city="Ulm")

        answer = opened(service, company="Alpha GmbH · Ulm", topic="fault")

        page = service.get(answer.location).text
        assert "T-2026-00001: Dichtung" in page
        assert "Antwort bis" in page

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"subject": ""}, "subject"),
            ({"subject": "x" * 121}, "subject"),
            ({"company": ""}, "company"),
            ({"company": "Luftschloss AG"}, "company"),
            ({"person": "a" * 32}, "person"),
            ({"topic": "moon"}, "topic"),
            ({"priority": "moon"}, "priority"),
            ({"owner": "a" * 32}, "owner"),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_loses_nothing(self, house, service, wrong, field):
        house.add_company("Alpha GmbH")

        answer = opened(service, **{"company": "Alpha GmbH", "subject": "Dichtung <b>", **wrong})

        assert answer.status_code == 422
        assert error_at(answer, field)
        assert ("Dichtung &lt;b&gt;" in answer.text) is ("subject" not in wrong)
        assert house.count(Ticket) == 0

    def test_what_somebody_else_changed_is_laid_beside_what_was_typed(self, house, service, person):
        ticket_id = add_ticket(house, subject_id=person)
        mine = service.get(f"/tickets/{ticket_id}/edit")
        fields = {
            "version": hidden(mine, "version"),
            "purpose": "service",
            "was_subject": "Dichtung tropft",
            "was_topic": "fault",
            "was_priority": "normal",
            "was_owner": "",
            "topic": "fault",
            "priority": "normal",
            "owner": "",
        }
        assert service.send(f"/tickets/{ticket_id}/edit", {**fields, "subject": "Von der anderen"}).status_code == 303

        answer = service.send(f"/tickets/{ticket_id}/edit", {**fields, "subject": "Von mir"})

        assert answer.status_code == 409
        assert "Von der anderen" in answer.text
        assert "Von mir" in answer.text


class TestReply:
    def test_by_mail_is_on_its_way(self, house, service, person):
        answer = say(service, add_ticket(house, subject_id=person))

        assert "Die E-Mail ist auf dem Weg." in service.get(answer.location).text
        assert house.count(OutboxMessage) == 1

    def test_sent_twice_goes_out_once(self, house, service, person):
        ticket_id = add_ticket(house, subject_id=person)
        form = form_of(service.get(f"/tickets/{ticket_id}"))

        for _ in range(2):
            assert service.send(f"/tickets/{ticket_id}/say", form).status_code == 303

        assert house.count(OutboxMessage) == 1

    def test_to_a_company_goes_another_way_and_nothing_typed_is_lost(self, house, service):
        answer = say(service, add_ticket(house, company_id=house.add_company()))

        assert answer.status_code == 422
        assert "keine Person" in error_at(answer, "way")
        assert "Wir kommen." in answer.text

    def test_is_held_back_where_a_colleague_wrote_meanwhile(self, house, service, person):
        ticket_id = add_ticket(house, subject_id=person)
        form = form_of(service.get(f"/tickets/{ticket_id}"), text="Von mir.")
        say(service, ticket_id, way="phone", text="Von der Kollegin.")

        answer = service.send(f"/tickets/{ticket_id}/say", form)

        assert answer.status_code == 409
        assert "Von der Kollegin." in answer.text
        assert "Von mir." in answer.text
        assert house.count(OutboxMessage) == 0

    def test_names_words_of_special_categories_and_keeps_them_by_a_second_press(self, house, service, person):
        ticket_id = add_ticket(house, subject_id=person)

        first = say(service, ticket_id, way="phone", text="Sie ist schwanger.")
        assert "Gefunden:" in error_at(first, "text")
        second = service.send(
            f"/tickets/{ticket_id}/say", {**form_of(first, way="phone", text="Sie ist schwanger."), "seen": hidden(first, "seen")}
        )

        assert second.status_code == 303
        assert house.count(TicketEntry) == 1

    def test_takes_a_template_with_name_and_number_in_their_places(self, house, service, person):
        page = service.send(
            "/tickets/templates/new",
            {"title": "Eingang", "text_de": "Guten Tag {name}, zu {ticket}.", "text_en": "Hello {name}."},
            follow_redirects=True,
        )
        assert "Der Textbaustein ist gespeichert." in page.text
        ticket_id = add_ticket(house, subject_id=person)
        with house.database.reading() as session:
            code = session.query(ReplyTemplate).one().code

        answer = say(service, ticket_id, insert="1", template=f"{code}:de", text="Vorweg.")

        assert "Vorweg.\n\nGuten Tag Dr. Katharina Wehmeier, zu T-2026-00001." in answer.text
        assert house.count(TicketEntry) == 0


class TestTemplates:
    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"title": ""}, "title", "Bitte geben Sie dem Textbaustein einen Namen."),
            ({"text_en": " "}, "text_en", "in beiden Sprachen"),
            ({"text_de": "x" * 4001}, "text_de", "4000"),
            ({"text_de": "Guten Tag {vorname}"}, "text_de", "{vorname}"),
        ],
    )
    def test_say_at_the_field_what_is_wrong(self, house, service, wrong, field, sentence):
        answer = service.send("/tickets/templates/new", {"title": "Eingang", "text_de": "Guten Tag", "text_en": "Hello", **wrong})

        assert answer.status_code == 422
        assert sentence in error_at(answer, field)
        assert house.count(ReplyTemplate) == 0

    def test_changed_by_two_show_what_stands_there_now(self, house, service):
        fields = {"title": "Eingang", "text_de": "Guten Tag", "text_en": "Hello"}
        service.send("/tickets/templates/new", fields)
        with house.database.reading() as session:
            path = f"/tickets/templates/{session.query(ReplyTemplate).one().code}"
        service.send(path, {**fields, "text_de": "Von der anderen", "version": "1"})

        answer = service.send(path, {**fields, "text_de": "Von mir", "version": "1"})

        assert answer.status_code == 409
        assert "Von der anderen" in error_at(answer, "text_de")
        assert "Von mir" in answer.text
        assert service.send(f"{path}/remove").status_code == 303
        assert house.count(ReplyTemplate) == 0


class TestList:
    def test_says_in_words_what_is_late(self, house, colleague, person):
        add_ticket(house, subject_id=person, priority="urgent")
        house.clock.advance(timedelta(days=1))

        page = colleague(Role.SERVICE).get("/tickets?show=late").text

        assert "Antwort überfällig seit" in page or "Lösung überfällig seit" in page
        assert "Wehmeier" in page

    @pytest.mark.parametrize("query", ["?show=moon", "?after=" + "f" * 32, "?topic=moon", "?show=closed", "?show=waiting", "?show=open"])
    def test_answers_every_address_with_a_page_or_a_sentence(self, service, query):
        assert service.get(f"/tickets{query}").status_code in {200, 422}

    def test_shows_neutral_words_where_the_door_keeps_the_person(self, house, service, person):
        ticket_id = add_ticket(house, subject_id=person)
        house.restrict(person)

        page = service.get("/tickets?show=open").text

        assert "zeigt dieser Zweck nicht" in page
        assert "Wehmeier" not in page + service.get(f"/tickets/{ticket_id}").text


def test_a_state_is_changed_by_one_button(house, service, person):
    ticket_id = add_ticket(house, subject_id=person)

    page = service.send(f"/tickets/{ticket_id}/move", {"state": "closed", "version": "1", "purpose": "service"}, follow_redirects=True)

    assert "geschlossen am" in page.text
    assert service.send(f"/tickets/{ticket_id}/move", {"state": "open", "version": "1", "purpose": "service"}).status_code == 409


def test_is_for_service_alone(sales, accounting):
    assert {each.get("/tickets").status_code for each in (sales, accounting)} == {403}
