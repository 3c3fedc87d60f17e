"""Every page of every role in the demonstration: open to everybody, quiet, light, and no wider than a phone."""

from dataclasses import dataclass

import pytest

from crm.actor import Role
from tests.browser.conftest import DESKTOP, PHONE, width_beyond_the_screen
from tests.support.watching import watch

ROLES = [None, *Role]  # None: whoever has not signed in
# A page that says why this purpose shows nobody is a page too.
REFUSED = {"contacts.show": 409, "portal-link_gone": 404}
MOST_BYTES = 150 * 1024
# What a template shows when it is handed a thing of the program instead of a word.
OF_THE_PROGRAM = ("<Macro", "&lt;Macro", "object at 0x")


@dataclass(frozen=True)
class Seen:
    """What one page was like at first sight."""

    status: int
    complaints: list[str]
    transferred: int
    beyond_the_screen: int
    leaked: list[str]


@pytest.fixture(scope="module", params=ROLES)
def walk(request, browser, addresses):
    """Go through all pages of a role once; return what was seen, by endpoint."""
    context = browser.new_context(locale="de-DE", viewport=DESKTOP)
    page = context.new_page()
    pages = addresses(page, request.param)
    heard = watch(page)
    yield {endpoint: _look(page, heard, address) for endpoint, address in pages.items()}
    context.close()


def _look(page, heard, address):
    heard.take()
    answer = page.goto(address)
    complaints, transferred = heard.take()
    if answer.status != 200:  # the browser's own remark
        complaints = [said for said in complaints if f"status of {answer.status}" not in said]
    page.set_viewport_size(PHONE)
    beyond = width_beyond_the_screen(page)
    page.set_viewport_size(DESKTOP)
    text = answer.text()
    return Seen(answer.status, complaints, transferred, beyond, [mark for mark in OF_THE_PROGRAM if mark in text])


def test_the_way_to_every_page_is_open(walk):
    assert len(walk) >= 4
    assert {endpoint: seen.status for endpoint, seen in walk.items() if seen.status not in {200, REFUSED.get(endpoint)}} == {}


def test_no_page_makes_the_browser_complain(walk):
    """Neither an error of script nor a breach of the content security policy."""
    assert {endpoint: seen.complaints for endpoint, seen in walk.items() if seen.complaints} == {}


def test_no_page_shows_a_thing_of_the_program(walk):
    """The footer of a case once said “Lethe <Macro 'version'>”."""
    assert {endpoint: seen.leaked for endpoint, seen in walk.items() if seen.leaked} == {}


def test_a_first_visit_to_a_page_is_light(walk):
    assert {endpoint: seen.transferred for endpoint, seen in walk.items() if not 0 < seen.transferred <= MOST_BYTES} == {}


def test_no_page_is_wider_than_a_phone(walk):
    assert {endpoint: seen.beyond_the_screen for endpoint, seen in walk.items() if seen.beyond_the_screen > 0} == {}
