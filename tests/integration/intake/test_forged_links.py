"""Somebody writes SQL: a link that Lethe did not send does nothing, and one that it sent does what it is for once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from crm.db import new_id
from crm.ledger.tables import entry
from crm.models.intake import IntakeKind, IntakeMessage, LinkKind, PendingRequest, PersonalLink
from crm.models.lawfulness import ObjectionEvent, SuppressionEntry
from crm.models.request_case import RequestCase
from crm.privacy import links
from crm.privacy.lawfulness import Standing
from crm.services.health.links import examine_links
from tests.integration.intake.conftest import PERSON

OWN = "a-token-of-my-own"


def write(counter, *statements):
    with counter.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def slip_in(counter, **link):
    """Add a link with a token that its writer knows."""
    write(counter, insert(PersonalLink).values(token_hash=links.hash_of(OWN), created_at=counter.clock.now(), **link))


def find(counter, column):
    with counter.database.reading() as session:
        return session.scalars(select(column)).all()


def set_aside(counter):
    """Return how many messages are set aside, and how many entries say so."""
    entered = counter.count(entry, entry.c.action == "intake:set_aside")
    return counter.count(IntakeMessage, IntakeMessage.set_aside_at.is_not(None)), entered


def named(counter):
    return [each.facts for each in examine_links(counter.database)]


@pytest.fixture
def person(counter):
    """Somebody who has objected."""
    person = counter.add_person()
    counter.object(PERSON)
    counter.drain()
    return person


class TestForgedLink:
    """Art. 5(1)(f), 21(3), 32(1)(b) DSGVO."""

    def test_ends_nobody_s_objection_and_takes_no_address_off_the_list(self, counter, person):
        [origin], [tag] = find(counter, ObjectionEvent.origin), find(counter, SuppressionEntry.tag)
        message = origin.removeprefix("Portal ")
        slip_in(counter, kind=LinkKind.CORRECT, subject_id=person, request_id=message, suppression_tag=tag)

        counter.client.post(f"/c/{OWN}")
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert (counter.acts(), len(counter.suppressed())) == (["raised"], 1)
        assert set_aside(counter) == (1, 1)
        assert named(counter) == [{"count": 1, "kinds": "correct"}]

    def test_with_the_seal_of_another_one_does_nothing_either(self, counter, person):
        [sent] = [each.__dict__ for each in find(counter, PersonalLink)]
        copied = {name: sent[name] for name in ("kind", "subject_id", "request_id", "suppression_tag", "expires_at", "seal")}
        slip_in(counter, **copied)

        counter.client.post(f"/c/{OWN}")
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert named(counter) == [{"count": 1, "kinds": "correct"}]

    def test_confirms_no_request(self, counter):
        counter.add_person()
        counter.ask_for_erasure()
        counter.drain()
        [pending] = find(counter, PendingRequest.id)
        slip_in(counter, kind=LinkKind.CONFIRM, request_id=pending)

        counter.client.post(f"/b/{OWN}")
        counter.drain()

        assert (counter.count(RequestCase), counter.count(PendingRequest)) == (0, 1)
        assert set_aside(counter) == (1, 1)

    def test_is_not_needed_where_the_hash_of_a_sent_one_is_known_and_helps_as_little(self, counter):
        """The hash stands in the database; who drops it in past the portal does not know the token."""
        counter.add_person()
        counter.ask_for_erasure()
        counter.drain()
        [known] = find(counter, PersonalLink.token_hash)
        dropped = {"kind": IntakeKind.CONFIRMATION, "language": "de", "link_hash": known, "received_at": counter.clock.now()}
        write(counter, insert(IntakeMessage).values(id=new_id(), **dropped))

        counter.drain()

        assert (counter.count(RequestCase), counter.count(PendingRequest)) == (0, 1)
        assert set_aside(counter) == (1, 1)


class TestSentLink:
    """Art. 5(1)(d), (f) DSGVO."""

    def test_that_was_made_to_last_does_nothing_more(self, counter, person):
        path = counter.link("objection_confirmed")
        write(counter, update(PersonalLink).values(expires_at=counter.clock.now() + timedelta(days=9_000)))

        counter.client.post(path)
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert named(counter) == [{"count": 1, "kinds": "correct"}]

    def test_that_was_put_back_after_its_time_does_nothing_more(self, counter, person):
        path = counter.link("objection_confirmed")
        [until] = find(counter, PersonalLink.expires_at)
        counter.client.post(path)  # the portal took it in time, as its clock or a row says

        counter.clock.advance(until - counter.clock.now() + timedelta(days=90))
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert set_aside(counter) == (1, 1)

    def test_takes_back_no_objection_that_came_later_though_it_is_marked_as_unused(self, counter, person):
        path = counter.link("objection_confirmed")
        counter.client.post(path)
        counter.drain()
        assert counter.standing(person) is Standing.ALLOWED
        counter.clock.advance(timedelta(seconds=1))
        counter.object(PERSON)
        counter.drain()

        write(counter, update(PersonalLink).values(used_at=None))
        counter.client.post(path)
        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert (counter.acts(), len(counter.suppressed())) == (["raised", "corrected", "raised"], 1)

    def test_leaves_its_token_nowhere_in_the_clear(self, counter, person):
        path = counter.link("objection_confirmed")
        token = re.search(r"/c/(.+)", path)[1].encode()

        counter.client.post(path)

        assert not [each for each in find(counter, IntakeMessage.sealed_message) if token in each]

    def test_is_no_finding(self, counter, person):
        assert named(counter) == []
