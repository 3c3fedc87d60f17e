"""A personal link that stops advertising, handed out by staff (Art. 12(2), 21(2), (4) DSGVO)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.models.intake import LinkKind, PersonalLink
from crm.portal import create_app
from crm.privacy import intake
from crm.privacy.intake.policy import intake_policy
from crm.privacy.links import hash_of
from crm.privacy.objection import DIRECT_MARKETING, Objection, find_objections
from crm.runtime import PortalRuntime
from tests.support.staff import on_one_engine

pytestmark = on_one_engine
BUTTON = "Persönlicher Link zum Widerspruch"


@pytest.fixture
def person(house):
    return house.take_in("sales_approach", "business_contact")


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY)


@pytest.fixture
def portal(runtime, house):
    opened = PortalRuntime.open(runtime.settings, clock=house.clock)
    yield create_app(opened).test_client()
    opened.close()


def links_of(house):
    with house.database.reading() as session:
        return list(session.scalars(select(PersonalLink)))


def link_in(answer, runtime):
    return re.search(rf"{runtime.settings.portal_origin}(/o/[\w-]+)", answer.text)[1]


def test_stops_advertising_when_the_person_presses_its_button(house, sales, person, portal, runtime):
    assert BUTTON in sales.get(f"/contacts/{person}").text

    path = link_in(sales.send(f"/contacts/{person}/objection-link"), runtime)
    assert portal.post(path).status_code == 200
    intake.drain(house.database, settings=runtime.settings, now=house.now)

    with house.database.reading() as session:
        assert Objection(DIRECT_MARKETING) in find_objections(session, [person])[person]


def test_is_shown_once_kept_as_a_hash_and_entered(house, sales, person, runtime):
    token = link_in(sales.send(f"/contacts/{person}/objection-link"), runtime).removeprefix("/o/")

    [link] = links_of(house)
    assert (link.kind, link.subject_id, link.token_hash) == (LinkKind.OBJECT, person, hash_of(token))
    assert link.expires_at == house.now + intake_policy().handed_link_for
    assert token not in sales.get(f"/contacts/{person}").text + sales.get(f"/contacts/{person}/rights").text
    [entry] = house.entries("objection:link_issued")
    assert person in entry and token not in entry
    assert house.entries("objection:raised") == []


def test_works_no_longer_when_its_time_is_over(house, sales, person, portal, runtime):
    path = link_in(sales.send(f"/contacts/{person}/objection-link"), runtime)
    house.clock.advance(intake_policy().handed_link_for - timedelta(seconds=1))
    assert portal.get(path).status_code == 200

    house.clock.advance(timedelta(seconds=1))

    assert portal.get(path).status_code == 404


def test_is_handed_out_by_the_coordinator_who_sees_nothing_of_the_person(house, privacy, person, runtime):
    assert BUTTON in privacy.get(f"/contacts/{person}/rights").text

    assert link_in(privacy.send(f"/contacts/{person}/objection-link"), runtime)
    assert house.entries("person:disclosed") == []


def test_is_neither_offered_nor_made_where_nobody_may_advertise(house, sales):
    person = house.take_in("business_contact")

    assert BUTTON not in sales.get(f"/contacts/{person}").text
    answer = sales.send(f"/contacts/{person}/objection-link")

    assert answer.status_code == 403
    assert "Diesen Link gibt aus, wer die Person für Werbung ansprechen darf" in answer.text
    assert (links_of(house), house.entries("objection:link_issued")) == ([], [])


@pytest.mark.parametrize("role", [Role.SERVICE, Role.ACCOUNTING, Role.DPO, Role.AUDITOR])
def test_is_not_for_roles_that_do_not_advertise(house, colleague, person, role):
    assert colleague(role).send(f"/contacts/{person}/objection-link").status_code == 403
    assert links_of(house) == []


def test_looking_at_its_address_makes_none(house, sales, person):
    assert sales.get(f"/contacts/{person}/objection-link").status_code == 405
    assert links_of(house) == []
