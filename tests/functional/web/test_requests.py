"""The desk of requests: what each role sees and may do, and that a refusal changes nothing and loses nothing that was typed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from crm import mail
from crm.actor import Role, system_actor
from crm.mail import MailState, OutboxMessage
from crm.models.customer_file import CustomerFile
from crm.models.lawfulness import RestrictionEvent
from crm.models.privacy_task import TaskKind
from crm.models.request_case import CaseState, RequestCase
from crm.privacy import restriction, tasks
from crm.privacy.requests import execution, sealed
from crm.privacy.restriction import RestrictionReason
from crm.services import customer_files
from crm.services.customer_files import NewFile
from crm.services.deals import entry as deals
from crm.services.deals.entry import DealEntry
from crm.services.forms import SentForm, new_form_token
from crm.services.health.cases import CasesUntold, examine_cases
from crm.services.matter import Matter
from tests.integration.deals.selling import SALES

TODAY = "2026-11-23"


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY, "Paula Amt")


def open_case(house, browser, subject_id=None, **fields):
    """Open a case by the form; return its id."""
    typed = {"token": "b" * 32, "way": "phone", "received_on": TODAY, "is_known": "1", "message": "Bitte alles löschen.", **fields}
    if subject_id:
        typed["subject"] = subject_id
    answer = browser.send("/requests/new", typed)
    assert answer.status_code == 303, answer.text
    with house.database.reading() as session:
        return session.scalars(select(RequestCase.id).order_by(RequestCase.number.desc())).first()


def case_of(house, case_id=None):
    """Return a case, or the first one."""
    with house.database.reading() as session:
        return session.get(RequestCase, case_id) if case_id else session.scalars(select(RequestCase).order_by(RequestCase.number)).first()


def version_of(browser, case_id):
    return re.search(r'name="version" value="(\d+)"', browser.get(f"/requests/{case_id}").text).group(1)


def chosen_in(page):
    """Return what the form of the decision sends when nobody changes it."""
    selects = re.findall(r'<select[^>]*name="(choice-\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    return {name: re.search(r'<option value="([^"]*)" selected', options)[1] for name, options in selects}


def decide(browser, case_id, number="2026-0001", **fields):
    page = browser.get(f"/requests/{case_id}").text
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    return browser.send(f"/requests/{case_id}/decide", {"version": version, "confirm": number, **chosen_in(page), **fields})


def reasons_of(house, person):
    with house.database.reading() as session:
        return restriction.find_reasons(session, [person]).get(person, ())


class TestWork:
    """What daily work says about a person lies under the key of the profile, shares its lot, and is named in the answer (Art. 12(1))."""

    def test_is_named_to_who_decides_and_in_the_answer(self, house, privacy, clock):
        person = house.take_in()
        with house.database.writing() as session:
            file = NewFile(name="Angebot", content=b"%PDF-1.7")
            acting = {"purpose": house.purposes("business_contact")[0], "actor": SALES, "now": house.now}
            deal = {"title": "Bohrwerk", "company_id": None, "subject_id": person, "owner_id": None, "amount_cents": 1, "probability": None}
            entry = DealEntry(**deal, product=None, region=None, expected_on=house.now.date())
            deal_id = deals.create(session, entry=entry, stage="offer", form=SentForm(new_form_token(), {}), **acting)
            customer_files.add(session, file=file, matter=Matter(deal_id=deal_id), token=new_form_token(), **acting)
        case_id = open_case(house, privacy, person)

        page = privacy.get(f"/requests/{case_id}").text
        assert "Vorgänge: Tickets" in page
        decide(privacy, case_id)
        clock.advance(timedelta(hours=73))
        execution.execute_due(house.database, vault=house.runtime.vault, settings=house.runtime.settings, clock=clock.now)

        with house.database.reading() as session:
            decision = sealed.open_part(session, session.get_one(RequestCase, case_id), "sealed_decision")
        assert {each["kind"]: each["verdict"] for each in decision["choices"]}["work"] == "erase"
        assert house.count(CustomerFile) == 0


class TestOpening:
    """Art. 12(2), 17(1) DSGVO."""

    def test_of_the_same_form_for_somebody_else_is_a_case_of_its_own(self, house, privacy):
        one, other = house.take_in(), house.take_in(fields={"first_name": "Ina", "last_name": "Fremd"})
        open_case(house, privacy, one)

        open_case(house, privacy, other)

        assert house.count(RequestCase) == 2
        assert {reasons_of(house, each) for each in (one, other)} == {(RestrictionReason.ERASURE_PENDING,)}

    def test_of_the_same_form_sent_twice_is_one_case(self, house, privacy):
        person = house.take_in()

        assert open_case(house, privacy, person) == open_case(house, privacy, person)
        assert house.count(RequestCase) == 1

    def test_about_nobody_we_know_restricts_nothing_and_says_so(self, house, privacy):
        case_id = open_case(house, privacy, name="Niemand Bekannt", email="niemand@example.org")

        text = privacy.get(f"/requests/{case_id}").text

        assert "über niemanden, den wir kennen: Eingeschränkt ist nichts." in text
        assert house.count(RestrictionEvent) == 0

    def test_from_the_contact_it_takes_two_clicks_and_restricts_at_once(self, house, sales):
        person = house.take_in()
        rights = sales.get(f"/contacts/{person}/rights").text
        assert f"/requests/new?subject={person}" in rights

        answer = sales.send("/requests/new", {"subject": person, "token": "b" * 32, "way": "phone", "received_on": TODAY})

        assert answer.location == f"/contacts/{person}/rights"
        assert "Fall 2026-0001 ist eröffnet" in sales.get(answer.location).text
        assert sales.get(f"/contacts/{person}").status_code == 409
        assert reasons_of(house, person) == (RestrictionReason.ERASURE_PENDING,)

    def test_sales_never_get_further_than_that(self, house, sales):
        case_id = open_case(house, sales, house.take_in())
        before = house.snapshot()

        assert sales.get(f"/requests/{case_id}").status_code == 403
        assert sales.get("/requests").status_code == 403
        assert sales.send(f"/requests/{case_id}/decide", {"version": "1", "confirm": "2026-0001"}).status_code == 403
        assert house.snapshot() == before

    def test_a_form_sent_twice_opens_one_case(self, house, privacy):
        person = house.take_in()

        open_case(house, privacy, person)
        open_case(house, privacy, person)

        assert house.count(RequestCase) == 1

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"received_on": "2026-11-24"}, "er liegt nicht in der Zukunft"),
            ({"received_on": "gestern"}, "er liegt nicht in der Zukunft"),
            ({"name": ""}, "Wohin geht die Antwort?"),
            ({"email": "keine Adresse"}, "Wohin geht die Antwort?"),
            ({"email": "=?utf-8?q?victim=40good.example=2C_y?=@b.de"}, "Wohin geht die Antwort?"),
            ({"email": "ina@localhost"}, "Wohin geht die Antwort?"),
            ({"email": "ina@1.2.3.4"}, "Wohin geht die Antwort?"),
            ({"email": "a@example.com\nBcc: b@example.com"}, "Wohin geht die Antwort?"),
            ({"way": "pigeon"}, "Das steht hier nicht zur Wahl."),
            ({"message": "x" * 2001}, "länger als 2000 Zeichen"),
        ],
    )
    def test_bad_input_gets_one_sentence_and_loses_nothing(self, house, privacy, fields, sentence):
        before = house.count(RequestCase)
        typed = {"token": "b" * 32, "way": "letter", "received_on": TODAY, "name": "Ina Fremd", "email": "ina@example.com", "city": "Fulda"}

        answer = privacy.send("/requests/new", typed | fields)

        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="Fulda"' in answer.text
        assert house.count(RequestCase) == before

    def test_about_somebody_who_has_an_open_case_is_said_and_deliberate(self, house, privacy):
        """Art. 12(3) DSGVO: one request has one period and one answer."""
        person = house.take_in()
        case_id = open_case(house, privacy, person)
        typed = {"subject": person, "token": "d" * 32, "way": "letter", "received_on": TODAY, "message": "Noch einmal: löschen!"}

        offered = privacy.get(f"/requests/new?subject={person}").text
        asked = privacy.send("/requests/new", typed)
        before = house.count(RequestCase)
        answer = privacy.send("/requests/new", {**typed, "is_another": "1"})

        assert "2026-0001" in offered and f'href="/requests/{case_id}"' in offered
        assert (asked.status_code, before) == (409, 1)
        assert "Dazu ist schon ein Fall offen" in asked.text and "Noch einmal: löschen!" in asked.text
        assert answer.status_code == 303 and house.count(RequestCase) == 2

    @pytest.mark.parametrize(
        ("sender", "is_said"),
        [
            ({"name": "INA  FREMD", "email": "other@example.com"}, True),
            ({"name": "I. F.", "email": "Ina@Example.com"}, True),
            ({"name": "I. F.", "email": "wehmeier@example.com"}, True),  # of somebody we know, about whom a case is open
            ({"name": "Otto Fremd", "email": "otto@example.com"}, False),
        ],
        ids=["same name", "same address", "known person", "somebody else"],
    )
    def test_by_a_stranger_is_compared_with_the_open_cases(self, house, privacy, sender, is_said):
        open_case(house, privacy, name="Ina Fremd", email="ina@example.com")
        open_case(house, privacy, house.take_in(), token="c" * 32)
        compared = len(house.entries("people:matched"))

        answer = privacy.send("/requests/new", {"token": "d" * 32, "way": "letter", "received_on": TODAY, **sender})

        assert (answer.status_code == 409) is is_said
        assert (house.count(RequestCase) == 3) is not is_said
        assert len(house.entries("people:matched")) == compared + 1

    def test_sales_learn_the_number_of_the_open_case_and_no_more(self, house, sales):
        person = house.take_in()
        case_id = open_case(house, sales, person)

        text = sales.get(f"/requests/new?subject={person}").text

        assert "Fall 2026-0001" in text and case_id not in text

    def test_a_wish_of_an_earlier_import_becomes_a_case_once(self, house, privacy):
        person = house.take_in()
        with house.database.writing() as session:
            tasks.open_many(session, [(person, TaskKind.ERASURE_REQUESTED, house.now.date())], actor=system_actor("import"), now=house.now)
        assert f"/requests/tasks/{person}" in privacy.get("/requests").text

        for _ in range(2):
            assert privacy.send(f"/requests/tasks/{person}").status_code == 303

        assert house.count(RequestCase) == 1
        assert f"/requests/tasks/{person}" not in privacy.get("/requests").text
        assert "Löschung gewünscht" not in privacy.get("/").text


class TestExtension:
    """Art. 12(3) DSGVO."""

    def test_moves_the_day_says_why_and_is_not_offered_again(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())
        assert "Um zwei Monate verlängern" in privacy.get(f"/requests/{case_id}").text

        answer = privacy.send(f"/requests/{case_id}/extend", {"version": "1", "extension": "Drei Standorte müssen suchen."})

        assert answer.status_code == 303
        text = privacy.get(f"/requests/{case_id}").text
        assert "23.02.2027" in text and "um zwei Monate verlängert: Drei Standorte müssen suchen." in text
        assert "Um zwei Monate verlängern" not in text
        assert len(house.entries("request:extended")) == 1

    def test_without_a_reason_gets_one_sentence_and_loses_nothing(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())

        answer = privacy.send(f"/requests/{case_id}/extend", {"version": "1", "extension": " ", "told_on": TODAY})

        assert answer.status_code == 422
        assert "warum die Antwort länger dauert" in answer.text and f'value="{TODAY}"' in answer.text
        assert case_of(house).version == 1

    def test_after_the_first_month_is_neither_offered_nor_done(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())
        house.clock.advance(timedelta(days=31))
        privacy.sign_in(privacy.member, house.now)

        answer = privacy.send(f"/requests/{case_id}/extend", {"version": "1", "extension": "Zu spät bemerkt."})

        assert answer.status_code == 409
        assert "nur im ersten Monat, bis zum 23.12.2026" in answer.text
        assert "Um zwei Monate verlängern" not in answer.text
        assert house.entries("request:extended") == []

    def test_is_not_for_sales(self, house, sales):
        case_id = open_case(house, sales, house.take_in())

        assert sales.send(f"/requests/{case_id}/extend", {"version": "1", "extension": "Grund"}).status_code == 403


class TestList:
    def test_shows_number_state_and_days_left_in_words_and_names_nobody(self, house, privacy):
        open_case(house, privacy, house.take_in())

        text = privacy.get("/requests").text

        assert "2026-0001" in text.replace("Fall 2026-0001 ist eröffnet", "")
        assert "noch 30 Tage" in text
        assert "wartet auf Entscheidung" in text
        assert "Wehmeier" not in text
        assert len(house.entries("requests:listed")) == 1

    def test_leaves_nothing_out_on_a_phone(self, house, privacy):
        open_case(house, privacy, house.take_in())

        row = privacy.get("/requests").text.split("<tbody>")[1].split("</tbody>")[0]

        titles = re.findall(r'data-title="([^"]+)"', row)
        assert titles == ["Frist", "Antwort bis", "Stand", "Art", "Weg", "Personen", "Eingang"]
        assert ">23.12.2026<" in row

    def test_says_how_long_an_answer_is_overdue(self, house, privacy):
        open_case(house, privacy, house.take_in())
        house.clock.advance(timedelta(days=31))
        late = privacy

        late.sign_in(late.member, house.now)

        assert "seit 1 Tag überfällig" in late.get("/requests").text
        assert "überfällig seit 23.12.2026" in late.get("/").text

    def test_hides_closed_cases_until_all_are_asked_for(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())
        with house.database.writing() as session:
            session.get_one(RequestCase, case_id).state = CaseState.CLOSED

        assert ">2026-0001</a>" not in privacy.get("/requests").text
        assert ">2026-0001</a>" in privacy.get("/requests?show=all").text


class TestPage:
    def test_opens_what_was_asked_and_leaves_an_entry(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())

        text = privacy.get(f"/requests/{case_id}").text

        assert "Bitte alles löschen." in text
        assert "Katharina Wehmeier" in text
        assert "72 Stunden" in text
        assert "Macro" not in text, "The version of the form is not that of the program in the footer."
        assert [each for each in house.entries("request:read") if '"pur":"request_handling"' in each]

    def test_begins_with_the_facts_then_the_decision_then_what_is_rarer(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())

        text = privacy.get(f"/requests/{case_id}").text.split("<main")[1]

        headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", text)
        assert headings == ["Der Antrag", "Um wen es geht", "Entscheiden", "Anhalten", "Mehr Zeit für die Antwort", "Woran erkannt?"]
        assert text.index("Antwort bis") < text.index("Um wen es geht")

    def test_asks_first_who_it_is_as_long_as_that_is_open(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in(), is_known="")

        text = privacy.get(f"/requests/{case_id}").text.split("<main")[1]

        headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", text)

        assert headings[:4] == ["Der Antrag", "Wer fragt?", "Um wen es geht", "Entscheiden"]

    def test_says_once_why_something_is_kept(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())

        text = privacy.get(f"/requests/{case_id}").text

        (line,) = re.findall(r"Nachweispflicht[^<]*Art\. 12 [^<]*", text)
        assert line.startswith("Nachweispflicht (Art. 5 Abs. 2, Art. 12 DSGVO; § 31 OWiG), bis ")

    def test_keeps_the_number_to_be_typed_in_one_piece(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())

        assert 'eingeben: <span class="nowrap">2026-0001</span>' in privacy.get(f"/requests/{case_id}").text

    def test_the_officer_reads_everything_and_finds_nothing_to_press(self, house, privacy, colleague):
        case_id = open_case(house, privacy, house.take_in())

        text = colleague(Role.DPO).get(f"/requests/{case_id}").text

        assert "Bitte alles löschen." in text
        assert "Katharina Wehmeier" in text
        assert f"/requests/{case_id}/" not in text

    def test_management_reads_no_name_and_not_what_was_asked(self, house, privacy, colleague):
        case_id = open_case(house, privacy, house.take_in())

        text = colleague(Role.MANAGEMENT).get(f"/requests/{case_id}").text

        assert "2026-0001" in text.replace("Fall 2026-0001 ist eröffnet", "")
        assert "Wehmeier" not in text
        assert "Bitte alles löschen." not in text

    def test_finds_people_by_whole_address_and_adds_them(self, house, privacy):
        case_id = open_case(house, privacy, name="Katharina Wehmeier", email="wehmeier@example.com")
        person = house.take_in()
        house.restrict(person)
        house.build_index()

        found = privacy.send(f"/requests/{case_id}/search", {"q": "wehmeier@example.com"})
        assert "Katharina Wehmeier" in found.text
        added = privacy.send(f"/requests/{case_id}/people", {"subject": person, "version": version_of(privacy, case_id)})

        assert added.status_code == 303
        assert RestrictionReason.ERASURE_PENDING in reasons_of(house, person)
        taken_out = {"subject": person, "version": version_of(privacy, case_id), "leaves": "1"}
        privacy.send(f"/requests/{case_id}/people", taken_out)
        assert reasons_of(house, person) == (RestrictionReason.LEGAL_CLAIMS,)

    def test_finds_people_by_name_whatever_they_are_used_for(self, house, privacy):
        case_id = open_case(house, privacy, name="Katharina Wehmeier", email="x@example.com")
        house.take_in("contract_person")
        house.build_index()

        assert "wehmeier@example.com" in privacy.send(f"/requests/{case_id}/search", {"q": "Wehmeier"}).text
        assert "Niemand gefunden" in privacy.send(f"/requests/{case_id}/search", {"q": "Zwirnemann"}).text


class TestDeciding:
    def test_goes_from_the_decision_to_the_letter(self, house, privacy, runtime):
        person = house.take_in()
        case_id = open_case(house, privacy, person)

        assert decide(privacy, case_id).status_code == 303
        assert "Gelöscht wird am 26.11.2026 10:00" in privacy.get(f"/requests/{case_id}").text
        house.clock.advance(timedelta(hours=72))
        execution.execute_due(house.database, vault=runtime.vault, settings=runtime.settings, clock=lambda: house.now)
        privacy.sign_in(privacy.member, house.now)

        page = privacy.get(f"/requests/{case_id}").text
        assert "Antwort geht hinaus" in page
        assert "Guten Tag Frau Dr. Wehmeier," in page
        letter = privacy.get(f"/requests/{case_id}/letter")
        assert letter.data.startswith(b"%PDF")
        assert letter.headers["Content-Disposition"] == 'attachment; filename="2026-0001.pdf"'
        assert privacy.get(f"/contacts/{person}").status_code == 410

    def test_offers_the_ground_that_is_proposed_and_takes_another_one(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())
        page = privacy.get(f"/requests/{case_id}").text
        assert re.search(r'value="erase:17-1-a" selected[^>]*>\s*Vorschlag: jetzt löschen: nicht mehr erforderlich', page)

        assert decide(privacy, case_id, **{"choice-profile": "erase:17-1-d"}).status_code == 303

        assert "unrechtmäßig verarbeitet (Art. 17 Abs. 1 lit. d DSGVO)" in privacy.get(f"/requests/{case_id}").text

    def test_needs_the_number_typed_and_keeps_what_was_typed(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())
        before = house.count(RequestCase, RequestCase.state == CaseState.OPEN)

        answer = decide(privacy, case_id, "2026-1", **{"reason-profile": "Ein langer Grund.", "choice-profile": "refuse:legal_claims"})

        assert answer.status_code == 422
        assert "nicht die Nummer dieses Falls" in answer.text
        assert "Ein langer Grund." in answer.text
        assert re.search(r'value="refuse:legal_claims" selected', answer.text)
        assert before == house.count(RequestCase, RequestCase.state == CaseState.OPEN) == 1

    @pytest.mark.parametrize(
        "chosen", ["nonsense", "", "erase:", "erase:legal_claims", "refuse", "refuse:nonsense", "keep:", " erase", "ERASE"]
    )
    def test_a_choice_that_is_none_is_refused_and_never_passes_for_the_proposal(self, house, privacy, chosen):
        case_id = open_case(house, privacy, house.take_in())

        answer = decide(privacy, case_id, **{"choice-profile": chosen, "reason-profile": "Ein langer Grund."})

        assert answer.status_code == 422
        assert "Das ist für diese Datenart nicht möglich." in answer.text and "Ein langer Grund." in answer.text
        assert (case_of(house).state, case_of(house).version) == (CaseState.OPEN, int(version_of(privacy, case_id)))
        assert house.entries("request:decided") == []

    def test_a_kind_of_data_that_nobody_chose_about_is_asked_for(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())

        answer = privacy.send(f"/requests/{case_id}/decide", {"version": version_of(privacy, case_id), "confirm": "2026-0001"})

        assert answer.status_code == 422
        assert "Zu dieser Datenart fehlt Ihre Entscheidung." in answer.text
        assert case_of(house).state == CaseState.OPEN
        assert house.entries("request:decided") == []

    def test_shows_the_second_coordinator_what_the_first_one_did(self, house, privacy, colleague):
        case_id = open_case(house, privacy, house.take_in())
        second = colleague(Role.PRIVACY, "Zoe Zweit")
        seen = version_of(second, case_id)
        decide(privacy, case_id)

        answer = second.send(f"/requests/{case_id}/decide", {"version": seen, "confirm": "2026-0001"})

        assert answer.status_code == 409
        assert "Inzwischen hat jemand anderes" in answer.text
        assert "Paula Amt" in answer.text
        assert len(house.entries("request:decided")) == 1

    def test_waits_for_somebody_else_when_two_people_go(self, house, privacy, colleague):
        case_id = open_case(house, privacy, house.take_in())
        other = house.take_in(fields={"last_name": "Wehmeier", "email": "zwei@example.com"})
        privacy.send(f"/requests/{case_id}/people", {"subject": other, "version": version_of(privacy, case_id)})
        assert "eröffnen Sie für jeden einen eigenen Fall" in privacy.get(f"/requests/{case_id}").text
        decide(privacy, case_id)

        own = privacy.get(f"/requests/{case_id}").text
        assert "Zustimmen muss jemand anderes" in own
        assert "/approve" not in own
        assert "Um zwei Monate verlängern" not in own
        refused = privacy.send(f"/requests/{case_id}/approve", {"version": version_of(privacy, case_id), "confirm": "2026-0001"})
        assert refused.status_code == 409

        manager = colleague(Role.MANAGEMENT)
        assert "Fall 2026-0001" in manager.get("/").text
        unconfirmed = manager.send(f"/requests/{case_id}/approve", {"version": version_of(manager, case_id), "confirm": "ja"})
        assert unconfirmed.status_code == 422
        assert case_of(house).state == CaseState.SECOND
        manager.send(f"/requests/{case_id}/approve", {"version": version_of(manager, case_id), "confirm": "2026-0001"})
        assert case_of(house).state == CaseState.COOLING

    def test_says_that_it_was_changed_past_the_program(self, house, privacy, runtime):
        case_id = open_case(house, privacy, house.take_in())
        decide(privacy, case_id)
        before = privacy.get(f"/requests/{case_id}").text
        with runtime.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(RequestCase).values(execute_at=house.now))

        execution.execute_due(house.database, vault=runtime.vault, settings=runtime.settings, clock=lambda: house.now)

        sentence = "Dieser Fall wurde außerhalb von Lethe geändert"
        assert (sentence in before, sentence in privacy.get(f"/requests/{case_id}").text) == (False, True)
        assert case_of(house).state == CaseState.COOLING

    @pytest.mark.parametrize("column", ["sealed_request", "sealed_decision"])
    def test_that_does_not_open_says_so_in_one_sentence_on_its_page(self, house, privacy, runtime, column):
        case_id = open_case(house, privacy, house.take_in())
        decide(privacy, case_id)
        with runtime.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(RequestCase).values({column: b"xx"}))

        page = privacy.get(f"/requests/{case_id}")
        acted = privacy.send(f"/requests/{case_id}/reopen", {"version": version_of(privacy, case_id)}, follow_redirects=True)

        assert (page.status_code, acted.status_code) == (200, 200)
        sentence = "Ein Teil dieses Falls wurde außerhalb von Lethe verändert"
        assert page.text.count(sentence) == 1
        assert "Wir haben keine Daten über die Person." not in page.text

    def test_about_two_people_is_refused_with_what_helps(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())
        other = house.take_in(fields={"first_name": "Otto", "last_name": "Anders", "email": "otto@example.com"})
        privacy.send(f"/requests/{case_id}/people", {"subject": other, "version": version_of(privacy, case_id)})

        answer = decide(privacy, case_id)

        assert answer.status_code == 409
        assert "jede bekommt ihre eigene Antwort" in answer.text

    def test_that_is_stuck_because_of_it_has_one_way_back_in_the_browser(self, house, privacy, colleague, runtime):
        case_id = open_case(house, privacy, house.take_in())
        decide(privacy, case_id)
        button = "Auf „wartet auf Entscheidung“ zurücksetzen"
        assert button not in privacy.get(f"/requests/{case_id}").text
        with runtime.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(RequestCase).values(state="executing"))
        stuck = privacy.get(f"/requests/{case_id}").text
        assert button in stuck and "Die Person wartet trotzdem auf ihre Antwort." in stuck
        assert button not in colleague(Role.MANAGEMENT).get(f"/requests/{case_id}").text

        answer = privacy.send(f"/requests/{case_id}/put-back", {"version": version_of(privacy, case_id)}, follow_redirects=True)

        assert "Der Fall wartet wieder auf eine Entscheidung." in answer.text
        assert "Dieser Fall wurde außerhalb von Lethe geändert" not in answer.text
        assert (case_of(house).state, len(house.entries("request:stopped"))) == (CaseState.OPEN, 1)
        assert decide(privacy, case_id).status_code == 303

    def test_can_be_stopped_in_the_cooling_time(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in())
        decide(privacy, case_id)

        answer = privacy.send(f"/requests/{case_id}/stop", {"version": version_of(privacy, case_id), "reason": "impostor"})

        assert answer.status_code == 303
        assert "angehalten" in privacy.get(f"/requests/{case_id}").text
        assert case_of(house).state == CaseState.ANSWERING

    def test_is_posted_where_there_is_no_address(self, house, privacy, runtime):
        case_id = open_case(house, privacy, name="Ina Fremd", street="Weg 1", city="Fulda")
        privacy.send(f"/requests/{case_id}/nothing-held", {"version": version_of(privacy, case_id)})
        execution.execute_due(house.database, vault=runtime.vault, settings=runtime.settings, clock=lambda: house.now)
        assert "Brief abgeschickt?" in privacy.get(f"/requests/{case_id}").text

        tomorrow = privacy.send(f"/requests/{case_id}/posted", {"version": version_of(privacy, case_id), "posted_on": "2026-11-24"})
        assert tomorrow.status_code == 422
        privacy.send(f"/requests/{case_id}/posted", {"version": version_of(privacy, case_id), "posted_on": TODAY})

        assert case_of(house).state == CaseState.CLOSED


class TestMail:
    """Art. 12(3) DSGVO: whoever asked has to know, whether our mail server works or not."""

    @pytest.fixture
    def given_up(self, house):
        """Let every mail that waits be given up."""

        def run():
            with house.database.writing() as session:
                while message := mail.claim(session, now=house.now):
                    refused = mail.Outcome(MailState.GIVEN_UP, 550)
                    mail.settle(session, message_id=message.id, outcome=refused, mail_id="<1@example.com>", now=house.now)

        return run

    def doctor(self, house):
        return [each for each in examine_cases(house.database) if isinstance(each, CasesUntold)]

    def test_that_was_given_up_is_said_on_the_page_and_by_the_examination_until_the_case_ends(self, house, privacy, given_up):
        case_id = open_case(house, privacy, house.take_in())
        assert "Eingangsbestätigung kam nicht an" not in privacy.get(f"/requests/{case_id}").text

        given_up()
        opened = privacy.get(f"/requests/{case_id}").text
        extend = {"version": version_of(privacy, case_id), "extension": "Drei Standorte sind zu prüfen."}
        assert privacy.send(f"/requests/{case_id}/extend", extend).status_code == 303
        before = privacy.get(f"/requests/{case_id}").text
        given_up()
        extended = privacy.get(f"/requests/{case_id}").text

        assert "Eingangsbestätigung kam nicht an" in opened
        assert "Sonst gilt die Verlängerung nicht" not in before
        assert "Sonst gilt die Verlängerung nicht" in extended
        assert [each.facts for each in self.doctor(house)] == [{"count": 1, "numbers": "2026-0001"}]

    def test_of_an_answer_counts_until_it_was_posted(self, house, privacy, runtime, given_up):
        case_id = open_case(house, privacy, name="Ina Fremd", email="ina@example.com")
        with house.database.writing() as session:
            session.execute(delete(OutboxMessage))  # the receipt has arrived long ago
        privacy.send(f"/requests/{case_id}/nothing-held", {"version": version_of(privacy, case_id)})
        execution.execute_due(house.database, vault=runtime.vault, settings=runtime.settings, clock=lambda: house.now)

        given_up()
        told = self.doctor(house)
        privacy.send(f"/requests/{case_id}/posted", {"version": version_of(privacy, case_id), "posted_on": TODAY})

        assert len(told) == 1
        assert self.doctor(house) == []


class TestIdentity:
    """Art. 12(6) DSGVO."""

    def test_stops_the_decision_until_it_is_noted(self, house, privacy):
        case_id = open_case(house, privacy, house.take_in(), is_known="")
        assert decide(privacy, case_id).status_code == 409

        empty = privacy.send(f"/requests/{case_id}/identity", {"version": version_of(privacy, case_id), "identity": "known", "note": " "})
        assert empty.status_code == 422
        noted = {"version": version_of(privacy, case_id), "identity": "known", "note": "Rückruf unter bekannter Nummer"}
        privacy.send(f"/requests/{case_id}/identity", noted)

        assert "Rückruf unter bekannter Nummer" in privacy.get(f"/requests/{case_id}").text
        assert decide(privacy, case_id).status_code == 303


def test_a_case_that_does_not_exist_is_not_there(privacy):
    assert privacy.get("/requests/" + "9" * 32).status_code == 404
    assert privacy.get("/requests/1").status_code == 404


def test_the_page_of_an_impossible_person_is_not_there(house, privacy):
    before = house.snapshot()

    answer = privacy.send("/requests/new", {"subject": "9" * 32, "token": "b" * 32, "way": "phone", "received_on": TODAY})

    assert answer.status_code == 404
    assert house.snapshot() == before
    with house.database.reading() as session:
        assert session.scalars(select(RequestCase)).all() == []
