"""The main job from beginning to end, in a browser, on real processes: real people in, found, used for a purpose, entered, verified."""

import json
import re

import pytest
from playwright.sync_api import expect

from crm.actor import Role
from crm.clock import SystemClock
from tests.browser.conftest import sign_in
from tests.functional.web.conftest import House
from tests.support.exports import WEEKLY

SECONDS = 1000.0
KEYS = {"Tab", "Enter", "Control+A"}
# The worker puts into the index what the import has brought; until then nobody is found.
INDEXED_WITHIN = 20 * SECONDS


@pytest.fixture
def house(live_site):
    """The same installation, furnished from behind the pages."""
    return House(live_site.runtime, SystemClock())


def find_in_list(page, words, name):
    """Type into the field of the list until the row of this person is there; return the link in it."""
    row = page.locator("[data-rows] tbody th a", has_text=name)
    search = page.get_by_role("main").get_by_role("searchbox")

    def look():
        search.fill("")
        search.press_sequentially(words, delay=20)
        expect(row).to_have_count(1, timeout=1 * SECONDS)

    await_indexed(look)
    return row


def await_indexed(look):
    """Look again until the index is up to date."""
    for _attempt in range(int(INDEXED_WITHIN / SECONDS)):
        try:
            return look()
        except AssertionError:
            continue
    return look()


def fields_in_strip(page):
    text = page.get_by_label("Warum Sie das sehen").inner_text()
    return int(re.search(r"Sie sehen (\d+) von 14 Feldern", text).group(1))


def fields_on_page(page):
    named = page.locator("main [data-field]").evaluate_all("all => all.flatMap((each) => each.dataset.field.split(' '))")
    assert len(named) == len(set(named))
    return len(named)


def pseudonym_in(page):
    return re.search(r"/contacts/([0-9a-f]{32})", page.url).group(1)


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
    read_what_happened(other, pseudonym)
    verify_the_log(other)


def read_what_happened(page, pseudonym):
    page.get_by_role("link", name="Protokoll", exact=True).first.click()
    page.get_by_role("link", name="Was geschah mit dieser Kennung?").click()
    page.get_by_label("Kennung einer Person").fill(pseudonym)
    page.get_by_role("button", name="Nachsehen").click()
    acts = page.locator("td.act")
    for act in ("Person aufgenommen", "Person angezeigt", "Angaben zur Person berichtigt"):
        expect(acts.filter(has_text=act).first).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Müller")


def verify_the_log(page):
    page.get_by_role("link", name="Protokoll", exact=True).first.click()
    page.get_by_role("button", name="Jetzt prüfen").click()
    expect(page.locator("#verify").get_by_role("status")).to_have_text("unverändert", timeout=60 * SECONDS)
    expect(page.locator("#verify")).to_contain_text(re.compile(r"Alle [\d.]+ versiegelten Einträge stimmen"))


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
    page.locator("body").press("j")
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


def press(page, *keys):
    """Press keys, and type what is no key."""
    for key in keys:
        if key in KEYS or len(key) == 1:
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def focused(page, what):
    return page.evaluate("(what) => document.activeElement[what]?.trim()", what)


def tab_to(page, wanted, what="textContent", most=60):
    """Press Tab until the focus is there; on the way it can always be seen (WCAG 2.4.7)."""
    for _step in range(most):
        page.keyboard.press("Tab")
        assert is_focus_visible(page), page.evaluate("document.activeElement.outerHTML")
        if focused(page, what) == wanted:
            return
    pytest.fail(f"{most} presses of Tab do not lead to {wanted}.")


def is_focus_visible(page):
    return page.evaluate(
        """() => {
          const here = document.activeElement, box = here.getBoundingClientRect(), style = getComputedStyle(here);
          const row = here.closest("tr");
          const marked = style.outlineStyle !== "none" || (row && getComputedStyle(row).outlineStyle !== "none");
          return marked && box.bottom > 0 && box.top < innerHeight;
        }"""
    )


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
    read_what_happened(other, pseudonym)
    other.goto(f"{live_site.url}/ledger")
    other.get_by_role("button", name="Jetzt prüfen").click()

    def look():
        other.goto(f"{live_site.url}/ledger")
        expect(other.locator("#verify").get_by_role("status")).to_have_text("unverändert", timeout=1 * SECONDS)

    await_indexed(look)
