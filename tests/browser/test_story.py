"""The main job from beginning to end, in a browser, on real processes: real people in, found, used for a purpose, entered, verified."""

import json
import re

import pytest
from playwright.sync_api import expect

from crm.actor import Role
from crm.clock import SystemClock
from tests.browser.conftest import sign_in
from tests.browser.walking import (
    SECONDS,
    await_indexed,
    find_in_list,
    focused,
    press,
    pseudonym_in,
    read_what_happened,
    tab_to,
    verify_the_log,
)
from tests.functional.web.conftest import House
from tests.support.exports import WEEKLY

ACTS = ("Person aufgenommen", "Person angezeigt", "Angaben zur Person berichtigt")


@pytest.fixture
def house(live_site):
    """The same installation, furnished from behind the pages."""
    return House(live_site.runtime, SystemClock())


def fields_in_strip(page):
    text = page.get_by_label("Warum Sie das sehen").inner_text()
    opened, empty = re.search(r"Der Zweck öffnet (\d+) von 14 Feldern(?:, (\d+) davon)?", text).groups(default="0")
    return int(opened) - int(empty)


def fields_on_page(page):
    named = page.locator("main [data-field]").evaluate_all("all => all.flatMap((each) => each.dataset.field.split(' '))")
    assert len(named) == len(set(named))
    return len(named)


def test_imported_people_are_found_used_for_a_purpose_entered_and_verified(live_site, visitor):
    seller, auditor = live_site.hire(Role.SALES, second_factor=True), live_site.hire(Role.AUDITOR)
    page = visitor()
    sign_in(page, live_site, seller)

    imported = live_site.run("import", "salesforce", WEEKLY, "--migration", "own", "--owner", seller.email, "--json")
    assert imported.returncode == 0, imported.stderr
    people = json.loads(imported.stdout)["people"]
    assert people["created"] > 0
    assert people["read"] == people["created"] + people["merged"] + people["refused"] + people["skipped"]

    # found by a part of the name
    page.get_by_role("link", name="Kontakte", exact=True).first.click()
    find_in_list(page, "mülle", "Müller, Anna").click()

    # why the fields are visible
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna Müller")
    strip = page.get_by_label("Warum Sie das sehen")
    expect(strip).to_contain_text("Zweck: Vertrieb (Ansprechpartner)")
    expect(strip).to_contain_text(re.compile(r"Grundlage: berechtigtes Interesse seit \d"))
    assert fields_in_strip(page) == fields_on_page(page) > 5
    pseudonym = pseudonym_in(page)

    # changed
    page.get_by_role("link", name="Bearbeiten").click()
    page.get_by_label("Position").fill("Leiterin strategischer Einkauf")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("[data-field='position']")).to_have_text("Leiterin strategischer Einkauf")
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_visible()

    # entered and verified
    other = visitor()
    sign_in(other, live_site, auditor)
    read_what_happened(other, pseudonym, *ACTS)
    expect(other.locator("body")).not_to_contain_text("Müller")
    verify_the_log(other)


def test_the_walk_needs_no_mouse(live_site, visitor, house):
    """WCAG 2.1.1: from the sign-in to the saved change with keys alone, and the focus always where it can be seen."""
    seller = live_site.hire(Role.SALES)
    for first_name in ("Tabea", "Tilda"):
        house.take_in(fields={"first_name": first_name, "last_name": "Tastenfeld", "position": "Planung"})
    page = visitor()
    page.goto(f"{live_site.url}/sign-in")
    press(page, seller.email, "Tab", seller.password, "Enter")
    page.get_by_role("heading", name="Mein Arbeitsplatz").wait_for()

    # `/` leads into the search of every page, Enter to what was found
    def search():
        press(page, "/", "Control+A", "tastenf", "Enter")
        expect(page.locator("[data-rows] tbody tr")).to_have_count(2, timeout=1 * SECONDS)

    await_indexed(search)
    press(page, "/")
    page.keyboard.press("Escape")
    expect(page.locator("main [data-seek]")).to_have_value("tastenf")
    first = focused(page, "textContent")
    press(page, "j")
    second = focused(page, "textContent")
    press(page, "k")
    assert {first, second} == {"Tastenfeld, Tabea", "Tastenfeld, Tilda"}
    assert focused(page, "textContent") == first
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tastenfeld")

    tab_to(page, "Bearbeiten")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Kontakt bearbeiten")).to_be_visible()
    tab_to(page, "position", "name")
    press(page, "Control+A", "Leitung", "Enter")

    expect(page.locator("[data-field='position']")).to_have_text("Leitung")


def test_the_walk_needs_no_script(live_site, visitor, house):
    seller, auditor = live_site.hire(Role.SALES), live_site.hire(Role.AUDITOR)
    house.take_in(fields={"first_name": "Ohne", "last_name": "Skriptmann", "position": "Planung"})
    page = visitor(java_script=False)
    sign_in(page, live_site, seller)

    def search():
        page.goto(f"{live_site.url}/contacts")
        page.get_by_role("main").get_by_role("searchbox").fill("skriptm")
        page.get_by_role("main").get_by_role("button", name="Suchen").click()
        expect(page.locator("[data-rows] tbody th a")).to_have_text("Skriptmann, Ohne", timeout=1 * SECONDS)

    await_indexed(search)
    page.get_by_role("link", name="Skriptmann, Ohne").click()
    assert fields_in_strip(page) == 3
    pseudonym = pseudonym_in(page)
    page.get_by_role("link", name="Bearbeiten").click()
    page.get_by_label("Position").fill("Leitung")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("[data-field='position']")).to_have_text("Leitung")

    other = visitor(java_script=False)
    sign_in(other, live_site, auditor)
    read_what_happened(other, pseudonym, *ACTS)
    expect(other.locator("body")).not_to_contain_text("Skriptmann")
    other.goto(f"{live_site.url}/ledger")
    other.get_by_role("button", name="Jetzt prüfen").click()

    def look():
        other.goto(f"{live_site.url}/ledger")
        expect(other.locator("#verify").get_by_role("status")).to_have_text("unverändert", timeout=1 * SECONDS)

    await_indexed(look)
