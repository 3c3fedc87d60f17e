"""The head of marketing sees with a few clicks which customer group responded; with the mouse, and with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from crm.actor import Role
from tests.browser.conftest import step_into
from tests.browser.walking import tab_to


@pytest.fixture
def marketing(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.MARKETING)
    return page


def test_two_clicks_lead_to_the_response_by_group_and_nobody_is_named(marketing):
    marketing.get_by_role("navigation", name="Bereiche").get_by_role("link", name="Kampagnen").click()
    marketing.get_by_role("link", name="Einladung zur Hausmesse").click()

    chart = marketing.get_by_role("img", name="Resonanz nach Kundengruppe")
    expect(chart).to_be_visible()
    row = marketing.get_by_role("row", name=re.compile("^Handwerk"))
    assert re.search(r"\d+\s+\d+\s+[\d,]+ %", row.inner_text())
    expect(marketing.get_by_text("noch zu wenige, um jemanden zu verbergen").first).to_be_visible()


def test_a_campaign_is_made_and_a_group_taken_in_with_the_keyboard_alone(marketing, demo_site):
    marketing.goto(f"{demo_site.url}/campaigns")
    marketing.locator("[data-rows]").wait_for()
    marketing.keyboard.press("n")
    marketing.get_by_role("heading", name="Neue Kampagne").wait_for()
    tab_to(marketing, "name", what="name")
    marketing.keyboard.type("Winterfest")
    tab_to(marketing, "Kampagne anlegen")
    marketing.keyboard.press("Enter")
    marketing.get_by_role("heading", name="Winterfest").wait_for()

    marketing.keyboard.press("n")
    marketing.get_by_role("heading", name="Kundengruppe aufnehmen").wait_for()
    tab_to(marketing, "group", what="name")
    marketing.keyboard.type("Handwerk")
    tab_to(marketing, "Zählen")
    marketing.keyboard.press("Enter")
    marketing.get_by_role("heading", name="Wen die Kampagne erreichen darf").wait_for()
    counted = marketing.locator("main dd").first.inner_text()

    assert re.fullmatch(r"(etwa [1-9]\d*0|weniger als 10) Personen", counted)


def test_figures_of_the_quarter_are_one_click_away_for_the_meeting(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.SALES)

    page.get_by_role("navigation", name="Bereiche").get_by_role("link", name="Quartalszahlen").click()

    expect(page.get_by_role("heading", level=1, name=re.compile("Quartalszahlen Q"))).to_be_visible()
    expect(page.get_by_text("Nicht da: Dafür braucht es eine Betriebsvereinbarung")).to_be_visible()
