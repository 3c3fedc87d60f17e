"""WCAG 2.2, levels A and AA, as far as a program can tell: every page of every role, light and dark, German and English.

The language changes words and the theme changes colours, so English is asked in the light and the dark in German; and
because the words are the page's and not the role's, a page is asked in English once, as the first role that may open it.
"""

import pytest

from crm.actor import Role
from tests.support.axe import find_violations, find_violations_in_the_dark, require_axe
from tests.support.site_pages import first_admitted, page_endpoints
from tests.support.staff import PASSWORD

ROLES = [None, *Role]  # None: whoever has not signed in

FIRST_ROLES = [None, Role.SALES, Role.MARKETING, Role.SERVICE, Role.ACCOUNTING, Role.MANAGEMENT, Role.PRIVACY, Role.ADMIN]


@pytest.fixture(autouse=True)
def _axe():
    require_axe()


@pytest.mark.parametrize("role", ROLES)
def test_a_page_in_german_breaks_no_rule_in_either_theme(role, visitor, addresses):
    page = visitor()

    found = {}
    for endpoint, address in addresses(page, role).items():
        page.goto(address)
        found[endpoint] = find_violations(page) + find_violations_in_the_dark(page)

    assert {endpoint: violations for endpoint, violations in found.items() if violations} == {}


@pytest.mark.parametrize("role", FIRST_ROLES)
def test_a_page_in_english_breaks_no_rule(role, visitor, demo_site, addresses):
    page = visitor()
    page.goto(f"{demo_site.url}/language/en")
    pages = {endpoint: address for endpoint, address in addresses(page, role).items() if role is None or first_admitted(endpoint) is role}

    found = {}
    for endpoint, address in pages.items():
        page.goto(address)
        found[endpoint] = find_violations(page)

    assert pages
    assert page.locator("html").get_attribute("lang") == "en"
    assert {endpoint: violations for endpoint, violations in found.items() if violations} == {}


def test_no_page_in_english_is_left_out(demo_site):
    assert {first_admitted(endpoint) for endpoint in page_endpoints(demo_site.runtime)} == set(FIRST_ROLES)


STEPS = {
    "the code": ("Zweiter Faktor", Role.SALES, {"second_factor": True}),
    "a first second factor": ("Zweiten Faktor einrichten", Role.AUDITOR, {"second_factor": False}),
    "an own password": ("Eigenes Passwort wählen", Role.SALES, {"start_password": True}),
    "the notice": ("Hinweis für Beschäftigte zum Protokoll", Role.SALES, {"notice": False}),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_on_the_way_in_breaks_no_rule(step, visitor, live_site):
    heading, role, first_day = STEPS[step]
    page = visitor()
    begin_to_sign_in(page, live_site, live_site.hire(role, **first_day).email)

    page.get_by_role("heading", name=heading).wait_for()

    assert find_violations(page) + find_violations_in_the_dark(page) == []


def test_a_refused_sign_in_breaks_no_rule(visitor, live_site):
    page = visitor()
    begin_to_sign_in(page, live_site, "niemand@muster.example")

    page.get_by_role("alert").wait_for()

    assert find_violations(page) + find_violations_in_the_dark(page) == []


def test_a_refused_form_breaks_no_rule(visitor, demo_site, addresses):
    page = visitor()
    page.goto(addresses(page, Role.SALES)["contacts.new"])
    page.get_by_label("E-Mail").fill("keine-adresse@")
    page.get_by_role("button", name="Kontakt anlegen").click()

    page.locator("[aria-invalid=true]").first.wait_for()

    assert find_violations(page) + find_violations_in_the_dark(page) == []


def test_a_search_without_a_hit_breaks_no_rule(visitor, addresses):
    page = visitor()
    page.goto(addresses(page, Role.SALES)["contacts.index"])
    page.get_by_role("main").get_by_role("searchbox").fill("qqqqqqqq")

    page.locator("#results .empty").wait_for()

    assert find_violations(page) + find_violations_in_the_dark(page) == []


def begin_to_sign_in(page, site, email):
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("E-Mail").fill(email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Weiter").click()
