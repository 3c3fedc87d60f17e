"""Eigene Felder on pages: the coordinator defines them, and forms, lists, files and imports hold them like built-in ones."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.models.contact import Contact
from crm.models.custom_field import CustomField, CustomValue
from crm.privacy import purposes
from crm.web import custom_fields
from tests.functional.web.conftest import FIELDS, error_at, hidden, names_in, shown_fields, strip_text
from tests.functional.web.test_contact_form import inputs_of, new_form
from tests.functional.web.test_exports import ask, file_url
from tests.functional.web.test_imports import check, chosen, sent, work_off
from tests.support.own_fields import INTERVAL, define

INDUSTRY, MONTHS = "custom_industry", "custom_interval"
NEW = {
    "title_de": "Ansprechzeit",
    "title_en": "Best time",
    "kind": "choice",
    "options": "vormittags\nnachmittags",
    "group": "phone",
    "purpose_business_contact": "1",
    "purpose_service": "1",
    "rule": "RET-37",
    "position": "3",
}


@pytest.fixture
def coordinator(colleague):
    return colleague(Role.PRIVACY, "Karla Ruhland")


@pytest.fixture
def fields(house):
    """Let there be two fields: one of sales, one of sales and service."""
    with house.database.writing() as session:
        return define(session, house.now), define(session, house.now, INTERVAL)


@pytest.fixture
def line(house, fields):
    with house.database.writing() as session:
        return define(session, house.now, title_de="Sparte", title_en="Line", kind="choice", options=("Pumpen", "Rohre"))


def fill(member, person, **values):
    form = inputs_of(member.get(f"/contacts/{person}/edit"))
    return member.send(f"/contacts/{person}/edit", {**form, **values})


def value_count(house):
    return house.count(CustomValue)


class TestDefining:
    def test_a_field_is_listed_with_what_it_is_bound_to(self, house, coordinator):
        page = coordinator.get("/custom-fields/new")
        answer = coordinator.send("/custom-fields/new", {**NEW, "token": hidden(page, "token")}, follow_redirects=True)

        assert "Ansprechzeit" in answer.text
        for word in ("Telefon", "Vertrieb (Ansprechpartner), Service", "RET-37: Eigene Felder, kurze Frist, 12 Monate"):
            assert word in answer.text
        with house.database.reading() as session:
            assert [each.name for each in purposes.find_all(session).get("service").custom] == ["custom_best_time"]

    @pytest.mark.parametrize(
        ("wrong", "at", "sentence"),
        [
            ({"title_de": "Religion"}, "title_de", "Solche Angaben nimmt Lethe nicht auf"),
            ({"title_en": "Gender"}, "title_en", "Solche Angaben nimmt Lethe nicht auf"),
            ({"title_de": ""}, "title_de", "in beiden Sprachen"),
            ({"kind": ""}, "kind", "was in dem Feld steht"),
            ({"group": ""}, "group", "die Feldgruppe"),
            ({"rule": ""}, "rule", "die Löschregel"),
            ({"rule": "RET-10"}, "rule", "die Löschregel"),
            ({"options": "einer"}, "options", "mindestens zwei"),
            ({"position": "abc"}, "position", "als ganze Zahl"),
            ({"position": "-5"}, "position", "als ganze Zahl"),
            ({"options": "evangelisch\nkatholisch"}, "options", "„evangelisch“ darf nicht zur Wahl stehen"),
            ({"purpose_business_contact": None, "purpose_service": None}, "purpose_business_contact", "mindestens einen Zweck"),
            ({"purpose_sales_approach": "1"}, "purpose_business_contact", "öffnet diese Feldgruppe nicht"),
        ],
    )
    def test_what_cannot_be_says_so_at_its_field_and_keeps_what_was_typed(self, house, coordinator, wrong, at, sentence):
        page = coordinator.get("/custom-fields/new")
        typed = {name: value for name, value in {**NEW, **wrong, "token": hidden(page, "token")}.items() if value is not None}

        answer = coordinator.send("/custom-fields/new", typed)

        assert answer.status_code == 422
        assert sentence in error_at(answer, at)
        assert typed["title_de"] in answer.text
        assert house.count(CustomField) == 0

    def test_sent_twice_it_is_there_once(self, house, coordinator):
        token = hidden(coordinator.get("/custom-fields/new"), "token")
        for _ in range(2):
            assert coordinator.send("/custom-fields/new", {**NEW, "token": token}).status_code == 303

        assert house.count(CustomField) == 1

    def test_narrowing_the_purposes_takes_the_field_from_pages_at_once(self, house, coordinator, sales, fields):
        person = house.take_in()
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft"})
        form = inputs_of(coordinator.get(f"/custom-fields/{fields[0]}"))

        answer = coordinator.send(f"/custom-fields/{fields[0]}", {**form, "purpose_contract_person": "1", "purpose_service": "1"})
        assert "öffnet diese Feldgruppe nicht" in error_at(answer, "purpose_business_contact")
        coordinator.send(f"/custom-fields/{fields[0]}", {**form, "purpose_service": "1"})

        assert "Wasserwirtschaft" not in sales.get(f"/contacts/{person}").text
        assert value_count(house) == 1

    def test_a_value_typed_into_a_field_that_was_taken_off_meanwhile_does_not_vanish_unsaid(self, house, coordinator, sales, fields):
        person = house.take_in()
        open_form = inputs_of(sales.get(f"/contacts/{person}/edit"))
        form = inputs_of(coordinator.get(f"/custom-fields/{fields[1]}"))
        coordinator.send(f"/custom-fields/{fields[1]}", {**form, "purpose_service": "1"})

        refused = sales.send(f"/contacts/{person}/edit", {**open_form, MONTHS: "18", "position": "Chefin vom Dienst"})
        again = sales.send(f"/contacts/{person}/edit", {**inputs_of(refused), MONTHS: ""})

        assert (refused.status_code, again.status_code) == (422, 303)
        assert "braucht dieses Feld nicht" in error_at(refused, MONTHS)
        assert inputs_of(refused)[MONTHS] == "18"
        assert "Chefin vom Dienst" in sales.get(f"/contacts/{person}").text

    def test_what_somebody_else_changed_meanwhile_is_named_at_its_field(self, coordinator, fields):
        form = {**inputs_of(coordinator.get(f"/custom-fields/{fields[0]}")), "purpose_business_contact": "1"}
        coordinator.send(f"/custom-fields/{fields[0]}", {**form, "title_de": "Branche"})

        answer = coordinator.send(f"/custom-fields/{fields[0]}", {**form, "title_de": "Zweig"})

        assert answer.status_code == 409
        assert "Inzwischen steht hier „Branche“" in error_at(answer, "title_de")
        assert 'value="Zweig"' in answer.text

    def test_purposes_that_somebody_else_chose_are_named_as_pages_name_them(self, coordinator, fields):
        form = inputs_of(coordinator.get(f"/custom-fields/{fields[1]}"))
        coordinator.send(f"/custom-fields/{fields[1]}", {**form, "purpose_business_contact": "1"})

        answer = coordinator.send(f"/custom-fields/{fields[1]}", {**form, "purpose_service": "1"})

        assert "„Vertrieb (Ansprechpartner)“" in error_at(answer, "purpose_business_contact")

    def test_who_loses_a_race_for_a_title_learns_it_at_the_field(self, house, coordinator, monkeypatch):
        typed = {**NEW, "token": hidden(coordinator.get("/custom-fields/new"), "token")}

        def be_faster(form):
            with house.database.writing() as session:
                define(session, house.now, title_de=NEW["title_de"])
            return write(form)

        write = custom_fields._define
        monkeypatch.setattr(custom_fields, "_define", be_faster)
        answer = coordinator.send("/custom-fields/new", typed)

        assert answer.status_code == 422
        assert "gibt es schon" in error_at(answer, "title_de")

    def test_kind_group_and_rule_stay(self, house, coordinator, fields):
        form = inputs_of(coordinator.get(f"/custom-fields/{fields[0]}"))
        assert not {"kind", "group", "rule"} & form.keys()

        coordinator.send(
            f"/custom-fields/{fields[0]}",
            {**form, "purpose_business_contact": "1", "kind": "date", "group": "email", "rule": "RET-39", "title_de": "Zweig"},
        )

        with house.database.reading() as session:
            row = session.get_one(CustomField, fields[0])
            assert (row.title_de, row.kind, row.field_group, row.rule) == ("Zweig", "text", "position", "RET-38")

    def test_retiring_says_how_many_people_have_a_value_and_asks_first(self, house, coordinator, sales, fields):
        person = house.take_in()
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft"})

        page = coordinator.get(f"/custom-fields/{fields[0]}/retire")
        assert "1 Person hat einen Wert." in page.text
        assert "Wasserwirtschaft" not in page.text
        coordinator.send(f"/custom-fields/{fields[0]}/retire", {"version": hidden(page, "version")})

        assert "stillgelegt" in coordinator.get("/custom-fields").text
        assert coordinator.get(f"/custom-fields/{fields[0]}").status_code == 404
        assert "Wasserwirtschaft" in sales.get(f"/contacts/{person}").text
        assert INDUSTRY not in inputs_of(sales.get("/contacts/new"))

    def test_is_for_the_coordinator_alone(self, colleague, sales):
        for member in (sales, colleague(Role.ADMIN), colleague(Role.DPO)):
            assert member.get("/custom-fields").status_code == 403

    def test_stands_in_the_navigation_of_the_coordinator_and_in_the_log_by_name(self, colleague, coordinator, fields):
        assert 'href="/custom-fields"' in coordinator.get("/").text

        log = coordinator.get("/ledger?action=field%3Adefined")
        assert "Eigenes Feld angelegt" in log.text


class TestTheContactPage:
    def test_shows_a_value_among_the_fields_and_counts_it(self, house, sales, fields):
        person = house.take_in()
        before = strip_text(sales.get(f"/contacts/{person}"))
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft", MONTHS: "1500,5"})

        page = sales.get(f"/contacts/{person}")

        assert before == "Der Zweck öffnet 15 von 16 Feldern, 2 davon sind leer"
        assert strip_text(page) == "Der Zweck öffnet 15 von 16 Feldern"
        assert {INDUSTRY, MONTHS} <= shown_fields(page)
        assert "Branche des Projekts" in page.text
        assert "1.500,5" in page.text

    def test_shows_to_service_what_is_bound_to_service_alone(self, house, sales, colleague, fields):
        person = house.take_in("business_contact", "service")
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft", MONTHS: "12"})

        page = colleague(Role.SERVICE).get(f"/contacts/{person}")

        assert MONTHS in shown_fields(page)
        assert "Wasserwirtschaft" not in page.text
        assert re.search(r"von 16 Feldern", strip_text(page))

    def test_tells_in_its_history_which_field_was_changed(self, house, sales, fields):
        person = house.take_in()
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft"})

        assert re.search(r"Branche des Projekts[^<]*Vertrieb \(Ansprechpartner\)", sales.get(f"/contacts/{person}").text)


class TestTheForm:
    def test_asks_for_the_fields_of_the_purpose(self, sales, fields):
        assert {INDUSTRY, MONTHS} <= inputs_of(sales.get("/contacts/new")).keys()

        sales.work_for("sales_approach")
        assert not {INDUSTRY, MONTHS} & inputs_of(sales.get("/contacts/new")).keys()

    def test_takes_in_a_person_with_values(self, house, sales, fields, line):
        typed = {**new_form(sales), **FIELDS, INDUSTRY: "Wasserwirtschaft", MONTHS: "6", "custom_line": "Rohre"}

        page = sales.send("/contacts/new", typed, follow_redirects=True)

        assert {INDUSTRY, MONTHS, "custom_line"} <= shown_fields(page)
        assert value_count(house) == 3

    @pytest.mark.parametrize(
        ("name", "typed", "sentence"), [(MONTHS, "1.500", "keine eindeutige Zahl"), (INDUSTRY, "x" * 201, "länger als 200")]
    )
    def test_says_at_the_field_what_is_wrong_and_saves_nothing_by_halves(self, house, sales, fields, name, typed, sentence):
        person = house.take_in()

        answer = fill(sales, person, position="Chefin vom Dienst", **{name: typed})

        assert answer.status_code == 422
        assert sentence in error_at(answer, name)
        assert typed in answer.text
        assert "Chefin vom Dienst" not in sales.get(f"/contacts/{person}").text

    def test_does_not_keep_what_the_purpose_does_not_open_even_when_it_is_sent(self, house, sales, fields):
        person = house.take_in("business_contact", "sales_approach")
        sales.work_for("sales_approach")

        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft"})

        assert value_count(house) == 0

    def test_takes_numbers_and_days_as_they_are_printed(self, house, sales, fields):
        with house.database.writing() as session:
            define(session, house.now, title_de="Baubeginn", title_en="Start", kind="date")
        person = house.take_in()

        fill(sales, person, **{MONTHS: "1.500,5", "custom_start": "31.12.2026"})

        form = inputs_of(sales.get(f"/contacts/{person}/edit"))
        assert (form[MONTHS], form["custom_start"]) == ("1500,5", "2026-12-31")

    def test_shows_field_by_field_what_somebody_else_changed(self, house, sales, colleague, fields):
        person = house.take_in()
        mine = inputs_of(sales.get(f"/contacts/{person}/edit"))
        fill(colleague(Role.SALES, "Otto Kern"), person, **{INDUSTRY: "Chemie", MONTHS: "2,5"})

        answer = sales.send(f"/contacts/{person}/edit", {**mine, INDUSTRY: "Wasserwirtschaft"})

        assert answer.status_code == 409
        assert "Inzwischen steht hier „Chemie“" in error_at(answer, INDUSTRY)
        assert inputs_of(answer)[INDUSTRY] == "Wasserwirtschaft"
        assert inputs_of(answer)[MONTHS] == "2,5"

    def test_keeps_a_choice_that_is_offered_no_more(self, house, sales, coordinator, fields, line):
        person = house.take_in()
        fill(sales, person, custom_line="Rohre")
        form = inputs_of(coordinator.get(f"/custom-fields/{line}"))
        coordinator.send(f"/custom-fields/{line}", {**form, "options": "Pumpen\nVentile", "purpose_business_contact": "1"})

        assert fill(sales, person, position="Neu").status_code == 303

        assert "Rohre" in sales.get(f"/contacts/{person}").text

    def test_of_a_retired_field_lets_the_value_go(self, house, sales, coordinator, fields):
        person = house.take_in()
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft"})
        coordinator.send(f"/custom-fields/{fields[0]}/retire", {"version": "1"})

        refused = fill(sales, person, **{INDUSTRY: "Chemie"})
        fill(sales, person, **{INDUSTRY: ""})

        assert refused.status_code == 422
        assert "nicht mehr gefüllt" in error_at(refused, INDUSTRY)
        assert value_count(house) == 0


class TestSearch:
    @pytest.fixture
    def people(self, house, sales, fields, line):
        found = [house.take_in("business_contact", "service", fields={**FIELDS, "last_name": name}) for name in ("Wehmeier", "Ott")]
        fill(sales, found[0], **{INDUSTRY: "Wasserwirtschaft", MONTHS: "77", "custom_line": "Rohre"})
        house.build_index()
        return found

    @pytest.mark.parametrize("words", ["wasserwirt", "Wasserwirtschaft", "rohre", "wehmeier wasser", "w rohr"])
    def test_finds_people_by_words_of_the_purpose(self, people, sales, words):
        assert [name.split(",")[0] for name in names_in(sales.search(words))] == ["Wehmeier"]

    @pytest.mark.parametrize("words", ["wasserwirt", "rohre", "wehmeier wasser"])
    def test_finds_nobody_for_a_purpose_that_does_not_open_the_field(self, people, colleague, words):
        answer = colleague(Role.SERVICE).search(words)

        assert names_in(answer) == []
        assert "Wehmeier" not in answer.text

    def test_leaves_an_entry_that_names_the_group_which_was_opened(self, house, people, sales):
        sales.search("wasserwirt")

        assert '"position"' in house.entries("people:listed")[-1]

    def test_is_not_about_numbers(self, people, sales):
        assert names_in(sales.search("77")) == []


class TestExports:
    def test_hold_the_columns_that_the_purpose_opens(self, house, sales, fields):
        person = house.take_in()
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft", MONTHS: "2,5"})
        house.build_index()

        ask(sales, **{f"column_{INDUSTRY}": "1", f"column_{MONTHS}": "1"})
        rows = list(csv.reader(io.StringIO(sales.get(file_url(sales)).data.decode("utf-8-sig")), delimiter=";"))

        assert rows[0][-2:] == ["Branche des Projekts", "Wartungsintervall"]
        assert rows[1][-2:] == ["Wasserwirtschaft", "2,5"]
        assert "Branche des Projekts" in sales.get("/exports").text
        (made,) = house.entries("export:made")
        assert '"position"' in made
        assert "Wasserwirtschaft" not in made

    def test_have_no_column_that_a_spreadsheet_would_run(self, house, sales):
        with house.database.writing() as session:
            define(session, house.now, title_de="=cmd|calc!A1", title_en="=cmd|calc!A1")
        fill(sales, house.take_in(), custom_cmd_calc_a1="Wasserwirtschaft")
        house.build_index()

        ask(sales, column_custom_cmd_calc_a1="1")

        (header, *_) = csv.reader(io.StringIO(sales.get(file_url(sales)).data.decode("utf-8-sig")), delimiter=";")
        assert header[-1] == "'=cmd|calc!A1"

    def test_offer_no_column_that_the_purpose_does_not_open(self, house, sales, fields):
        house.take_in("precontract_request")
        house.build_index()
        sales.work_for("precontract_request")

        assert "Branche des Projekts" not in sales.get("/exports/contacts/new").text
        ask(sales, **{f"column_{INDUSTRY}": "1"})
        assert "Branche des Projekts" not in sales.get("/exports").text


class TestImports:
    FILE = "Nachname;Branche des Projekts;Intervall;Sparte\nGroß;Wasserwirtschaft;1.502,5;ROHRE\nWeiß;Chemie;viel;Ventile\n"

    def test_take_a_column_into_a_field_and_say_what_does_not_fit(self, house, sales, fields, line):
        url = sent(sales, self.FILE)
        proposed = chosen(sales.get(f"{url}/columns"))
        assert (proposed["column_1"], proposed["column_3"]) == (INDUSTRY, "custom_line")

        page = check(house, sales, url, column_2=MONTHS)
        assert "Der Wert eines eigenen Felds passt nicht" in page.text
        assert "Intervall (1), Sparte (1)" in page.text
        sales.send(f"{url}/start")
        work_off(house)

        house.build_index()
        (person,) = re.findall(r'href="(/contacts/[0-9a-f]{32})">Groß', sales.search("wasserwirt").text)
        shown = sales.get(person)
        for word in ("Wasserwirtschaft", "1.502,5", "Rohre"):
            assert word in shown.text
        assert value_count(house) == 4

    def test_drop_the_column_where_the_purpose_does_not_open_the_field(self, house, sales, fields):
        sales.work_for("sales_approach")
        url = sent(sales, self.FILE)

        assert INDUSTRY not in sales.get(f"{url}/columns").text
        check(house, sales, url, column_1=INDUSTRY)
        sales.send(f"{url}/start")
        work_off(house)

        assert value_count(house) == 0
        assert house.count(Contact) == 2


class TestRestriction:
    def test_hides_values_with_everything_else(self, house, sales, fields):
        person = house.take_in()
        fill(sales, person, **{INDUSTRY: "Wasserwirtschaft"})
        house.restrict(person)

        assert "Wasserwirtschaft" not in sales.get(f"/contacts/{person}").text


def test_the_concept_shows_the_periods_that_run(house, sales, coordinator, fields):
    person = house.take_in()
    fill(sales, person, **{INDUSTRY: "Wasserwirtschaft"})

    row = re.search(r"RET-38</a></th>(.*?)</tr>", coordinator.get("/retention").text, re.DOTALL).group(1)

    assert re.search(r'Laufende Fristen">1<', row)
    with house.database.reading() as session:
        assert session.scalar(select(CustomValue.field_id)) == fields[0]
