"""People at the browser: they sign in as people do, and look at pages."""

import time

import pytest

from tests.support.site_pages import find_addresses, public_addresses

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_CODE_SECONDS = 30


@pytest.fixture
def visitor(browser):
    """Return a function that opens a page for somebody new: `visitor(java_script=False)`."""
    contexts = []

    def come(*, java_script=True, viewport=DESKTOP, **options):
        options = {"locale": "de-DE", "timezone_id": "Europe/Berlin", "java_script_enabled": java_script, **options}
        contexts.append(browser.new_context(viewport=viewport, **options))
        return contexts[-1].new_page()

    yield come
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def addresses(demo_site):
    """Return a function that steps into a role and gives the addresses of its pages, by endpoint; found once per role."""
    found = {None: public_addresses(demo_site)}

    def find(page, role):
        if role is not None:
            step_into(page, demo_site, role)
        if role not in found:
            found[role] = find_addresses(page, demo_site, role)
        return found[role]

    return find


def sign_in(page, site, member):
    """Type address and password, then the code that the app shows at this moment."""
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("E-Mail").fill(member.email)
    page.get_by_label("Passwort").fill(member.password)
    page.get_by_role("button", name="Weiter").click()
    if member.secret:
        page.get_by_label("Code").fill(fresh_code(member, site.clock))
        page.get_by_role("button", name="Anmelden").click()
    page.get_by_role("heading", name="Mein Arbeitsplatz").wait_for()


def fresh_code(member, clock):
    """Return the code of this moment; near its end wait for the next one, as people do."""
    left = _CODE_SECONDS - clock.now().timestamp() % _CODE_SECONDS
    if left < 2:
        time.sleep(left)
    return member.code(clock.now())


def step_into(page, site, role):
    """Enter the demonstration in one role by its one click."""
    page.goto(f"{site.url}/sign-in")
    page.locator(f"form[action='/demo/{role}'] button").click()
    page.wait_for_url(f"{site.url}/")


def width_beyond_the_screen(page):
    """Return by how many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")
