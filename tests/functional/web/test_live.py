"""An open page asks whether it is still as it was; asking opens nothing and keeps no sign-in alive."""

import re
from datetime import timedelta
from html import unescape

import pytest

from crm.actor import Role
from crm.db.errors import DiskFullError
from crm.models.account import SignIn
from crm.services.accounts import signins
from crm.web.live import BY_ITSELF
from tests.functional.web.test_exports import ask as ask_for_export
from tests.integration.deals.selling import add_company, add_deal

ASKED = {BY_ITSELF: "yes"}


def live_url(page):
    return unescape(re.search(r'<main id="main" tabindex="-1" data-live="([^"]+)"', page.text).group(1))


def test_says_nothing_is_new_until_something_is(sales, house):
    person = house.take_in()
    address = live_url(sales.get(f"/contacts/{person}"))

    assert sales.get(address, headers=ASKED).status_code == 204
    house.object_to_marketing(person)
    answer = sales.get(address, headers=ASKED)
    assert (answer.status_code, answer.data) == (200, b"")


def test_asking_leaves_no_entry(sales, house):
    address = live_url(sales.get(f"/contacts/{house.take_in()}"))
    before = house.snapshot()

    sales.get(address, headers=ASKED)

    assert house.snapshot() == before


def test_only_who_may_open_the_page_may_ask(colleague, sales, house):
    address = live_url(sales.get(f"/contacts/{house.take_in()}"))

    assert colleague(Role.MARKETING).get(address).status_code == 403
    assert sales.get("/live?page=users.show&item=" + "0" * 32).status_code == 403
    assert sales.get("/live?page=nothing").status_code == 403


@pytest.mark.parametrize("by_itself", [True, False], ids=["by itself", "by a click"])
def test_what_a_page_asks_by_itself_is_no_use_of_the_sign_in(sales, house, clock, by_itself):
    address = f"/contacts/{house.take_in()}"
    sales.get(address)
    with house.database.reading() as session:
        before = session.query(SignIn.seen_at).scalar()
    clock.advance(timedelta(minutes=5))

    sales.get(address, headers=ASKED if by_itself else {})

    with house.database.reading() as session:
        assert (session.query(SignIn.seen_at).scalar() == before) is by_itself


@pytest.mark.parametrize(("form", "status"), [(None, 503), ("/purpose/business_contact", 303)], ids=["page", "saved"])
def test_a_use_that_finds_no_room_to_be_noted_is_no_failure_of_ours(sales, clock, monkeypatch, form, status):
    sales.get("/help")
    token = sales.form_token
    clock.advance(timedelta(minutes=5))

    def refuse(*_args, **_options):
        raise DiskFullError

    monkeypatch.setattr(signins, "see", refuse)
    answer = sales.client.post(form, data={"csrf_token": token}) if form else sales.get("/help")

    assert answer.status_code == status
    assert ("Speicherplatz" in answer.text) is (form is None)


@pytest.mark.parametrize("path", ["/", "/deals", "/deals/forecast", "/reports/quarter", "/companies", "/contacts"])
def test_a_list_says_that_something_has_changed_and_offers_it(sales, house, path):
    house.build_index()
    page = sales.get(path)
    address = live_url(page)
    assert sales.get(address, headers=ASKED).status_code == 204

    with house.database.writing() as session:
        add_deal(session, house.now, company_id=add_company(session, house.now))

    assert sales.get(address, headers=ASKED).status_code == 200
    assert " data-live-offers>" in page.text


def test_who_decides_about_exports_sees_that_one_waits(sales, house, colleague):
    house.take_in()
    house.build_index()
    coordinator = colleague(Role.PRIVACY)
    address = live_url(coordinator.get("/exports"))
    assert coordinator.get(address, headers=ASKED).status_code == 204

    ask_for_export(sales)

    assert coordinator.get(address, headers=ASKED).status_code == 200


def test_looking_at_a_list_is_nothing_new_to_others(sales, house, colleague):
    house.take_in()
    house.build_index()
    address = live_url(sales.get("/contacts"))

    colleague(Role.SALES, "Vera Zweit").get("/contacts")

    assert sales.get(address, headers=ASKED).status_code == 204


@pytest.mark.parametrize("path", ["/contacts/new", "/help"])
def test_pages_that_are_about_nothing_of_others_ask_nothing(sales, path):
    assert "data-live" not in sales.get(path).text
