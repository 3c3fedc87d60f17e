"""WCAG 2.2, levels A and AA, on pages that no address leads to: after a form, behind a link from a mail, where something is refused.

`test_wcag.py` asks the pages that have an address of their own.
"""

import pytest
from sqlalchemy import delete

from crm.actor import Role, system_actor
from crm.db import new_id
from crm.models.erasure import ErasureCause
from crm.models.retention import RetentionRun, RunState
from crm.privacy.erasure import eraser, job
from crm.privacy.erasure.guard import Doubt
from tests.browser.conftest import sign_in, step_into
from tests.functional.web.conftest import House
from tests.support.axe import find_violations, find_violations_in_the_dark, require_axe
from tests.support.campaigns import add_campaign, reach, send_link
from tests.support.letters import link_in

pytestmark = pytest.mark.slow

ACTOR = system_actor("test")
LANGUAGES = ["de", "en"]
MAILS = {
    "de": {"c": "Ihr Widerspruch gilt$", "k": "Soll Ihr Widerspruch", "b": "Bitte bestätigen", "s": "ist angekommen"},
    "en": {"c": "your objection is in effect", "k": "should your objection", "b": "Please confirm", "s": "has arrived"},
}


@pytest.fixture(autouse=True)
def _axe():
    require_axe()


class Look:
    """What breaks a rule on each page somebody comes by."""

    def __init__(self, page):
        self.page = page
        self.seen = []
        self.found = {}

    def at(self, name):
        """Look at the page as it stands, in both themes."""
        self.seen.append(name)
        if violations := find_violations(self.page) + find_violations_in_the_dark(self.page):
            self.found[name] = violations


@pytest.mark.parametrize("steered_site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_through_the_portal_breaks_no_rule(language, steered_site, visitor):
    known, unknown = f"wiebke.{language}@example.org", f"niemand.{language}@example.net"
    House(steered_site.runtime, steered_site.clock).take_in(fields={"first_name": "Wiebke", "last_name": "Weg", "email": known})
    page = visitor()
    page.goto(f"{steered_site.portal_url}/language/{language}")
    look = Look(page)

    for email in ("wiebke@", known, unknown):
        send(look, steered_site, "/objection", email)
    for email in ("wiebke@", known):
        send(look, steered_site, "/erasure", email)
    for email in ("wiebke@", unknown):
        send(look, steered_site, "/access", email)
    for path in ("/rectification", "/restriction", "/objection-with-reasons", "/withdrawal"):
        send(look, steered_site, path, "wiebke@")
    send(look, steered_site, "/withdrawal", known)
    for letter, email in (("c", known), ("k", unknown), ("b", known), ("s", known)):
        follow(look, link_in(steered_site.letters.await_one(email, MAILS[language][letter]), letter), letter)

    add_campaign(steered_site)
    reader = reach(steered_site, email=f"leserin.{language}@example.org")
    follow(look, steered_site.portal_url + send_link(steered_site, reader), "r")

    assert page.locator("html").get_attribute("lang") == language
    assert len(look.seen) == 25
    assert look.found == {}


def send(look, site, path, email):
    """Send a form of the portal and look at the answer, and at the form before it."""
    look.page.goto(f"{site.portal_url}{path}")
    look.page.locator("[name=email]").fill(email)
    if path == "/erasure":
        look.page.locator("[name=objects_too]").check()
    look.page.locator("main [type=submit]").click()
    look.page.locator(".done, [aria-invalid=true]").first.wait_for()
    look.at(f"{path} {email}")


def follow(look, link, letter):
    """Look at the page behind a link, and at what its button leads to; the status has no button."""
    look.page.goto(link)
    look.at(f"/{letter}")
    if letter != "s":
        look.page.locator("main [type=submit]").first.click()
        look.page.locator(".done").wait_for()
        look.at(f"/{letter} done")
        look.page.goto(link)
        look.at(f"/{letter} used")


@pytest.fixture
def house(steered_site):
    return House(steered_site.runtime, steered_site.clock)


@pytest.mark.parametrize("steered_site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_refuses_breaks_no_rule(language, steered_site, visitor, house):
    restricted, other_purpose, erased = house.take_in(), house.take_in("sales_approach"), house.take_in()
    house.restrict(restricted)
    erase(steered_site.runtime, house, erased)
    page = visitor()
    look = Look(page)
    sign_in_as(page, steered_site, Role.SALES, language)

    pages = {
        f"/contacts/{restricted}": 409,
        f"/contacts/{other_purpose}": 409,
        f"/contacts/{erased}": 410,
        "/requests": 403,
        "/nowhere": 404,
    }
    for path, status in pages.items():
        assert page.goto(f"{steered_site.url}{path}").status == status
        look.at(path)

    assert look.found == {}


@pytest.mark.parametrize("steered_site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_auditor_sees_of_an_erasure_breaks_no_rule(language, steered_site, visitor, house):
    erased = house.take_in()
    erase(steered_site.runtime, house, erased)
    page = visitor()
    look = Look(page)
    sign_in_as(page, steered_site, Role.AUDITOR, language)

    page.goto(f"{steered_site.url}/ledger/subject/{erased}")
    page.locator("#h-erasure").wait_for()
    look.at("/ledger/subject")

    assert look.found == {}


@pytest.mark.parametrize("steered_site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_asks_breaks_no_rule(language, steered_site, visitor, house):
    with house.database.writing() as session:
        session.execute(delete(RetentionRun))  # the worker has run already, and had nothing to ask
        asking = {"state": RunState.ASKING, "doubt": Doubt.MANY, "planned": 400, "counts": "{}", "started_at": house.now}
        session.add(RetentionRun(id=new_id(), day=house.now.date(), **asking))
    page = visitor()
    look = Look(page)
    sign_in_as(page, steered_site, Role.PRIVACY, language)

    page.goto(f"{steered_site.url}/retention")
    page.get_by_role("main").get_by_role("button").first.wait_for()
    look.at("/retention")

    assert look.found == {}


def erase(runtime, house, person):
    """Order the erasure of somebody and carry it out."""
    with house.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.RULE, rule="RET-01", case_id=None, actor=ACTOR, now=house.now)
    eraser.finish(runtime.database, vault=runtime.vault, clock=lambda: house.now)


def sign_in_as(page, site, role, language):
    """Sign in, and read on in this language."""
    sign_in(page, site, site.hire(role))
    page.goto(f"{site.url}/language/{language}")


@pytest.mark.parametrize("role", [Role.PRIVACY, Role.DPO, Role.MANAGEMENT])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_in_any_state_breaks_no_rule(language, role, demo_site, visitor):
    page = visitor()
    page.goto(f"{demo_site.url}/language/{language}")
    look = Look(page)
    step_into(page, demo_site, role)
    page.goto(f"{demo_site.url}/requests?show=all")
    paths = page.locator("[data-rows] tbody th a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert len(paths) >= 6

    for path in paths:
        page.goto(f"{demo_site.url}{path}")
        look.at(path)

    assert page.locator("html").get_attribute("lang") == language
    assert look.found == {}
