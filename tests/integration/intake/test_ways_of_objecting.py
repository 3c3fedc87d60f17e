"""Each way by which somebody objected stands by itself: taking one back leaves the others (Art. 5(1)(d), 21(2), (3) DSGVO)."""

from datetime import timedelta

import pytest

from crm.actor import Actor, Role
from crm.privacy import objection
from crm.privacy.lawfulness import Standing
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel
from crm.services.contacts import advertising
from crm.services.contacts.advertising import Wish
from tests.integration.intake.conftest import PERSON

CLERK = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
COORDINATOR = Actor("6" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


@pytest.fixture
def person(counter):
    return counter.add_person()


def object_on_the_portal(counter):
    counter.object(PERSON)
    counter.drain()
    return counter


def tell_the_clerk(counter, person):
    with counter.database.writing() as session:
        advertising.object_to_marketing(session, subject_id=person, channel=None, actor=CLERK, now=counter.clock.now())


def correct_the_entry(counter, person):
    with counter.database.writing() as session:
        advertising.correct(session, subject_id=person, channel=None, mistake="wrong_person", actor=CLERK, now=counter.clock.now())


def press_take_back(counter):
    counter.client.post(counter.link("objection_confirmed"))
    counter.drain()


def came_by(counter, person):
    with counter.database.reading() as session:
        return [origin.split()[0] for each in objection.find_standing(session, subject_id=person) for origin in each.came]


def test_the_person_s_own_word_stands_when_an_earlier_entry_of_staff_is_corrected(counter, person):
    tell_the_clerk(counter, person)
    object_on_the_portal(counter)

    correct_the_entry(counter, person)

    assert (came_by(counter, person), counter.standing(person)) == (["Portal"], Standing.OBJECTED)


def test_it_stands_too_when_a_later_entry_of_staff_is_corrected(counter, person):
    object_on_the_portal(counter)
    tell_the_clerk(counter, person)

    correct_the_entry(counter, person)

    assert (came_by(counter, person), counter.standing(person)) == (["Portal"], Standing.OBJECTED)


def test_what_was_said_on_the_phone_stands_when_the_message_is_taken_back(counter, person):
    object_on_the_portal(counter)
    tell_the_clerk(counter, person)

    press_take_back(counter)

    assert (came_by(counter, person), counter.standing(person)) == (["Mitteilung"], Standing.OBJECTED)


def test_nothing_is_left_when_every_way_was_taken_back(counter, person):
    object_on_the_portal(counter)
    tell_the_clerk(counter, person)

    press_take_back(counter)
    correct_the_entry(counter, person)

    assert (came_by(counter, person), counter.standing(person)) == ([], Standing.ALLOWED)


def test_a_wish_ends_the_objection_by_whatever_ways_it_came(counter, person):
    object_on_the_portal(counter)
    tell_the_clerk(counter, person)

    with counter.database.writing() as session:
        now, told = counter.clock.now(), objection.ToldBy.PHONE
        about = Objection(DIRECT_MARKETING)
        objection.lift(session, subject_id=person, objection=about, told=told, told_on=now.date(), actor=CLERK, now=now)

    assert came_by(counter, person) == []


def test_the_same_way_twice_is_entered_once(counter, person):
    for _ in range(2):
        object_on_the_portal(counter)
        tell_the_clerk(counter, person)

    assert counter.acts() == ["raised", "raised"]


def test_the_address_stays_suppressed_as_long_as_the_person_objects_in_another_way(counter, person):
    """Art. 21(3) DSGVO."""
    object_on_the_portal(counter)
    tell_the_clerk(counter, person)

    press_take_back(counter)

    assert (counter.standing(person), len(counter.suppressed())) == (Standing.OBJECTED, 1)


@pytest.mark.parametrize("order", [(Channel.EMAIL, None), (None, Channel.EMAIL)])
def test_the_address_leaves_the_list_with_the_last_objection_that_covers_it(counter, person, order):
    object_on_the_portal(counter)
    counter.clock.advance(timedelta(days=1))
    with counter.database.writing() as session:
        advertising.object_to_marketing(session, subject_id=person, channel=Channel.EMAIL, actor=CLERK, now=counter.clock.now())
    left = []

    for channel in order:
        with counter.database.writing() as session:
            wish = Wish(told="phone", told_on=counter.clock.now().date(), warned=True)
            advertising.lift(session, subject_id=person, channel=channel, wish=wish, actor=COORDINATOR, now=counter.clock.now())
        left.append(len(counter.suppressed()))

    assert left == [1, 0]
