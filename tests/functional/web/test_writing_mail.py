"""A mail to one person: by the lawful way, kept as a note, answered to whoever wrote it."""

import pytest
from sqlalchemy import select

from crm import mail
from crm.actor import Role
from crm.models.contact import Note
from crm.privacy import post
from tests.functional.web.conftest import error_at, hidden
from tests.support.mail_server import MailServer

SENT = {"subject": "Ihr Angebot", "text": "Guten Tag,\n\nanbei die Zahlen."}


def write(member, person, **fields):
    page = member.get(f"/contacts/{person}/mail")
    form = {"token": hidden(page, "token"), "purpose": hidden(page, "purpose"), "seen": hidden(page, "seen"), **SENT}
    return member.send(f"/contacts/{person}/mail", {**form, **fields})


def deliver(house):
    server = MailServer()
    post.deliver(house.database, server, sender="crm@muster.example", now=house.now)
    return server.taken


class TestSend:
    def test_reaches_the_person_and_is_kept_as_a_note(self, house, sales):
        person = house.take_in()

        sent = write(sales, person)

        assert sent.status_code == 303
        [letter] = deliver(house)
        assert (letter["To"], letter["Subject"]) == ("wehmeier@example.com", "Ihr Angebot")
        assert letter["Reply-To"] == "sales.brandt@example.com"
        assert "anbei die Zahlen" in letter.get_content()
        assert "anbei die Zahlen" in sales.get(f"/contacts/{person}").text

    def test_twice_sends_once(self, house, sales):
        person = house.take_in()
        page = sales.get(f"/contacts/{person}/mail")
        form = {"token": hidden(page, "token"), "purpose": hidden(page, "purpose"), **SENT}

        sales.send(f"/contacts/{person}/mail", form)
        sales.send(f"/contacts/{person}/mail", form)

        assert len(deliver(house)) == 1
        assert house.count(Note) == 1

    @pytest.mark.parametrize(
        ("wrong", "field", "other"),
        [({"subject": " "}, "subject", "text"), ({"subject": "x" * 151}, "subject", "subject"), ({"text": " "}, "text", "subject")],
    )
    def test_that_cannot_be_taken_keeps_what_was_typed(self, house, sales, wrong, field, other):
        refused = write(sales, house.take_in(), **wrong)

        assert refused.status_code == 422
        assert error_at(refused, field)
        assert {**SENT, **wrong}[other].strip() in refused.text
        assert deliver(house) == []
        assert house.count(Note) == 0

    def test_that_is_too_long_is_not_called_a_note(self, house, sales):
        for text in ("x" * 20_001, " "):
            refused = write(sales, house.take_in(), text=text)

            assert refused.status_code == 422
            assert "Notiz" not in error_at(refused, "text")

    def test_with_words_of_special_categories_goes_only_when_meant(self, house, sales):
        person = house.take_in()
        text = "Gute Besserung, da Sie krank sind."

        first = write(sales, person, text=text)
        assert first.status_code == 409
        assert "krank" in error_at(first, "text")
        form = {"token": hidden(first, "token"), "purpose": hidden(first, "purpose"), "seen": hidden(first, "seen")}
        second = sales.send(f"/contacts/{person}/mail", {**form, "subject": "Besserung", "text": text})

        assert second.status_code == 303
        assert len(deliver(house)) == 1

    def test_waiting_goes_with_the_person(self, house, sales):
        person = house.take_in()
        write(sales, person)

        with house.database.reading() as session:
            [waiting] = session.scalars(select(mail.OutboxMessage.subject_id))

        assert waiting == person


class TestWays:
    def test_lead_here_where_a_mail_is_lawful(self, house, sales):
        person = house.take_in()

        assert f'href="/contacts/{person}/mail"' in sales.get(f"/contacts/{person}").text

    def test_stay_open_for_matters_after_an_objection_to_advertising(self, house, sales):
        person = house.take_in()
        house.object_to_marketing(person)

        assert write(sales, person).status_code == 303

    def test_are_closed_for_advertising(self, house, sales):
        person = house.take_in("business_contact", "sales_approach")
        sales.work_for("sales_approach")

        refused = sales.get(f"/contacts/{person}/mail")

        assert refused.status_code == 422
        assert "Werbung läuft über Kampagnen" in refused.text

    def test_are_closed_without_an_address(self, house, sales):
        person = house.take_in(fields={"last_name": "Adler"})

        refused = sales.get(f"/contacts/{person}/mail")

        assert refused.status_code == 422
        assert "keine E-Mail-Adresse hinterlegt" in refused.text

    def test_are_closed_to_somebody_restricted(self, house, sales):
        person = house.take_in()
        page = sales.get(f"/contacts/{person}/mail")
        house.restrict(person)

        form = {"token": hidden(page, "token"), "purpose": hidden(page, "purpose"), **SENT}
        assert sales.send(f"/contacts/{person}/mail", form).status_code == 409
        assert deliver(house) == []

    def test_are_no_business_of_accounting(self, house, colleague):
        person = house.take_in("contract_person")

        assert colleague(Role.ACCOUNTING).get(f"/contacts/{person}/mail").status_code == 403
