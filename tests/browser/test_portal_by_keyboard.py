"""The portal with keys alone, without script, on a phone, in both languages: stop advertising, ask for erasure, confirm, see how far it is.

WCAG 2.1.1, 2.4.3, 2.4.7, 3.1.1, 3.3.1.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, width_beyond_the_screen
from tests.browser.walking import press, tab_to
from tests.functional.web.conftest import House
from tests.support.letters import link_in

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("steered_site", ["sqlite"], indirect=True)]

WORDS = {
    "de": {
        "stopped": "Erledigt",
        "wrong": "Das ist keine vollständige E-Mail-Adresse.",
        "lost nothing": "Ihre Eingaben stehen noch da.",
        "almost": "Fast fertig",
        "confirm": "Löschung bestätigen",
        "confirmed": "Bestätigt",
        "status": "Stand Ihres Antrags",
        "checking": "Wir prüfen Ihren Antrag.",
        "mail to confirm": "Bitte bestätigen",
        "mail of receipt": "Ihr Antrag auf Löschung ist angekommen",
    },
    "en": {
        "stopped": "Done",
        "wrong": "This is no complete e-mail address.",
        "lost nothing": "What you typed is still there.",
        "almost": "Almost done",
        "confirm": "Confirm the erasure",
        "confirmed": "Confirmed",
        "status": "How far your request has come",
        "checking": "We are checking your request.",
        "mail to confirm": "Please confirm",
        "mail of receipt": "Your request for erasure has arrived",
    },
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_right_is_within_reach_of_the_keys(language, steered_site, visitor):
    words, email = WORDS[language], f"tabea.{language}@example.org"
    House(steered_site.runtime, steered_site.clock).take_in(fields={"first_name": "Tabea", "last_name": "Tastenfeld", "email": email})
    page = visitor(java_script=False, viewport=PHONE)

    page.goto(steered_site.portal_url)
    choose(page, language)
    stop_advertising(page, email, words)
    go_to_the_request(page, steered_site)
    ask_for_erasure(page, email, words)
    confirm(page, link_in(steered_site.letters.await_one(email, words["mail to confirm"]), "b"), words)
    look_at_the_status(page, link_in(steered_site.letters.await_one(email, words["mail of receipt"]), "s"), words)


def expect_page(page, heading):
    """See the page with this heading, in one column that fits the phone."""
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    assert width_beyond_the_screen(page) <= 0


def choose(page, language):
    tab_to(page, language, "hreflang")
    press(page, "Enter")
    expect(page.locator(f"nav a[hreflang={language}]")).to_have_attribute("aria-current", "true")
    expect(page.locator("html")).to_have_attribute("lang", language)


def stop_advertising(page, email, words):
    tab_to(page, "email", "name")
    press(page, email, "Enter")
    expect_page(page, words["stopped"])


def go_to_the_request(page, site):
    for address in (f"{site.portal_url}/", f"{site.portal_url}/erasure"):
        tab_to(page, address, "href")
        press(page, "Enter")
        page.wait_for_url(address)


def ask_for_erasure(page, email, words):
    """Mistype the address first: the page says what is wrong, at the field too, and the rest is still there."""
    tab_to(page, "email", "name")
    press(page, "tabea.example.org")
    tab_to(page, "message", "name")
    press(page, "Bitte alles.")
    tab_to(page, "submit", "type")
    press(page, "Enter")
    expect(page.locator("[role=alert], .summary, .wrong").filter(has_text=words["wrong"]).first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(words["lost nothing"])
    expect(page.locator("[name=message]")).to_have_value("Bitte alles.")

    expect(page.locator("[name=email]")).to_be_focused()
    press(page, "Control+A", email)
    tab_to(page, "objects_too", "name")
    press(page, "Space")
    expect(page.locator("[name=objects_too]")).to_be_checked()
    tab_to(page, "submit", "type")
    press(page, "Enter")
    expect_page(page, words["almost"])


def confirm(page, link, words):
    page.goto(link)
    expect_page(page, words["confirm"])
    tab_to(page, "submit", "type")
    press(page, "Enter")
    expect_page(page, words["confirmed"])


def look_at_the_status(page, link, words):
    page.goto(link)
    expect_page(page, words["status"])
    expect(page.get_by_role("main")).to_contain_text(words["checking"])
    tab_to(page, f"{link.partition('/s/')[0]}/contact", "href")
    press(page, "Enter")
    expect(page).to_have_url(f"{link.partition('/s/')[0]}/contact")
