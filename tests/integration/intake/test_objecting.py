"""Werbewiderspruch through the portal (Art. 21(2), (3) DSGVO)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.ledger import tables as ledger_tables
from crm.mail import Letter
from crm.mail.message import to_mime
from crm.models.intake import IntakeKind, IntakeMessage, LinkKind
from crm.models.lawfulness import ObjectionEvent
from crm.privacy import consent, intake, links
from crm.privacy.intake import letterbox, way_out
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Channel
from crm.vault import Right
from tests.integration.intake.conftest import NOBODY, PERSON
from tests.integration.privacy.people import SALES


class TestKnownAddress:
    def test_stops_every_advertising_purpose_and_no_other(self, counter):
        person = counter.add_person()
        with counter.database.writing() as session:
            consent.give(
                session, subject_id=person, purpose="newsletter", channel=Channel.EMAIL, wording="Ja.", language="de",
                evidence={"Weg": "Formular"}, given_at=counter.clock.now(), actor=SALES, now=counter.clock.now(),
            )  # fmt: skip

        counter.object(PERSON)
        counter.drain()

        assert counter.standing(person, "sales_approach") is Standing.OBJECTED
        assert counter.standing(person, "newsletter") is Standing.OBJECTED
        assert counter.standing(person, "business_contact") is Standing.ALLOWED

    def test_stops_it_for_everybody_who_has_the_address_however_it_is_written(self, counter):
        people = [counter.add_person(), counter.add_person(first_name="Konrad", email=PERSON.upper())]
        other = counter.add_person(first_name="Jemand", last_name="Anders", email="anders@example.com")

        counter.object(f"  {PERSON.title()} ")
        counter.drain()

        assert [counter.standing(each) for each in people] == [Standing.OBJECTED] * 2
        assert counter.standing(other) is Standing.ALLOWED

    def test_is_kept_on_the_suppression_list_for_good_and_in_the_journal(self, counter):
        person = counter.add_person()

        counter.object(PERSON)
        counter.drain()

        [entry] = counter.suppressed()
        assert (entry.channel, entry.reason, entry.until) == ("email", "objection_6_1_f", None)
        journal = [(each.right, each.subject_id, each.tag) for each in counter.runtime.vault.read_rights()]
        assert journal == [(Right.OBJECTION, person, None), (Right.OBJECTION, None, entry.tag)]

    def test_gets_a_mail_that_says_what_is_kept_why_and_until_when_post_may_come(self, counter):
        counter.add_person()

        counter.object(PERSON)
        counter.drain()

        [(kind, letter)] = counter.mails()
        assert (kind, letter["to"]) == ("objection_confirmed", PERSON)
        assert "bis 30.11.2026 ankommen" in letter["text"]
        assert "Abdruck dieser Adresse auf unserer Sperrliste" in letter["text"]
        assert f"{counter.runtime.settings.portal_origin}/c/" in letter["text"]

    def test_gets_its_mail_in_the_language_of_the_page(self, counter):
        counter.add_person()
        counter.client.get("/language/en")

        counter.object(PERSON)
        counter.drain()

        [(_, letter)] = counter.mails()
        assert letter["subject"] == "No more advertising: your objection is in effect"
        assert "until 30 November 2026" in letter["text"]

    def test_leaves_entries_that_say_what_happened_and_not_to_which_address(self, counter):
        person = counter.add_person()

        counter.object(PERSON)
        counter.drain()

        with counter.database.reading() as session:
            entries = session.execute(select(ledger_tables.entry.c.action, ledger_tables.entry.c.subject_id)).all()
        assert ("objection:raised", person) in entries
        assert {"objection:received", "address:suppressed"} <= {act for act, _ in entries}


class TestUnknownAddress:
    def test_is_kept_as_keyed_hash_until_a_day_and_then_goes(self, counter):
        counter.object(NOBODY)
        counter.drain()

        [entry] = counter.suppressed()
        assert entry.until == counter.clock.now() + timedelta(days=30)
        counter.clock.advance(timedelta(days=30, seconds=-1))
        counter.lapse()
        assert len(counter.suppressed()) == 1

        counter.clock.advance(timedelta(seconds=1))
        counter.lapse()

        assert counter.suppressed() == []

    def test_stays_for_good_when_the_button_in_the_mail_is_pressed(self, counter):
        counter.object(NOBODY)
        counter.drain()
        link = counter.link("objection_unknown")

        counter.client.get(link)
        assert counter.waiting() == 0
        counter.client.post(link)
        counter.drain()

        [entry] = counter.suppressed()
        assert entry.until is None

    def test_stays_for_good_when_somebody_we_know_has_it_meanwhile_and_objects(self, counter):
        counter.object(NOBODY)
        counter.drain()
        person = counter.add_person(email=NOBODY)

        counter.object(NOBODY)
        counter.drain()

        assert [entry.until for entry in counter.suppressed()] == [None]
        assert counter.standing(person) is Standing.OBJECTED


class TestSameAnswer:
    """No yes/no oracle: the code path is compared, not clocks."""

    def test_is_given_to_known_and_unknown_addresses_after_the_same_statements(self, counter, statements):
        counter.add_person()

        known = counter.object(PERSON).text.replace(PERSON, "")
        said_for_known = list(statements)
        statements.clear()
        unknown = counter.object(NOBODY).text.replace(NOBODY, "")

        assert known == unknown
        assert said_for_known == statements

    @pytest.mark.parametrize("send", ["object", "ask_for_erasure"])
    def test_comes_without_a_look_at_people(self, counter, statements, send):
        counter.add_person()

        getattr(counter, send)(PERSON)

        tables = {word.strip('"(),') for statement in statements for word in statement.split()}
        assert {"intake_key", "intake_message"} <= tables
        assert not tables & {"lookup", "contact", "subject", "suppression_entry", "objection_event", "pending_request", "personal_link"}

    def test_leaves_rows_of_one_length(self, counter):
        for address in (PERSON, NOBODY):
            counter.object(address)

        with counter.database.reading() as session:
            assert len({len(sealed) for sealed in session.scalars(select(IntakeMessage.sealed_message))}) == 1


class TestFlood:
    @pytest.mark.slow
    def test_of_ten_thousand_takes_effect_once_and_holds_up_nobody(self, counter):
        victim, genuine = counter.add_person(), counter.add_person(first_name="Echt", email="echt@example.com")
        with counter.database.writing() as session:
            for number in range(10_000):
                address = "echt@example.com" if number == 7_000 else PERSON
                drop_in(session, counter, {"email": address})

        drained = counter.drain()

        assert (drained, counter.waiting()) == (10_000, 0)
        assert counter.acts() == ["raised", "raised"]
        assert [counter.standing(each) for each in (victim, genuine)] == [Standing.OBJECTED] * 2
        assert len([letter for _, letter in counter.mails() if letter["to"] == PERSON]) <= 3

    def test_of_one_day_leaves_a_mail_for_a_request_that_needs_it(self, counter):
        counter.add_person()
        for _ in range(5):
            counter.object(PERSON)
            counter.drain()

        for _ in range(5):
            counter.ask_for_erasure(PERSON)
            counter.drain()

        assert [kind for kind, _ in counter.mails()].count("request_to_confirm") == 1
        assert len(counter.mails()) == 3

    def test_of_yesterday_takes_no_mail_of_today(self, counter):
        for _ in range(5):
            counter.object(NOBODY)
            counter.drain()
        before = len(counter.mails())

        counter.clock.advance(timedelta(days=1))
        counter.object(NOBODY)
        counter.drain()

        assert len(counter.mails()) == before + 1


class TestLink:
    """Personal links; List-Unsubscribe by RFC 8058."""

    @pytest.fixture
    def person(self, counter):
        return counter.add_person()

    @pytest.fixture
    def token(self, counter, person):
        with counter.database.writing() as session:
            return links.issue(session, kind=LinkKind.OBJECT, subject_id=person, now=counter.clock.now())

    @pytest.mark.parametrize("letter", ["o", "u"])
    def test_does_nothing_when_a_mail_scanner_opens_it(self, counter, person, token, letter):
        page = counter.client.get(f"/{letter}/{token}")
        counter.drain()

        assert page.status_code == 200
        assert page.text.count("<button") == 1
        assert counter.standing(person) is Standing.ALLOWED

    @pytest.mark.parametrize(("letter", "form"), [("o", {}), ("u", {"List-Unsubscribe": "One-Click"})])
    def test_stops_advertising_at_the_press_of_its_button_for_the_address_too(self, counter, person, token, letter, form):
        answer = counter.client.post(f"/{letter}/{token}", data=form)
        counter.drain()

        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
        assert counter.standing(person) is Standing.OBJECTED
        assert len(counter.suppressed()) == 1
        assert [kind for kind, _ in counter.mails()] == ["objection_confirmed"]

    def test_asks_before_it_acts_when_the_one_click_form_is_not_what_the_standard_says(self, counter, person, token):
        counter.client.post(f"/u/{token}", data={"List-Unsubscribe": "maybe"})
        counter.drain()

        assert counter.standing(person) is Standing.ALLOWED

    def test_is_the_button_of_the_mail_program_in_a_letter_that_advertises(self, counter, person):
        settings, now = counter.runtime.settings, counter.clock.now()
        with counter.database.writing() as session:
            letter = way_out.add_to(session, Letter(PERSON, "Angebot", "Guten Tag"), subject_id=person, settings=settings, now=now)
        counter.clock.advance(timedelta(days=4_000))

        written = to_mime(letter, sender="lethe@example.com", message_id="<1@example.com>", now=now)
        [address] = re.fullmatch(rf"<{settings.portal_origin}(/u/\S+)>", written["List-Unsubscribe"]).groups()
        name, value = written["List-Unsubscribe-Post"].split("=")
        assert counter.client.post(address, data={name: value}).status_code == 200
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED

    def test_works_as_often_as_it_is_pressed(self, counter, token):
        for _ in range(2):
            assert counter.client.post(f"/o/{token}").status_code == 200
            counter.drain()

        assert counter.acts() == ["raised"]

    def test_works_for_somebody_without_an_address(self, counter):
        person = counter.add_person(email="")
        with counter.database.writing() as session:
            token = links.issue(session, kind=LinkKind.OBJECT, subject_id=person, now=counter.clock.now())

        counter.client.post(f"/o/{token}")
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert (counter.suppressed(), counter.mails()) == ([], [])

    def test_is_stored_as_hash_alone(self, counter, token):
        with counter.database.reading() as session:
            found = links.find(session, token=token)

        assert found.token_hash == links.hash_of(token)
        assert token.encode() not in found.token_hash


class TestCorrection:
    """Somebody else typed the address."""

    def test_takes_back_exactly_what_that_message_brought_about(self, counter):
        person = counter.add_person()
        with counter.database.writing() as session:
            row = {"subject_id": person, "scope": "direct_marketing", "channel": "phone", "act": "raised", "origin": "Telefonat"}
            session.add(ObjectionEvent(**row, effective_at=counter.clock.now(), recorded_at=counter.clock.now()))
        counter.object(PERSON)
        counter.drain()
        assert counter.standing(person) is Standing.OBJECTED

        counter.client.post(counter.link("objection_confirmed"))
        counter.drain()

        assert counter.standing(person) is Standing.ALLOWED
        assert counter.standing(person, "phone_advertising") is Standing.OBJECTED
        assert counter.suppressed() == []
        ended = list(counter.runtime.vault.read_rights())[-2:]
        assert [each.right for each in ended] == [Right.OBJECTION_LIFTED] * 2
        (corrected,) = [each.objection for each in ended if each.subject_id]
        assert (corrected.act, corrected.channel) == ("corrected", None) and corrected.origin.startswith("Portal ")

    def test_leaves_what_was_objected_to_before_and_what_was_objected_to_since(self, counter):
        before, since = counter.add_person(), counter.add_person(first_name="Konrad")
        with counter.database.writing() as session:
            act = {"scope": "direct_marketing", "channel": None, "act": "raised", "origin": "Brief"}
            times = {"effective_at": counter.clock.now(), "recorded_at": counter.clock.now()}
            session.add(ObjectionEvent(subject_id=before, **act, **times))
        counter.object(PERSON)
        counter.drain()
        with counter.database.writing() as session:
            session.add(ObjectionEvent(subject_id=since, **act, **times))

        counter.client.post(counter.link("objection_confirmed"))
        counter.drain()

        assert [counter.standing(each) for each in (before, since)] == [Standing.OBJECTED] * 2

    def test_does_nothing_on_a_look_and_works_once(self, counter):
        counter.add_person()
        counter.object(PERSON)
        counter.drain()
        link = counter.link("objection_confirmed")

        counter.client.get(link)
        assert counter.waiting() == 0
        assert [counter.client.post(link).status_code for _ in range(2)] == [200, 200]
        assert counter.waiting() == 1
        counter.drain()

        assert counter.acts() == ["raised", "corrected"]
        assert counter.client.get(link).status_code == 404

    def test_says_after_an_erasure_what_became_of_the_data_and_undoes_nothing(self, counter):
        person = counter.add_person()
        counter.object(PERSON)
        counter.drain()
        link = counter.link("objection_confirmed")
        counter.erase(person)

        pages = [counter.client.get(link), counter.client.post(link)]
        counter.drain()

        for page in pages:
            assert page.status_code == 410
            assert "Ihre Daten sind inzwischen gelöscht" in page.text
            assert "Steht Ihre Adresse auf unserer Sperrliste, bleibt sie dort" in page.text
            assert "<button" not in page.text
        assert (counter.acts(), len(counter.suppressed())) == (["raised"], 1)
        assert counter.client.get(link + "x").status_code == 404

    def test_works_while_somebody_who_shares_the_address_is_left(self, counter):
        gone, left = counter.add_person(), counter.add_person(first_name="Konrad")
        counter.object(PERSON)
        counter.drain()
        link = counter.link("objection_confirmed")
        counter.erase(gone)

        assert counter.client.post(link).status_code == 200
        counter.drain()

        assert counter.standing(left) is Standing.ALLOWED

    def test_is_possible_until_its_last_moment_and_not_after(self, counter):
        counter.add_person()
        counter.object(PERSON)
        counter.drain()
        link = counter.link("objection_confirmed")

        counter.clock.advance(timedelta(days=30, seconds=-1))
        assert counter.client.get(link).status_code == 200
        counter.clock.advance(timedelta(seconds=1))

        assert counter.client.post(link).status_code == 404
        assert counter.waiting() == 0


def drop_in(session, counter, message, kind=IntakeKind.OBJECTION):
    return letterbox.receive(session, kind=kind, message=message, link_hash=None, language="de", now=counter.clock.now())


def test_lapsing_counts_what_went(counter):
    for address in (NOBODY, "noch.jemand@example.org"):
        counter.object(address)
    counter.ask_for_erasure(PERSON)
    counter.drain()

    counter.clock.advance(timedelta(days=30))

    assert counter.lapse() == 2
    assert counter.lapse() == 0
    assert intake.drain(counter.database, settings=counter.runtime.settings, now=counter.clock.now()) == 0
