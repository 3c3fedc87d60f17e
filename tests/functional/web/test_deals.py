"""Deals on their pages: who sees which, what is refused where, and that nothing typed is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest

from crm.actor import Role
from crm.models.deal import Deal
from tests.functional.web.conftest import error_at, hidden, strip_number


def titles_in(answer):
    return re.findall(r'<th scope="row"[^>]*><a href="/deals/[0-9a-f]{32}">([^<]+)</a>', answer.text)


def typed(answer, **fields):
    return {
        "token": hidden(answer, "token"),
        "purpose": "business_contact",
        "title": "Bohrwerk",
        "stage": "qualification",
        "amount": "50.000",
        "expected_on": "2027-03-31",
        **fields,
    }


def sell(member, **fields):
    """Fill the form in and send it."""
    return member.send("/deals/new", typed(member.get("/deals/new"), **fields))


def sold(member, **fields):
    answer = sell(member, **fields)
    assert answer.status_code == 303, answer.text
    return answer.location


class TestForm:
    def test_takes_in_a_deal_with_a_company_found_by_its_name(self, house, sales):
        house.add_company("Alpha GmbH", city="Ulm")

        page = sales.get(sold(sales, company="Alpha GmbH · Ulm", amount="1.234,56")).text

        assert "Bohrwerk" in page
        assert "1.234,56\u00a0€" in page
        assert "Alpha GmbH" in page
        assert len(house.entries("deal:created")) == 1

    def test_sent_twice_takes_in_one(self, house, sales):
        house.add_company("Alpha GmbH")
        form = typed(sales.get("/deals/new"), company="Alpha GmbH")

        assert sales.send("/deals/new", form).location == sales.send("/deals/new", form).location
        assert house.count(Deal) == 1

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"title": ""}, "title", "Bitte geben Sie der Verkaufschance einen Titel."),
            ({"title": "x" * 121}, "title", "120"),
            ({"company": ""}, "company", "Bitte wählen Sie eine Firma oder eine Person."),
            ({"company": "Luftschloss AG"}, "company", "Diese Firma gibt es hier noch nicht."),
            ({"person": "a" * 32}, "person", "Diese Person gibt es nicht mehr."),
            ({"owner": "a" * 32}, "owner", "Dieses Konto gibt es nicht mehr"),
            ({"amount": "viel"}, "amount", "Das ist kein Betrag."),
            ({"amount": "-5"}, "amount", "Der Betrag darf nicht negativ sein."),
            ({"amount": "9999999999"}, "amount", "Der Betrag ist zu groß."),
            ({"probability": "101"}, "probability", "von 0 bis 100"),
            ({"probability": "halb"}, "probability", "von 0 bis 100"),
            ({"expected_on": "2027-02-30"}, "expected_on", "zum Beispiel 31.12.2027"),
            ({"product": "Luftschloss"}, "product", "Diese Auswahl gibt es nicht (mehr)."),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_loses_nothing(self, house, sales, wrong, field, sentence):
        house.add_company("Alpha GmbH")

        answer = sell(sales, **{"company": "Alpha GmbH", "probability": "33", **wrong})

        assert answer.status_code == 422
        assert sentence in error_at(answer, field)
        assert 'value="2027-03-31"' in answer.text or field == "expected_on"
        assert 'value="33"' in answer.text or field == "probability"
        assert house.count(Deal) == 0

    def test_shows_markup_as_text(self, house, sales):
        house.add_company("Alpha GmbH")

        page = sales.get(sold(sales, company="Alpha GmbH", title="<script>alert(1)</script>")).text

        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_finds_a_person_without_script_and_keeps_what_was_typed(self, house, sales):
        subject_id = house.take_in()
        house.build_index()

        answer = sell(sales, person_q="Wehmeier", find="1")

        assert answer.status_code == 200
        assert f'<option value="{subject_id}" selected>Wehmeier, Katharina' in answer.text
        assert 'value="Bohrwerk"' in answer.text
        assert "1 Person gefunden" in answer.text

    def test_offers_people_while_somebody_types(self, house, sales):
        house.take_in()
        house.build_index()

        answer = sales.type("/deals/people", "", person_q="wehm")

        assert "Wehmeier, Katharina" in answer.text
        assert "<html" not in answer.text

    def test_about_a_person_opens_with_them_from_their_page_and_is_sealed_for_them(self, house, sales):
        company_id = house.add_company("Alpha GmbH", city="Ulm")
        subject_id = house.take_in(company_id=company_id)

        form = sales.get(f"/deals/new?person={subject_id}")
        assert f'<option value="{subject_id}" selected>Wehmeier, Katharina' in form.text
        assert 'value="Alpha GmbH · Ulm"' in form.text
        page = sales.get(sold(sales, person=subject_id, company="Alpha GmbH · Ulm"))

        assert "Wehmeier, Katharina" in page.text
        assert strip_number(page) == 2

    def test_of_a_sole_trader_opens_with_the_person(self, house, sales):
        company_id = house.add_sole_trader("Malerei Huber")

        form = sales.get(f"/deals/new?company={company_id}")
        chosen = re.search(r'<option value="([0-9a-f]{32})" selected>Huber, Ilse', form.text).group(1)
        location = sold(sales, person=chosen)

        with house.database.reading() as session:
            deal = session.get_one(Deal, location.rpartition("/")[2])
            assert (deal.company_id, deal.subject_id) == (company_id, chosen)

    def test_says_that_a_purpose_has_no_room_for_text_about_a_person(self, house, sales):
        subject_id = house.take_in("business_contact", "sales_approach")
        sales.work_for("sales_approach")

        answer = sell(sales, person=subject_id, purpose="sales_approach")

        assert answer.status_code == 422
        assert "hat keinen Platz für freien Text über Personen" in answer.text
        assert 'value="Bohrwerk"' in answer.text


class TestChange:
    def test_lays_what_somebody_else_changed_beside_what_was_typed(self, house, sales):
        house.add_company("Alpha GmbH")
        path = sold(sales, company="Alpha GmbH")
        form = sales.get(f"{path}/edit")
        fields = dict(re.findall(r'name="(was_\w+)"\s+value="([^"]*)"', form.text)) | {
            "version": "1",
            "purpose": "business_contact",
            "title": "Bohrwerk",
            "company": "Alpha GmbH · Kassel",
            "amount": "50.000,00",
            "expected_on": "2027-03-31",
        }
        assert sales.send(f"{path}/edit", {**fields, "title": "Fräswerk", "region": "Ost"}).status_code == 303

        answer = sales.send(f"{path}/edit", {**fields, "title": "Drehbank", "amount": "60000"})

        assert answer.status_code == 409
        assert "Inzwischen steht hier „Fräswerk“" in error_at(answer, "title")
        assert 'value="Drehbank"' in answer.text
        assert 'value="60.000,00"' in answer.text
        assert '<option value="Ost" selected>' in answer.text


class TestList:
    def test_shows_deals_of_all_colleagues_with_who_answers_for_them(self, house, sales, colleague):
        house.add_company("Alpha GmbH")
        other = colleague(Role.SALES, "Mert Özdemir")
        sold(other, company="Alpha GmbH", owner=other.member.id)

        answer = sales.get("/deals")

        assert titles_in(answer) == ["Bohrwerk"]
        assert "Mert Özdemir" in answer.text
        assert "Alpha GmbH" in answer.text

    def test_shows_the_management_figures_and_no_title(self, house, sales, colleague):
        house.add_company("Alpha GmbH")
        sold(sales, company="Alpha GmbH")

        answer = colleague(Role.MANAGEMENT).get("/deals")

        assert titles_in(answer) == ["Verkaufschance"]
        assert "50.000,00" in answer.text

    def test_shows_neutral_words_where_the_door_says_no(self, house, sales):
        """Art. 18 DSGVO."""
        subject_id = house.take_in()
        path = sold(sales, person=subject_id)
        house.restrict(subject_id)

        answer = sales.get("/deals")
        page = sales.get(path)

        assert titles_in(answer) == ["Verkaufschance"]
        for shown in (answer, page):
            assert "Wehmeier" not in shown.text
            assert "Bohrwerk" not in shown.text
            assert strip_number(shown) == 0
        assert sales.get(f"{path}/edit").status_code == 409

    def test_is_filtered_by_owner_stage_and_region(self, house, sales):
        house.add_company("Alpha GmbH")
        sold(sales, company="Alpha GmbH", owner=sales.member.id, region="Ost")
        sold(sales, company="Alpha GmbH", title="Fräswerk", stage="offer")

        assert titles_in(sales.get(f"/deals?owner={sales.member.id}")) == ["Bohrwerk"]
        assert titles_in(sales.get("/deals?stage=offer")) == ["Fräswerk"]
        assert titles_in(sales.get("/deals?region=Ost")) == ["Bohrwerk"]
        assert titles_in(sales.get("/deals?stage=moon")) == []
        assert "Diese Auswahl gibt es hier nicht (mehr)." in sales.get("/deals?stage=moon").text

    @pytest.mark.parametrize("role", [Role.SERVICE, Role.ACCOUNTING, Role.MARKETING])
    def test_is_not_for_other_roles(self, colleague, role):
        assert colleague(role).get("/deals").status_code == 403


class TestMove:
    @pytest.fixture
    def path(self, house, sales):
        house.add_company("Alpha GmbH")
        return sold(sales, company="Alpha GmbH")

    def test_brings_the_reader_back_to_the_card(self, sales, path):
        answer = sales.send(f"{path}/move", {"stage": "offer", "version": "1", "next": "/deals/board"})

        deal_id = path.rpartition("/")[2]
        assert answer.location == f"/deals/board#deal-{deal_id}"
        board = sales.get("/deals/board").text
        column = board.partition('data-stage="offer"')[2].partition("data-stage=")[0]
        assert f'id="deal-{deal_id}"' in column

    def test_of_one_that_is_lost_asks_for_the_reason_first(self, house, sales, path):
        asked = sales.send(f"{path}/move", {"stage": "lost", "version": "1"})
        assert asked.status_code == 200
        assert "Warum ist die Verkaufschance verloren?" in asked.text
        assert "<b>Bohrwerk</b> · Alpha GmbH · 50.000,00" in asked.text
        assert strip_number(asked) == 0  # the deal of a company names nobody

        refused = sales.send(f"{path}/move", {"stage": "lost", "version": "1", "loss_reason": ""})
        assert refused.status_code == 422
        assert "warum die Verkaufschance verloren ist" in error_at(refused, "loss_reason")

        sales.send(f"{path}/move", {"stage": "lost", "version": "1", "loss_reason": "price"})
        assert "Preis" in sales.get(path).text

    def test_of_one_that_is_lost_names_the_person_and_the_purpose_by_which_they_are_shown(self, house, sales):
        path = sold(sales, person=house.take_in())

        asked = sales.send(f"{path}/move", {"stage": "lost", "version": "1"})

        assert "Wehmeier, Katharina" in asked.text
        assert strip_number(asked) == 2
        assert "Zweck" in asked.text.partition('class="strip"')[2]

    def test_of_one_that_was_changed_meanwhile_says_so_and_changes_nothing(self, house, sales, path):
        sales.send(f"{path}/move", {"stage": "offer", "version": "1"})

        answer = sales.send(f"{path}/move", {"stage": "won", "version": "1"}, follow_redirects=True)

        assert "Nicht verschoben: Inzwischen wurde diese Verkaufschance geändert." in answer.text
        assert len(house.entries("deal:moved")) == 1

    def test_leads_to_no_other_site(self, sales, path):
        answer = sales.send(f"{path}/move", {"stage": "offer", "version": "1", "next": "https://evil.example/"})

        assert answer.location.startswith(path)

    def test_shows_the_way_on_the_page(self, house, sales, path):
        house.clock.advance(timedelta(minutes=1))
        sales.send(f"{path}/move", {"stage": "offer", "version": "1"})

        page = sales.get(path).text

        assert page.index("Angebot <small") < page.index("Bedarf geklärt <small")
        assert "Jule Brandt" in page


class TestForecast:
    def test_shows_each_month_weighted(self, house, sales):
        house.add_company("Alpha GmbH")
        sold(sales, company="Alpha GmbH", amount="10000", probability="25", expected_on="2026-12-24")

        page = sales.get("/deals/forecast").text

        row = page.partition("Dezember 2026")[2].partition("</tr>")[0]
        assert "10.000\u00a0€" in row
        assert "2.500\u00a0€" in row


class TestOnOtherPages:
    def test_a_company_shows_its_deals_to_who_may_see_them(self, house, sales, colleague):
        company_id = house.add_company("Alpha GmbH")
        sold(sales, company="Alpha GmbH")

        assert "Bohrwerk" in sales.get(f"/companies/{company_id}").text
        assert "Verkaufschancen" not in colleague(Role.SERVICE).get(f"/companies/{company_id}").text.partition("<main")[2]

    def test_a_contact_shows_their_deals(self, house, sales):
        subject_id = house.take_in()
        path = sold(sales, person=subject_id)

        assert f'href="{path}"' in sales.get(f"/contacts/{subject_id}").text


OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}  # as a browser says it


class TestLostSession:
    """Nothing that was typed is lost when the sign-in has ended meanwhile."""

    def test_what_was_typed_is_offered_to_be_sent_again(self, house, sales, colleague):
        house.add_company("Alpha GmbH")
        form = typed(sales.get("/deals/new"), company="Alpha GmbH", title='Bohrwerk "Süd" <b>')
        sales.send("/sign-out")

        lapsed = sales.client.post("/deals/new", data={"csrf_token": sales.form_token, **form}, headers=OWN_PAGE)

        assert lapsed.status_code == 401
        assert "nichts ist verloren" in lapsed.text
        assert 'name="title" value="Bohrwerk &#34;Süd&#34; &lt;b&gt;"' in lapsed.text
        again = colleague(Role.SALES, "Mia Neu")
        stale = again.client.post("/deals/new", data={**hidden_fields(lapsed)}, headers=OWN_PAGE)
        assert stale.status_code == 400  # another sign-in, another token: asked once more
        saved = again.client.post("/deals/new", data=hidden_fields(stale), headers=OWN_PAGE)
        assert saved.status_code == 303
        assert house.count(Deal) == 1

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
    def test_is_offered_to_nobody_whom_another_site_could_have_sent(self, sales, site):
        sales.send("/sign-out")

        lapsed = sales.client.post("/deals/new", data={"title": "Bohrwerk"}, headers={"Sec-Fetch-Site": site} if site else {})

        assert "Bohrwerk" not in lapsed.text

    def test_passwords_are_not_carried(self, sales):
        sales.send("/sign-out")

        lapsed = sales.client.post("/account/password", data={"current_password": "geheim-123", "name": "x"}, headers=OWN_PAGE)

        assert "geheim-123" not in lapsed.text


def hidden_fields(answer):
    """Return what the button that sends once more would send."""
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text)}
