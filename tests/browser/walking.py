"""Steps of people at the browser that several walks share."""

import re

import pytest
from playwright.sync_api import expect

SECONDS = 1000.0
KEYS = {"Tab", "Enter", "Space", "Control+A"}
# The worker puts into the index what the import has brought; until then nobody is found.
INDEXED_WITHIN = 20 * SECONDS


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


def pseudonym_in(page):
    return re.search(r"/contacts/([0-9a-f]{32})", page.url).group(1)


def read_what_happened(page, pseudonym, *acts):
    """Look a pseudonym up in the log; these acts stand there."""
    page.get_by_role("link", name="Protokoll", exact=True).first.click()
    page.get_by_role("link", name="Was geschah mit dieser Kennung?").click()
    page.get_by_label("Kennung einer Person").fill(pseudonym)
    page.get_by_role("button", name="Nachsehen").click()
    for act in acts:
        expect(page.locator("td.act").filter(has_text=act).first).to_be_visible()


def verify_the_log(page):
    page.get_by_role("link", name="Protokoll", exact=True).first.click()
    page.get_by_role("button", name="Jetzt prüfen").click()
    expect(page.locator("#verify").get_by_role("status")).to_have_text("unverändert", timeout=60 * SECONDS)
    expect(page.locator("#verify")).to_contain_text(re.compile(r"Alle [\d.]+ versiegelten Einträge stimmen"))


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
