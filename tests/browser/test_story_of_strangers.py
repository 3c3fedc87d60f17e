"""The negative twin of the whole story: addresses nobody has, links whose time is over, roles that may not, links of others.

Each is seen on the page, and then looked for in everything that the real thing would have changed.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm.actor import Role
from crm.models.lawfulness import ObjectionAct, ObjectionEvent
from crm.models.request_case import CaseSubject, RequestCase
from tests.browser.conftest import PHONE, sign_in
from tests.functional.web.conftest import House
from tests.support.letters import link_in

pytestmark = pytest.mark.slow

UNKNOWN = "unbekannt@example.net"
FORTNIGHT = timedelta(days=14)
GONE = "Dieser Link ist nicht mehr gültig"


@pytest.fixture
def house(steered_site):
    """The same installation, furnished from behind the pages."""
    return House(steered_site.runtime, steered_site.clock)


@pytest.fixture
def take_in(house):
    """Return a function that takes somebody in, with an address that no other test has."""

    def add(email):
        return house.take_in(fields={"first_name": "Runa", "last_name": email.partition("@")[0].capitalize(), "email": email})

    return add


@pytest.fixture
def outside(visitor):
    """Somebody on the portal, with a phone and without script."""
    return visitor(java_script=False, viewport=PHONE)


def send(page, site, email, *, path, button):
    """Send a form of the portal for an address; return everything the answer says, without the address."""
    page.goto(f"{site.portal_url}{path}")
    page.get_by_label("Ihre E-Mail-Adresse").fill(email)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".done")).to_be_visible()
    return page.content().replace(email, "…")


def object_to_advertising(page, site, email):
    return send(page, site, email, path="/objection", button="Werbung stoppen")


def ask_for_erasure(page, site, email):
    return send(page, site, email, path="/erasure", button="Löschung beantragen")


def confirm(page, link):
    page.goto(link)
    page.get_by_role("button", name="Ja, meine Daten löschen").click()
    expect(page.get_by_role("heading", name="Bestätigt")).to_be_visible()


def cases_about(house, *people):
    with house.database.reading() as session:
        return list(session.scalars(select(CaseSubject.case_id).where(CaseSubject.subject_id.in_(people))))


def objections_of(house, person):
    with house.database.reading() as session:
        return list(session.scalars(select(ObjectionEvent.act).where(ObjectionEvent.subject_id == person).order_by(ObjectionEvent.id)))


class TestUnknownAddress:
    """Art. 12(2), (6) DSGVO: who asks learns nothing about whom we know."""

    def test_gets_the_same_pages_and_nothing_happens_to_anybody(self, steered_site, outside, house, take_in):
        known = "selma@example.org"
        person = take_in(known)

        assert object_to_advertising(outside, steered_site, UNKNOWN) == object_to_advertising(outside, steered_site, known)
        assert ask_for_erasure(outside, steered_site, UNKNOWN) == ask_for_erasure(outside, steered_site, known)

        # Only the mail, which reaches nobody but the owner of the address, tells the two apart.
        steered_site.letters.await_one(UNKNOWN, "Soll Ihr Widerspruch auf Dauer gelten")
        steered_site.letters.await_one(known, "Ihr Widerspruch gilt")
        steered_site.letters.await_one(UNKNOWN, "Bitte bestätigen")
        assert objections_of(house, person) == [ObjectionAct.RAISED]
        assert cases_about(house, person) == []

    def test_that_confirms_gets_a_case_about_nobody(self, steered_site, outside, house, visitor):
        email = "niemand@example.net"
        before = house.count(CaseSubject)
        ask_for_erasure(outside, steered_site, email)

        confirm(outside, link_in(steered_site.letters.await_one(email, "Bitte bestätigen"), "b"))

        letter = steered_site.letters.await_one(email, "Ihr Antrag auf Löschung ist angekommen")
        number = re.search(r"\d{4}-\d{4}", letter["Subject"])[0]
        desk = visitor()
        sign_in(desk, steered_site, steered_site.hire(Role.PRIVACY))
        desk.goto(f"{steered_site.url}/requests")
        desk.get_by_role("link", name=number).click()
        expect(desk.get_by_role("main")).to_contain_text("Niemand, den wir kennen.")
        expect(desk.get_by_role("button", name="Antworten, dass wir keine Daten haben")).to_be_visible()
        assert house.count(CaseSubject) == before


class TestExpiredLink:
    """RET-02: a request that nobody confirmed goes."""

    def test_says_so_in_one_sentence_and_nothing_happens(self, steered_site, outside, house, take_in):
        email = "gitta@example.org"
        person = take_in(email)
        ask_for_erasure(outside, steered_site, email)
        link = link_in(steered_site.letters.await_one(email, "Bitte bestätigen"), "b")
        outside.goto(link)
        expect(outside.get_by_role("button", name="Ja, meine Daten löschen")).to_be_visible()

        steered_site.clock.advance(FORTNIGHT)
        outside.get_by_role("button", name="Ja, meine Daten löschen").click()  # the page stayed open for a fortnight

        expect(outside.get_by_role("heading", name=GONE)).to_be_visible()
        assert outside.goto(link).status == 404
        expect(outside.get_by_role("heading", name=GONE)).to_be_visible()
        steered_site.await_effect()
        assert cases_about(house, person) == []
        assert not [each for each in steered_site.letters.to(email) if "angekommen" in each["Subject"]]

    def test_works_once_and_a_second_press_opens_no_second_case(self, steered_site, outside, house, take_in):
        email = "ronja@example.org"
        person = take_in(email)
        ask_for_erasure(outside, steered_site, email)
        link = link_in(steered_site.letters.await_one(email, "Bitte bestätigen"), "b")
        confirm(outside, link)
        steered_site.letters.await_one(email, "angekommen")

        assert outside.goto(link).status == 404

        expect(outside.get_by_role("main")).to_contain_text("Haben Sie ihn schon benutzt, ist alles erledigt")
        assert outside.request.post(link, headers={"Origin": steered_site.portal_url}).status == 200
        steered_site.await_effect()
        assert len(cases_about(house, person)) == 1


class TestWrongRole:
    """Art. 32(4) DSGVO: whoever does not handle requests reads none, and learns why."""

    @pytest.fixture
    def case_url(self, steered_site, outside, house, take_in):
        email = f"frida{house.count(RequestCase)}@example.org"
        person = take_in(email)
        ask_for_erasure(outside, steered_site, email)
        confirm(outside, link_in(steered_site.letters.await_one(email, "Bitte bestätigen"), "b"))
        steered_site.letters.await_one(email, "angekommen")
        [case_id] = cases_about(house, person)
        return f"{steered_site.url}/requests/{case_id}"

    @pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR, Role.ADMIN])
    def test_is_refused_at_the_desk_and_told_why(self, role, steered_site, visitor, case_url):
        page = visitor()
        sign_in(page, steered_site, steered_site.hire(role))

        for address in (f"{steered_site.url}/requests", case_url, f"{case_url}/letter"):
            assert page.goto(address).status == 403
            expect(page.get_by_role("heading", name="Dafür ist Ihre Rolle nicht vorgesehen")).to_be_visible()
            expect(page.get_by_role("main")).to_contain_text("wenden Sie sich an die Administration")
        expect(page.locator("body")).not_to_contain_text("Frida")

    def test_without_sign_in_nothing_is_shown(self, steered_site, visitor, case_url):
        page = visitor()

        page.goto(case_url)

        expect(page.get_by_role("button", name="Weiter")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("Frida")


class TestLinkOfSomebodyElse:
    """Art. 5(1)(f) DSGVO: a link does what it was made for, to whom it was made for, and tells nobody who that is."""

    def test_takes_back_one_objection_and_leaves_the_other(self, steered_site, outside, house, take_in):
        hers, his = "alma@example.org", "bruno@example.org"
        she, he = take_in(hers), take_in(his)
        for email in (hers, his):
            object_to_advertising(outside, steered_site, email)
        link = link_in(steered_site.letters.await_one(hers, "Ihr Widerspruch gilt"), "c")
        steered_site.letters.await_one(his, "Ihr Widerspruch gilt")

        outside.goto(link)
        expect(outside.locator("body")).not_to_contain_text(re.compile("alma", re.IGNORECASE))
        outside.get_by_role("button", name="Widerspruch zurücknehmen").click()

        expect(outside.get_by_role("heading", name="Zurückgenommen")).to_be_visible()
        steered_site.await_effect()
        assert objections_of(house, she) == [ObjectionAct.RAISED, ObjectionAct.CORRECTED]
        assert objections_of(house, he) == [ObjectionAct.RAISED]

    def test_confirms_the_request_it_came_with_and_no_other(self, steered_site, outside, house, take_in):
        mine, theirs = "mallory@example.org", "viktor@example.org"
        me, them = take_in(mine), take_in(theirs)
        for email in (theirs, mine):
            ask_for_erasure(outside, steered_site, email)
        steered_site.letters.await_one(theirs, "Bitte bestätigen")
        link = link_in(steered_site.letters.await_one(mine, "Bitte bestätigen"), "b")

        confirm(outside, link)

        steered_site.letters.await_one(mine, "angekommen")
        assert len(cases_about(house, me)) == 1
        assert cases_about(house, them) == []
        assert not [each for each in steered_site.letters.to(theirs) if "angekommen" in each["Subject"]]

    def test_opens_nothing_under_another_letter(self, steered_site, outside, take_in):
        email = "tilda@example.org"
        take_in(email)
        ask_for_erasure(outside, steered_site, email)
        token = link_in(steered_site.letters.await_one(email, "Bitte bestätigen"), "b").rpartition("/")[2]

        for letter in "ocksu":
            assert outside.goto(f"{steered_site.portal_url}/{letter}/{token}").status == 404
            expect(outside.get_by_role("heading", name=GONE)).to_be_visible()

    def test_shows_how_far_a_request_is_and_not_whose(self, steered_site, outside, take_in):
        email = "wencke@example.org"
        take_in(email)
        ask_for_erasure(outside, steered_site, email)
        confirm(outside, link_in(steered_site.letters.await_one(email, "Bitte bestätigen"), "b"))

        outside.goto(link_in(steered_site.letters.await_one(email, "angekommen"), "s"))

        expect(outside.get_by_role("heading", name="Stand Ihres Antrags")).to_be_visible()
        expect(outside.locator("body")).not_to_contain_text(re.compile("wencke|runa", re.IGNORECASE))
