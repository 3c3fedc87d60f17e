"""The board of deals: a card is moved with the mouse, and with the keyboard alone."""

import re

from playwright.sync_api import expect

from crm.actor import Role
from tests.browser.conftest import step_into


def open_board(visitor, site):
    page = visitor()
    step_into(page, site, Role.SALES)
    page.goto(f"{site.url}/deals/board")
    return page


def stage(page, code):
    return page.locator(f'[data-stage="{code}"]')


def card_in(page, code):
    card = stage(page, code).locator(".card[draggable]").first
    return page.locator(f"#{card.get_attribute('id')}")


def test_a_card_is_dragged_to_another_column(visitor, demo_site):
    page = open_board(visitor, demo_site)
    card = card_in(page, "qualification")

    card.drag_to(stage(page, "offer"), target_position={"x": 40, "y": 60})

    expect(page.locator("#messages")).to_contain_text("Verschoben nach „Angebot“.")
    assert page.url.endswith(f"#{card.get_attribute('id')}")
    page.goto(f"{demo_site.url}{card.locator('.what').get_attribute('href')}")
    expect(page.locator(".head p")).to_contain_text("Angebot")


def test_a_card_is_moved_by_keys_alone_and_keeps_the_focus(visitor, demo_site):
    page = open_board(visitor, demo_site)
    card = card_in(page, "offer")
    card.locator(".what").focus()

    page.keyboard.press("Shift+ArrowRight")

    expect(page.locator("#messages")).to_contain_text("Verschoben nach „Verhandlung“.")
    if card.count():  # else it is beyond the first cards of its new column
        expect(card.locator(".what")).to_be_focused()


def test_arrows_walk_from_card_to_card(visitor, demo_site):
    page = open_board(visitor, demo_site)
    first, second = (stage(page, "qualification").locator(".what").nth(place) for place in (0, 1))
    first.focus()

    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(stage(page, "offer").locator(".what").first).to_be_focused()


def test_a_lost_deal_is_asked_for_its_reason(visitor, demo_site):
    page = open_board(visitor, demo_site)
    card = card_in(page, "negotiation")
    card.locator("summary").click()
    card.get_by_label("Verschieben nach").select_option(label="Verloren")
    card.get_by_role("button", name="Verschieben").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Warum ist die Verkaufschance verloren?")
    page.get_by_label("Grund").select_option(label="Preis")
    page.get_by_role("button", name="Als verloren abschließen").click()

    expect(page.locator("#messages")).to_contain_text("Verschoben nach „Verloren“.")


def test_a_person_is_found_while_one_types(visitor, demo_site):
    page = visitor()
    step_into(page, demo_site, Role.SALES)
    page.goto(f"{demo_site.url}/contacts")
    name = page.locator("[data-rows] tbody th a").first.inner_text()
    page.goto(f"{demo_site.url}/deals/new")

    page.get_by_label("Person suchen").press_sequentially(name.partition(",")[0], delay=30)

    expect(page.get_by_label("Ausgewählte Person").locator("option", has_text=re.compile(re.escape(name))).first).to_be_attached()
