"""The contact page: what may be seen and why, what may be done, until when."""

import re
from contextlib import closing
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import update

from crm.actor import Role
from crm.models.consent import ConsentEvent
from crm.models.contact import Contact, Note
from crm.models.erasure import ErasureCause
from crm.models.lawfulness import ObjectionEvent
from crm.portal import create_app as create_portal
from crm.privacy import audit, intake, objection, post
from crm.privacy.actions import Action
from crm.privacy.erasure import job, run
from crm.privacy.purposes import Channel
from crm.runtime import PortalRuntime
from tests.functional.web.conftest import ACTOR, FIELDS, error_at, hidden, shown_fields, strip_number, strip_text
from tests.functional.web.serving import add_invoice, add_ticket
from tests.support.mail_server import MailServer


def words_of(answer):
    """Return the text of the page without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


class TestFields:
    def test_are_those_of_the_purpose_and_as_many_as_the_strip_says(self, house, sales):
        person = house.take_in("business_contact", "sales_approach")

        business = sales.get(f"/contacts/{person}")
        assert shown_fields(business) == set(FIELDS)
        assert strip_number(business) == len(FIELDS) == 13

        sales.work_for("sales_approach")
        approach = sales.get(f"/contacts/{person}")
        denied = {"email", "phone", "mobile"}
        assert shown_fields(approach) == set(FIELDS) - denied
        assert strip_number(approach) == 10
        for name in denied:
            assert FIELDS[name] not in approach.text

    def test_are_joined_by_where_they_came_from_if_the_purpose_opens_that(self, house, sales, accounting):
        person = house.take_in("business_contact", "legal_retention")

        assert "Fachmesse Kassel" in sales.get(f"/contacts/{person}").text
        accounting.work_for("legal_retention")
        kept = accounting.get(f"/contacts/{person}")
        assert kept.status_code == 200
        assert "Fachmesse Kassel" not in kept.text

    def test_that_are_empty_are_absent(self, house, sales):
        person = house.take_in(fields={"last_name": "Kurz"})

        answer = sales.get(f"/contacts/{person}")

        assert shown_fields(answer) == {"last_name"}
        assert strip_number(answer) == 1
        assert "Straße" not in answer.text

    def test_that_are_empty_do_not_count_as_closed_on_the_page_nor_in_its_form(self, house, sales):
        person = house.take_in(fields={"first_name": "Mia", "last_name": "Kurz"})

        page, form = sales.get(f"/contacts/{person}"), sales.get(f"/contacts/{person}/edit")

        assert strip_text(page) == strip_text(form) == "Der Zweck öffnet 13 von 14 Feldern, 11 davon sind leer"

    def test_that_a_refused_form_sends_back_leave_the_strip_as_it_was(self, house, sales):
        person = house.take_in(fields={"last_name": "Kurz"})
        form = sales.get(f"/contacts/{person}/edit")
        sent = {"was_last_name": "Kurz", "last_name": "Kurz", "email": "keine", "version": hidden(form, "version")}

        answer = sales.send(f"/contacts/{person}/edit", {**sent, "purpose": "business_contact"})

        assert answer.status_code == 422
        assert strip_text(answer) == strip_text(form)

    def test_made_of_markup_are_text(self, house, sales):
        person = house.take_in(fields={"last_name": "<b>Fett</b>", "position": "'\"><img src=x>"})

        text = sales.get(f"/contacts/{person}").text

        assert "&lt;b&gt;Fett&lt;/b&gt;" in text
        assert "<img src=x" not in text
        assert "<title>Kontakt – Lethe</title>" in text

    def test_leave_one_entry_before_the_page_leaves(self, house, sales):
        person = house.take_in()

        answer = sales.get(f"/contacts/{person}")

        (leaf,) = house.entries("person:disclosed")
        assert f'"sub":"{person}"' in leaf
        assert "Wehmeier" not in leaf
        assert "(diese Ansicht)" in words_of(answer)
        assert "Erhoben" in words_of(answer)


class TestWays:
    def test_are_open_for_business_but_not_for_advertising(self, house, sales):
        text = words_of(sales.get(f"/contacts/{house.take_in()}"))

        assert text.count("Zu laufenden Vorgängen, nicht für Werbung") == 3
        person = house.take_in()
        assert f'href="/contacts/{person}/mail"' in sales.get(f"/contacts/{person}").text

    def test_for_advertising_need_consent_and_name_the_way_out(self, house, sales):
        person = house.take_in("sales_approach")
        sales.work_for("sales_approach")

        answer = sales.get(f"/contacts/{person}")

        assert words_of(answer).count("Keine Einwilligung") == 2
        assert words_of(answer).count("Brief möglich") == 2
        assert "mailto:" not in answer.text
        assert '/mail"' not in answer.text

    def test_are_opened_by_a_consent_of_its_day(self, house, sales):
        person = house.take_in("business_contact")
        house.consent(person, "phone_advertising", Channel.PHONE)
        sales.work_for("phone_advertising")

        text = words_of(sales.get(f"/contacts/{person}"))

        assert "Einwilligung vom 20.11.2026" in text

    def test_are_closed_by_an_objection_of_its_day(self, house, sales):
        person = house.take_in("sales_approach", "business_contact")
        house.object_to_marketing(person, Channel.PHONE)
        sales.work_for("sales_approach")

        assert "Widersprochen am 23.11.2026" in words_of(sales.get(f"/contacts/{person}"))

    def test_are_grey_for_other_matters_too_once_all_advertising_is_objected_to(self, house, sales):
        """Art. 21(3) DSGVO: nothing invites to advertise; a running matter and an answer still find their way."""
        person = house.take_in("sales_approach", "business_contact")
        house.object_to_marketing(person)

        page = sales.get(f"/contacts/{person}")
        ways = page.text.split('<ul class="channels">')[1].split("</ul>")[0]

        assert ways.count('class="no matters"') == ways.count('class="chip objected"') == 3
        assert "btn go" not in ways
        assert "chip allowed" not in ways
        sentence = "Werbung widersprochen am 23.11.2026; erlaubt bleiben laufende Vorgänge und Antworten"
        assert words_of(page).count(sentence) == 3
        assert f'<a class="btn" href="/contacts/{person}/mail">Zum Vorgang schreiben</a>' in ways
        assert '<a class="btn" href="tel:056147110">Zum Vorgang anrufen</a>' in ways
        assert 'data-copy="Dr. Katharina Wehmeier' in ways

    def test_are_grey_alone_where_advertising_by_this_way_is_objected_to(self, house, sales):
        person = house.take_in("business_contact")
        house.object_to_marketing(person, Channel.PHONE)

        page = sales.get(f"/contacts/{person}")

        ways = page.text.split('<ul class="channels">')[1].split("</ul>")[0]
        assert (ways.count("chip objected"), ways.count("chip allowed")) == (1, 2)
        assert "Anrufen" not in ways

    def test_without_an_address_say_so(self, house, sales):
        text = words_of(sales.get(f"/contacts/{house.take_in(fields={'last_name': 'Kurz'})}"))

        assert "Keine E-Mail-Adresse hinterlegt" in text
        assert "Keine Anschrift hinterlegt" in text


class TestForgetting:
    def test_names_day_rule_and_what_moves_it(self, house, sales):
        person = house.take_in("precontract_request", last_contact_at=house.now - timedelta(days=30))
        sales.work_for("precontract_request")

        text = words_of(sales.get(f"/contacts/{person}"))

        assert "Löschung fällig am 24.10.2028" in text
        assert "(RET-01)" in text
        assert "eigene Festlegung" in text
        assert "lässt die Frist neu beginnen" in text

    def test_of_a_prospect_names_the_day_whatever_they_came_in_for(self, house, sales):
        prospect = house.take_in("business_contact", last_contact_at=house.now - timedelta(days=30), is_prospect=True)

        text = words_of(sales.get(f"/contacts/{prospect}"))

        assert "Löschung fällig am 24.10.2028" in text
        assert "(RET-01)" in text

    def test_says_why_no_period_runs(self, house, sales):
        text = words_of(sales.get(f"/contacts/{house.take_in('business_contact')}"))

        assert "Noch keine Frist" in text
        assert "Ausscheiden oder Ende der Beziehung" in text


class TestRefuses:
    def test_a_person_without_ground_and_names_the_purposes_that_have_one(self, house, sales):
        person = house.take_in("contract_person")

        answer = sales.get(f"/contacts/{person}")

        assert answer.status_code == 409
        assert "Wehmeier" not in answer.text
        assert strip_number(answer) == 0
        offers = answer.text.split('<ul class="offers">')[1].split("</ul>")[0]
        assert re.findall(r'action="/purpose/([a-z_]+)"', offers) == ["contract_person"]
        sales.send("/purpose/contract_person", {"next": f"/contacts/{person}"})
        assert sales.get(f"/contacts/{person}").status_code == 200

    def test_a_restricted_person_with_a_neutral_page(self, house, sales):
        person = house.take_in()
        house.restrict(person)

        answer = sales.get(f"/contacts/{person}")

        assert answer.status_code == 409
        assert "Eingeschränkt" in answer.text
        assert "Wehmeier" not in answer.text

    def test_a_person_who_objected_for_advertising_only(self, house, sales):
        person = house.take_in("sales_approach", "business_contact")
        house.object_to_marketing(person)

        assert sales.get(f"/contacts/{person}").status_code == 200
        sales.work_for("sales_approach")
        refused = sales.get(f"/contacts/{person}")
        assert refused.status_code == 409
        assert 'action="/purpose/business_contact"' in refused.text

    def test_an_erased_person_for_good(self, house, sales):
        person = house.take_in()
        with house.database.writing() as session:
            job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=run.KEEPER, now=house.now)
            session.execute(update(Contact).where(Contact.subject_id == person).values(sealed_identity=None))

        assert sales.get(f"/contacts/{person}").status_code == 410

    def test_a_person_who_never_was(self, house, sales):
        assert sales.get("/contacts/" + "0" * 32).status_code == 404

    def test_without_reading_or_changing_anything(self, house, sales):
        person = house.take_in("contract_person")
        before = house.snapshot()

        for path in (f"/contacts/{person}", f"/contacts/{person}/edit"):
            assert sales.get(path).status_code == 409

        assert house.snapshot() == before


class TestNotes:
    def note(self, visitor, person, text, page=None, **fields):
        page = page or visitor.get(f"/contacts/{person}")
        return visitor.send(
            f"/contacts/{person}/notes",
            {"text": text, "kind": "note", "token": hidden(page, "token"), "seen": hidden(page, "seen"), **fields},
        )

    def test_are_kept_sealed_and_shown_with_their_writer(self, house, sales):
        person = house.take_in()

        assert self.note(sales, person, "Fragt nach <Pumpe> LP 40.").status_code == 303

        page = sales.get(f"/contacts/{person}")
        assert "Fragt nach &lt;Pumpe&gt; LP 40." in page.text
        assert "Jule Brandt" in words_of(page)

    def test_of_a_call_start_the_period_anew_and_others_do_not(self, house, sales):
        person = house.take_in()
        self.note(sales, person, "Nur gemerkt.")
        assert house.count(Contact, Contact.last_contact_at == house.now) == 0

        self.note(sales, person, "Angerufen.", kind="call")

        assert house.count(Contact, Contact.last_contact_at == house.now) == 1

    def test_with_words_of_special_categories_are_kept_only_when_meant(self, house, sales):
        person = house.take_in()

        hinted = self.note(sales, person, "Ist schwanger und Gewerkschaftsmitglied.")

        assert hinted.status_code == 409
        assert "schwanger" in error_at(hinted, "text")
        assert "So speichern" in hinted.text
        assert "Ist schwanger und Gewerkschaftsmitglied." in hinted.text
        assert house.count(Note) == 0

        assert self.note(sales, person, "Ist schwanger und Gewerkschaftsmitglied.", page=hinted).status_code == 303
        assert house.count(Note) == 1

    def test_hint_again_at_words_that_were_not_shown(self, house, sales):
        person = house.take_in()
        hinted = self.note(sales, person, "Ist schwanger.")

        again = self.note(sales, person, "Ist schwanger und katholisch.", page=hinted)

        assert again.status_code == 409
        assert house.count(Note) == 0

    def test_sent_twice_are_one(self, house, sales):
        person = house.take_in()
        page = sales.get(f"/contacts/{person}")

        for _ in range(2):
            assert self.note(sales, person, "Einmal.", page=page).status_code == 303

        assert house.count(Note) == 1

    def test_sent_again_with_another_text_are_two(self, house, sales):
        person = house.take_in()
        page = sales.get(f"/contacts/{person}")

        for text in ("Einmal.", "Und noch etwas."):
            assert self.note(sales, person, text, page=page).status_code == 303

        assert house.count(Note) == 2

    def test_of_a_kind_that_there_is_not_keep_the_text(self, house, sales):
        person = house.take_in()

        refused = self.note(sales, person, "Bitte zurückrufen.", kind="telepathy")

        assert refused.status_code == 422
        assert error_at(refused, "kind")
        assert "Bitte zurückrufen." in refused.text
        assert house.count(Note) == 0

    def test_without_text_say_so_at_the_field(self, house, sales):
        person = house.take_in()

        refused = self.note(sales, person, "   ")

        assert refused.status_code == 422
        assert "Hier steht noch nichts" in error_at(refused, "text")

    def test_are_not_there_where_the_purpose_has_none(self, house, colleague):
        person = house.take_in("legal_retention")
        accounting = colleague(Role.ACCOUNTING)
        accounting.work_for("legal_retention")

        assert "Neue Notiz" not in accounting.get(f"/contacts/{person}").text
        assert accounting.send(f"/contacts/{person}/notes", {"text": "x", "token": "a" * 32}).status_code == 403

    def test_need_the_token_of_a_form(self, house, sales):
        person = house.take_in()

        assert sales.send(f"/contacts/{person}/notes", {"text": "x", "kind": "note", "token": "../etc"}).status_code == 422
        assert house.count(Note) == 0


class TestRights:
    """Art. 7, 21 DSGVO."""

    def test_page_says_whose_rights_they_are_and_opens_nothing_else(self, house, sales):
        answer = sales.get(f"/contacts/{house.take_in()}/rights")

        assert "<h1>Recht ausüben: Dr. Katharina Wehmeier</h1>" in answer.text
        assert "Zurück zu Dr. Katharina Wehmeier" in answer.text
        assert "wehmeier@example.com" not in answer.text
        (leaf,) = house.entries("person:disclosed")
        assert '"f":["identity"]' in leaf
        assert house.entries("people:listed") == []

    def test_page_names_nobody_whom_the_purpose_does_not_show(self, house, sales):
        person = house.take_in()
        house.restrict(person)

        answer = sales.get(f"/contacts/{person}/rights")

        assert answer.status_code == 200
        assert strip_number(answer) == 0
        assert "Wehmeier" not in answer.text
        assert house.entries("person:disclosed") == house.entries("people:listed") == []

    def test_objection_counts_from_the_click_and_twice_is_once(self, house, sales):
        person = house.take_in("sales_approach", "business_contact")

        for _ in range(2):
            assert sales.send(f"/contacts/{person}/objection", {"channel": "all"}).status_code == 303

        assert house.count(ObjectionEvent) == 1
        sales.work_for("sales_approach")
        assert sales.get(f"/contacts/{person}").status_code == 409

    def test_objection_to_one_way_closes_that_way_alone(self, house, sales):
        person = house.take_in("sales_approach")

        sales.send(f"/contacts/{person}/objection", {"channel": "phone"})

        assert house.count(ObjectionEvent, ObjectionEvent.channel == "phone") == 1
        sales.work_for("sales_approach")
        assert sales.get(f"/contacts/{person}").status_code == 200

    def test_objection_by_a_way_that_there_is_not_closes_no_way(self, house, sales):
        person = house.take_in()

        answer = sales.send(f"/contacts/{person}/objection", {"channel": "telepathy"})

        assert answer.status_code == 422
        assert "Diesen Weg gibt es nicht." in answer.text
        assert house.entries("objection:raised") == []

    @pytest.mark.parametrize("fields", [{}, {"channel": ""}])
    def test_objection_that_does_not_say_how_far_it_reaches_is_asked_for_again(self, house, sales, fields):
        person = house.take_in("sales_approach")

        answer = sales.send(f"/contacts/{person}/objection", fields)

        assert answer.status_code == 422
        assert "Es fehlt, wogegen der Widerspruch gilt." in answer.text
        assert house.entries("objection:raised") == []
        assert house.count(ObjectionEvent) == 0

    def test_objection_is_taken_for_a_person_the_reader_may_not_see(self, house, colleague):
        person = house.take_in("contract_person")
        house.restrict(person)

        assert colleague(Role.PRIVACY).send(f"/contacts/{person}/objection", {"channel": "all"}).status_code == 303
        assert house.count(ObjectionEvent) == 1

    CONSENT: ClassVar = {
        "permission": "newsletter:email",
        "given_on": "2026-11-20",
        "wording": "Ja, Newsletter.",
        "evidence": "Formular, Ordner 12",
    }

    def test_consent_is_recorded_with_words_and_evidence_and_twice_is_once(self, house, sales):
        person = house.take_in()

        for _ in range(2):
            assert sales.send(f"/contacts/{person}/consent", self.CONSENT).status_code == 303

        assert house.count(ConsentEvent) == 1
        assert "Einwilligung vom 20.11.2026" in words_of(sales.get(f"/contacts/{person}/rights"))

    def test_consent_after_an_objection_says_that_it_permits_nothing(self, house, sales):
        """Art. 21(3) DSGVO: an objection is lifted by an express wish and not by the way."""
        person = house.take_in()
        sales.send(f"/contacts/{person}/objection", {"channel": "all"})

        told = sales.send(f"/contacts/{person}/consent", self.CONSENT, follow_redirects=True).text

        assert "erlaubt aber nichts: Der Widerspruch gegen Werbung geht vor" in told

    def test_consent_to_a_purpose_the_person_contests_permits_nothing(self, house, sales):
        person = house.take_in()
        contested = objection.Objection("newsletter")
        with house.database.writing() as session:
            objection.raise_many(session, [(person, contested)], origin=objection.Heard.OLD_SYSTEM, actor=ACTOR, now=house.now)

        told = sales.send(f"/contacts/{person}/consent", self.CONSENT, follow_redirects=True).text

        assert "erlaubt aber nichts" in told

    def test_consent_by_a_way_that_is_open_counts(self, house, sales):
        person = house.take_in()
        sales.send(f"/contacts/{person}/objection", {"channel": "letter"})

        assert "festgehalten und gilt." in sales.send(f"/contacts/{person}/consent", self.CONSENT, follow_redirects=True).text

    def test_consent_is_shown_as_stopped_where_an_objection_stops_it(self, house, sales):
        person = house.take_in()
        sales.send(f"/contacts/{person}/consent", self.CONSENT)

        sales.send(f"/contacts/{person}/objection", {"channel": "email"})

        consents = sales.get(f"/contacts/{person}/rights").text.partition('id="h-consents"')[2].partition("</section>")[0]
        newsletter = next(row for row in consents.split("<li>") if "Newsletter" in row)
        assert "widersprochen" in newsletter
        assert "erlaubt" not in newsletter

    def test_consent_of_somebody_restricted_is_shown_as_resting(self, house, sales):
        """Art. 18(2) DSGVO."""
        person = house.take_in()
        sales.send(f"/contacts/{person}/consent", self.CONSENT)
        before = sales.get(f"/contacts/{person}/rights").text

        house.restrict(person)

        consents = sales.get(f"/contacts/{person}/rights").text.partition('id="h-consents"')[2].partition("</section>")[0]
        newsletter = next(row for row in consents.split("<li>") if "Newsletter" in row)
        assert "ruht, solange" not in before
        assert "ruht, solange die Daten eingeschränkt sind" in newsletter
        assert "erlaubt" not in newsletter

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("wording", "  "),
            ("evidence", ""),
            ("given_on", ""),
            ("given_on", "2026-11-24"),
            ("given_on", "0001-01-01"),
            ("permission", "service:email"),
        ],
    )
    def test_consent_without_proof_is_refused_at_the_field(self, house, sales, field, value):
        person = house.take_in()

        refused = sales.send(f"/contacts/{person}/consent", {**self.CONSENT, field: value})

        assert refused.status_code == 422
        assert error_at(refused, field)
        assert "Ja, Newsletter." in refused.text or field == "wording"
        assert house.count(ConsentEvent) == 0

    def test_withdrawal_is_one_click(self, house, sales):
        person = house.take_in()
        house.consent(person)

        for _ in range(2):
            assert sales.send(f"/contacts/{person}/withdrawal", {"permission": "newsletter:email"}).status_code == 303

        assert house.count(ConsentEvent) == 2
        assert "Widerruf vom 23.11.2026" in words_of(sales.get(f"/contacts/{person}/rights"))

    def test_nobody_who_never_was_has_rights(self, house, sales):
        assert sales.get("/contacts/" + "0" * 32 + "/rights").status_code == 404
        assert sales.send("/contacts/" + "0" * 32 + "/objection", {"channel": "all"}).status_code == 404


class TestTimeline:
    def test_says_what_an_objection_on_the_portal_was_and_which_mail_confirmed_it(self, house, sales):
        person = house.take_in("business_contact")
        with closing(PortalRuntime.open(house.runtime.settings, clock=house.clock)) as portal:
            create_portal(portal).test_client().post("/objection", data={"email": FIELDS["email"]})
        intake.drain(house.database, settings=house.runtime.settings, now=house.now)
        post.deliver(house.database, MailServer(), sender="lethe@example.com", now=house.now)

        lines = words_of(sales.get(f"/contacts/{person}")).split("Verlauf")[1]

        assert "Widersprochen : über das Portal, alle Wege · Werbung" in lines
        assert "Angeschrieben : Werbewiderspruch bestätigt" in lines
        assert "Geändert" not in lines

    def test_says_what_the_log_says_where_it_has_no_word_of_its_own(self, house, sales):
        person = house.take_in("business_contact")
        with house.database.writing() as session:
            audit.record(session, Action.REQUEST_OPENED, actor=ACTOR, now=house.now, subject_id=person, kind="erasure")

        assert "Geändert : Fall eröffnet" in words_of(sales.get(f"/contacts/{person}"))

    def test_puts_each_fact_under_its_own_day_and_says_when_it_was_entered(self, house, sales):
        """Art. 5(1)(d), 5(2) DSGVO: the log says when it was written, the line when it happened."""
        person = house.take_in(collected_at=house.now - timedelta(days=400))
        house.consent(person)
        sales.get(f"/contacts/{person}")

        lines = words_of(sales.get(f"/contacts/{person}")).split("Verlauf")[1]

        assert "20.11.2026 Eingewilligt : E-Mail · Newsletter eingetragen am 23.11.2026" in lines
        assert re.search(r"19\.10\.2025 Erhoben : .*? eingetragen am 23\.11\.2026", lines)
        assert re.search(r"23\.11\.2026 10:00 Angezeigt : ", lines)
        assert lines.index("Angezeigt") < lines.index("Eingewilligt") < lines.index("Erhoben")

    def test_shows_views_of_one_day_as_one_line_and_the_rest_one_by_one(self, house, sales):
        person = house.take_in()
        house.consent(person)
        for _ in range(4):
            sales.get(f"/contacts/{person}")

        text = words_of(sales.get(f"/contacts/{person}"))

        assert "Felder, Vertrieb (Ansprechpartner) · 5-mal an diesem Tag" in text
        assert text.count("Angezeigt") == 1
        assert "Eingewilligt : E-Mail · Newsletter" in text
        assert "Erhoben" in text
        assert "ältere Einträge" not in text

    def test_keeps_the_views_of_different_people_apart(self, house, sales, colleague):
        person = house.take_in()
        for visitor in (colleague(name="Timo Krug"), sales, sales):
            visitor.get(f"/contacts/{person}")

        text = words_of(sales.get(f"/contacts/{person}"))

        assert text.count("Angezeigt") == 2
        assert "3-mal an diesem Tag" in text

    def test_counts_what_it_does_not_show(self, house, sales):
        person = house.take_in()
        for number in range(12):
            house.object_to_marketing(person, Channel.PHONE if number % 2 else Channel.EMAIL)

        assert "3 ältere Einträge stehen im Protokoll" in words_of(sales.get(f"/contacts/{person}"))


class TestWorkAtHand:
    def test_shows_service_the_open_tickets_and_nobody_else(self, house, colleague, sales):
        person = house.take_in("contract_person", "service")
        add_ticket(house, subject="Dichtung tropft", subject_id=person)

        service = colleague(Role.SERVICE).get(f"/contacts/{person}")

        assert "Dichtung tropft" in service.text
        assert f'href="/tickets/new?person={person}"' in service.text
        assert "Dichtung tropft" not in sales.get(f"/contacts/{person}").text

    def test_shows_accounting_the_invoices_of_the_person_and_nobody_else(self, house, accounting, colleague):
        person = house.take_in("contract_person", "service")
        add_invoice(house, "R-77", subject_id=person)

        books = accounting.get(f"/contacts/{person}")

        assert "R-77" in books.text
        assert f'href="/invoices/new?person={person}"' in books.text
        assert "R-77" not in colleague(Role.SERVICE).get(f"/contacts/{person}").text

    def test_says_that_nothing_is_open(self, house, colleague):
        person = house.take_in("service")

        page = colleague(Role.SERVICE).get(f"/contacts/{person}")

        assert "Nichts offen." in words_of(page)
