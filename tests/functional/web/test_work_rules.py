"""Arbeitsregeln: the management sets them, the administration reads them, and a version is never lost."""

import re

import pytest

from crm.actor import Role, system_actor
from crm.services import work_rules
from tests.functional.web.test_deals import sold


@pytest.fixture
def boss(house, colleague):
    with house.database.writing() as session:
        work_rules.load_initial(session, actor=system_actor("test"), now=house.now)
    return colleague(Role.MANAGEMENT, "Hanna Auerfeld")


def form_of(member, section):
    """Return what the form of a section sends when nothing is changed."""
    page = member.get("/work-rules").text
    form = page.partition(f'action="/work-rules/{section}"')[2].partition("</form>")[0]
    inputs = [tag for tag in re.findall(r"<input[^>]*>", form, re.DOTALL) if 'type="checkbox"' not in tag]
    pairs = [(re.search(r'name="([^"]*)"', tag).group(1), re.search(r'value="([^"]*)"', tag).group(1)) for tag in inputs]
    fields = {name: value for name, value in pairs if name not in {"csrf_token", "code"}}
    return {**fields, "code": [value for name, value in pairs if name == "code"]}


def stages_of(house):
    with house.database.reading() as session:
        return work_rules.find(session).stages


def test_a_stage_is_added_where_its_place_says(house, boss):
    form = form_of(boss, "stages")

    answer = boss.send(
        "/work-rules/stages", {**form, "de-new": "Bemusterung", "en-new": "Sampling", "probability-new": "25", "order-new": "1"}
    )

    assert answer.status_code == 303
    assert list(stages_of(house)) == ["sampling", "qualification", "offer", "negotiation", "won", "lost"]
    assert stages_of(house)["sampling"].probability == 25
    assert len(house.entries("policy:changed")) == 1


def test_a_stage_in_use_is_not_removed_and_nothing_typed_is_lost(house, boss, colleague):
    house.add_company("Alpha GmbH")
    sold(colleague(Role.SALES), company="Alpha GmbH")
    form = form_of(boss, "stages")

    answer = boss.send("/work-rules/stages", {**form, "remove-qualification": "1", "de-offer": "Offerte"})

    assert answer.status_code == 422
    assert "„Bedarf geklärt“ ist in Gebrauch und bleibt" in answer.text
    assert 'value="Offerte"' in answer.text
    assert "qualification" in stages_of(house)


def test_a_probability_that_is_none_is_refused(house, boss):
    answer = boss.send("/work-rules/stages", {**form_of(boss, "stages"), "probability-offer": "halb"})

    assert answer.status_code == 422
    assert "ganze Zahl von 0 bis 100" in answer.text
    assert 'value="halb"' in answer.text


def test_products_reach_the_form_of_a_deal(house, boss, colleague):
    boss.send("/work-rules/names", {"version": "1", "products": "Bohrwerk\r\n\r\nFräswerk", "regions": "Hessen"})

    page = colleague(Role.SALES).get("/deals/new").text

    assert '<option value="Fräswerk">' in page
    assert '<option value="Hessen">' in page
    assert '<option value="Nord">' not in page


def test_a_change_made_meanwhile_is_told_and_overwritten_only_knowingly(house, boss):
    boss.send("/work-rules/names", {"version": "1", "products": "Bohrwerk", "regions": ""})

    answer = boss.send("/work-rules/names", {"version": "1", "products": "Drehbank", "regions": ""})

    assert answer.status_code == 409
    assert "Jetzt gilt: Bohrwerk." in answer.text
    assert "Drehbank</textarea>" in answer.text


def test_the_financial_year_begins_where_it_is_set(house, boss):
    boss.send("/work-rules/calendar", {"version": "1", "first_month": "7"})

    with house.database.reading() as session:
        assert work_rules.find(session).calendar.first_month == 7
    assert '<option value="7" selected>Juli' in boss.get("/work-rules").text


def test_a_month_that_does_not_exist_is_refused(boss):
    assert boss.send("/work-rules/calendar", {"version": "1", "first_month": "13"}).status_code == 422


def test_the_administration_reads_and_changes_nothing(house, boss, colleague):
    admin = colleague(Role.ADMIN)

    page = admin.get("/work-rules")

    assert page.status_code == 200
    assert 'value="Angebot"' in page.text
    assert "Speichern" not in page.text
    assert admin.send("/work-rules/names", {"version": "1", "products": "", "regions": ""}).status_code == 403
