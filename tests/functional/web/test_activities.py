"""Activities on their pages, on the workplace, and on the pages of those they are about."""

import re
from datetime import timedelta

import pytest

from crm.actor import Role
from crm.models.activity import Activity
from crm.models.contact import Note
from tests.functional.web.conftest import error_at, hidden, strip_number
from tests.functional.web.test_deals import sold


def plan(member, about, **fields):
    form = member.get(f"/activities/new?{about}")
    name, _, value = about.partition("=")
    sent = {
        "token": hidden(form, "token"),
        "purpose": hidden(form, "purpose"),
        name: value,
        "kind": "call",
        "text": "Angebot nachfassen",
        "due_on": "2026-11-23",
        "owner": member.member.id,
    }
    return member.send("/activities/new", {**sent, **fields})


def done_page(member, listed="/activities"):
    return re.search(r'href="(/activities/[0-9a-f]{32}/done)"', member.get(listed).text).group(1)


class TestPlanning:
    def test_leads_back_to_the_person_whose_page_shows_it(self, house, sales):
        subject_id = house.take_in()

        answer = plan(sales, f"person={subject_id}")

        assert answer.location == f"/contacts/{subject_id}"
        assert "Angebot nachfassen" in sales.get(answer.location).text

    def test_about_a_deal_is_shown_there(self, house, sales):
        house.add_company("Alpha GmbH")
        path = sold(sales, company="Alpha GmbH")

        assert plan(sales, f"deal={path.rpartition('/')[2]}").location == path
        assert "Angebot nachfassen" in sales.get(path).text

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"text": ""}, "text", "Bitte schreiben Sie, was zu tun ist."),
            ({"text": "x" * 201}, "text", "200"),
            ({"kind": "dream"}, "kind", "Diese Art von Aktivität gibt es nicht."),
            ({"due_on": "31.02.2027"}, "due_on", "bis wann es zu tun ist"),
            ({"due_time": "26:00"}, "due_time", "Uhrzeit so an: 14:30"),
            ({"owner": ""}, "owner", "wer es tut"),
            ({"owner": "a" * 32}, "owner", "Dieses Konto gibt es nicht mehr"),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_loses_nothing(self, house, sales, wrong, field, sentence):
        company_id = house.add_company("Alpha GmbH")

        answer = plan(sales, f"company={company_id}", **wrong)

        assert answer.status_code == 422
        assert sentence in error_at(answer, field)
        assert "Angebot nachfassen" in answer.text or field == "text"
        assert house.count(Activity) == 0

    def test_from_nowhere_asks_for_a_company(self, house, sales):
        company_id = house.add_company("Alpha GmbH")

        refused = plan(sales, "company=")
        planned = plan(sales, "company=Alpha GmbH")

        assert "Bitte wählen Sie eine Firma oder eine Person." in error_at(refused, "company")
        assert planned.location == f"/companies/{company_id}"

    def test_of_the_service_reaches_no_deal(self, house, sales, colleague):
        house.add_company("Alpha GmbH")
        deal_id = sold(sales, company="Alpha GmbH").rpartition("/")[2]

        answer = plan(colleague(Role.SERVICE), f"deal={deal_id}")

        assert answer.status_code == 422
        assert house.count(Activity) == 0


class TestWorkplace:
    def test_names_what_is_due_with_the_overdue_first(self, house, sales):
        subject_id = house.take_in()
        today = house.now.date()
        plan(sales, f"person={subject_id}", text="heute anrufen", due_on=today.isoformat(), due_time="14:30")
        plan(sales, f"person={subject_id}", text="längst anrufen", due_on=(today - timedelta(days=3)).isoformat())
        plan(sales, f"person={subject_id}", text="morgen anrufen", due_on=(today + timedelta(days=1)).isoformat())

        page = sales.get("/").text.partition("Heute fällig")[2]

        assert page.index("längst anrufen") < page.index("heute anrufen")
        assert "überfällig seit" in page
        assert "14:30 · Dr. Katharina Wehmeier" in page
        assert "morgen anrufen" not in page

    def test_shows_neutral_words_where_the_door_says_no(self, house, sales):
        """Art. 18 DSGVO."""
        subject_id = house.take_in()
        plan(sales, f"person={subject_id}", due_on=house.now.date().isoformat())
        house.restrict(subject_id)

        page = sales.get("/").text.partition("Heute fällig")[2].partition("</section>")[0]

        assert "Anruf" in page
        assert "nachfassen" not in page
        assert "Wehmeier" not in page

    def test_of_the_service_has_its_own(self, house, colleague):
        service = colleague(Role.SERVICE)
        plan(service, f"person={house.take_in('service')}", due_on=house.now.date().isoformat())

        assert "Angebot nachfassen" in service.get("/").text


class TestDone:
    @pytest.fixture
    def subject_id(self, house, sales):
        subject_id = house.take_in()
        plan(sales, f"person={subject_id}")
        return subject_id

    def test_asks_what_came_of_it_and_keeps_it_as_a_note(self, house, sales, subject_id):
        path = done_page(sales)
        asked = sales.get(path)
        assert "Was kam dabei heraus?" in asked.text
        assert strip_number(asked) == 2

        sales.send(path, {"version": "1", "text": "Will bis Freitag entscheiden."})

        assert "Will bis Freitag entscheiden." in sales.get(f"/contacts/{subject_id}").text
        assert "Angebot nachfassen" in sales.get("/activities?show=done").text
        assert "Nichts zu tun" in sales.get("/activities").text

    def test_without_a_note_writes_none(self, house, sales, subject_id):
        sales.send(done_page(sales), {"version": "1", "text": "doch nicht", "nothing": "1"})

        assert house.count(Note) == 0
        assert house.count(Activity, Activity.done_at.is_not(None)) == 1

    def test_shows_words_of_special_categories_once_and_keeps_them_at_a_second_press(self, house, sales, subject_id):
        """Art. 9 DSGVO."""
        path = done_page(sales)

        asked = sales.send(path, {"version": "1", "text": "Ist an Krebs erkrankt."})
        assert asked.status_code == 409
        assert "Ist an Krebs erkrankt." in asked.text
        seen = re.search(r'name="seen" value="([^"]*)"', asked.text).group(1)
        assert house.count(Note) == 0

        assert sales.send(path, {"version": "1", "text": "Ist an Krebs erkrankt.", "seen": seen}).status_code == 303
        assert house.count(Note) == 1

    def test_by_a_colleague_meanwhile_says_so(self, house, sales, subject_id):
        path = done_page(sales)
        sales.send(path, {"version": "1", "text": ""})

        assert "Das ist schon erledigt." in sales.send(path, {"version": "1", "text": "x"}, follow_redirects=True).text


def test_a_change_made_meanwhile_is_laid_beside_what_was_typed(house, sales):
    plan(sales, f"company={house.add_company('Alpha GmbH')}")
    path = done_page(sales).replace("/done", "/edit")
    form = sales.get(path)
    fields = dict(re.findall(r'name="(was_\w+)"\s+value="([^"]*)"', form.text)) | {
        "version": "1",
        "purpose": "business_contact",
        "kind": "call",
        "text": "Angebot nachfassen",
        "due_on": "2026-11-23",
        "owner": sales.member.id,
    }
    assert sales.send(path, {**fields, "text": "Muster schicken", "kind": "mail"}).status_code == 303

    answer = sales.send(path, {**fields, "text": "Katalog schicken"})

    assert answer.status_code == 409
    assert "Inzwischen steht hier „Muster schicken“" in error_at(answer, "text")
    assert 'value="Katalog schicken"' in answer.text
    assert '<option value="mail" selected>' in answer.text
