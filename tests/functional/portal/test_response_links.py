"""Responding to a campaign by a personal link: only its button does, and stopping advertising is as easy (Art. 21 DSGVO, § 25 TDDDG)."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, update

from crm.ledger.tables import entry
from crm.models.campaign import Campaign
from crm.models.intake import PersonalLink
from crm.privacy import restriction
from crm.privacy.intake.policy import intake_policy
from crm.privacy.lawfulness import Standing
from crm.privacy.restriction import RestrictionReason
from tests.integration.privacy.people import FIELDS, SALES
from tests.support.campaigns import CAMPAIGN, LASTS, add_campaign, answer_of, reach, send_link
from tests.support.staff import on_one_engine

pytestmark = on_one_engine
UNKNOWN = "/r/" + "x" * 43


@pytest.fixture
def person(counter):
    add_campaign(counter)
    return reach(counter)


@pytest.fixture
def link(counter, person):
    return send_link(counter, person)


def entries(counter, action):
    return counter.count(entry, entry.c.action == action)


def snapshot(counter):
    """Return what stands in every table a visitor could leave something in."""
    with counter.database.reading() as session:
        return [sorted(map(repr, session.execute(table.select()).all())) for table in (PersonalLink.__table__, entry)]


class TestButton:
    def test_responds_once_however_often_it_is_pressed(self, counter, client, person, link):
        assert client.post(link).status_code == 200
        assert counter.drain() == 1
        first = answer_of(counter, person)
        counter.clock.advance(timedelta(days=2))

        assert [client.post(link).status_code, client.post(send_link(counter, person)).status_code] == [404, 200]
        counter.drain()

        assert first == ("link", (counter.clock.now() - timedelta(days=2)).date())
        assert answer_of(counter, person) == first
        assert entries(counter, "campaign:response_entered") == 1

    def test_is_needed_because_looking_changes_nothing(self, counter, client, person, link):
        """Mail scanners open links, and opening is not noted."""
        before = snapshot(counter)

        for method in (client.get, client.head, client.options):
            answer = method(link)
            assert "Set-Cookie" not in answer.headers
        counter.drain()

        assert snapshot(counter) == before
        assert (counter.waiting(), answer_of(counter, person)) == (0, None)

    def test_stands_on_a_page_that_names_the_controller_and_loads_nothing_from_elsewhere(self, client, link):
        page = client.get(link).text

        assert re.findall(r'<form method="post" action="([^"]+)"', page) == [link, f"{link}/stop"]
        assert "Ich möchte mehr erfahren" in page and "Werbung stoppen" in page
        assert "Verantwortlich für Ihre Daten ist" in page
        assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
        assert "I would like to know more" in client.get(f"{link}?lang=en").text


class TestStopping:
    def test_takes_one_click_and_ends_the_link_at_once(self, counter, client, person, link):
        other = send_link(counter, person)

        assert "Erledigt" in client.post(f"{link}/stop").text
        counter.drain()

        assert counter.standing(person, "newsletter") is Standing.OBJECTED
        assert [client.get(each).status_code for each in (link, other)] == [404, 404]
        assert client.post(other).status_code == 404
        assert answer_of(counter, person) is None

    def test_is_heeded_first_where_both_wait_for_the_worker(self, counter, client, person, link):
        client.post(f"{link}/stop")
        client.post(link)
        counter.drain()

        assert answer_of(counter, person) is None

    def test_works_after_the_response_too(self, counter, client, person, link):
        assert f'action="{link}/stop"' in client.post(link).text

        client.post(f"{link}/stop")
        counter.drain()

        assert counter.standing(person, "newsletter") is Standing.OBJECTED


def test_who_objects_in_another_way_is_restricted_or_erased_has_no_link_any_more(counter, client, person):
    """Art. 18(2), 21(3), 17(1) DSGVO."""
    by_form, restricted, erased = (reach(counter, email=f"{number}@example.com") for number in range(3))
    paths = {each: send_link(counter, each) for each in (by_form, restricted, erased, person)}
    client.post("/objection", data={"email": "0@example.com"})
    counter.drain()
    with counter.database.writing() as session:
        facts = {"reason": RestrictionReason.LEGAL_CLAIMS, "actor": SALES, "now": counter.clock.now()}
        restriction.impose(session, subject_ids=[restricted], **facts)
    counter.erase(erased)

    assert [client.get(paths[each]).status_code for each in (by_form, restricted, erased, person)] == [404, 404, 404, 200]
    assert counter.count(PersonalLink, PersonalLink.subject_id == erased) == 0


def test_a_response_of_somebody_restricted_before_it_was_taken_in_does_not_count(counter, client, person, link):
    client.post(link)
    with counter.database.writing() as session:
        facts = {"reason": RestrictionReason.LEGAL_CLAIMS, "actor": SALES, "now": counter.clock.now()}
        restriction.impose(session, subject_ids=[person], **facts)

    counter.drain()

    assert (answer_of(counter, person), counter.waiting()) == (None, 0)


class TestEnd:
    """A link dies with the end of its campaign and the period after it."""

    def test_is_the_last_moment_of_the_last_day(self, counter, client, link):
        last = LASTS + intake_policy().response_link_for
        counter.clock.advance(last)
        assert client.get(link).status_code == 200

        counter.clock.advance(timedelta(days=1))

        assert client.get(link).status_code == 404

    def test_comes_sooner_when_the_campaign_does(self, counter, client, link):
        with counter.database.writing() as session:
            session.execute(update(Campaign).where(Campaign.id == CAMPAIGN).values(ends_on=date(2020, 1, 1), starts_on=date(2020, 1, 1)))

        assert (client.get(link).status_code, client.post(link).status_code) == (404, 404)

    def test_counts_from_the_day_of_the_link_where_the_campaign_has_none(self, counter, client):
        add_campaign(counter, lasts=None)
        link = send_link(counter, reach(counter))
        counter.clock.advance(intake_policy().response_link_for)
        assert client.get(link).status_code == 200

        counter.clock.advance(timedelta(days=1))

        assert client.get(link).status_code == 404


def test_unknown_used_and_over_are_answered_alike_with_the_same_work(counter, client, person, link):
    over = send_link(counter, person)
    with counter.database.writing() as session:
        newest = session.query(PersonalLink).order_by(PersonalLink.created_at).filter(PersonalLink.used_at.is_(None))
        hashes = [each.token_hash for each in newest]
    client.post(link)
    with counter.database.writing() as session:
        past = counter.clock.now() - timedelta(days=1)
        session.execute(
            update(PersonalLink).where(PersonalLink.token_hash.in_(hashes), PersonalLink.used_at.is_(None)).values(expires_at=past)
        )
    heard = []
    event.listen(counter.portal.engine, "before_cursor_execute", lambda *facts: heard.append(facts[2]))

    answers = {}
    for name, path in (("unknown", UNKNOWN), ("used", link), ("over", over)):
        for method in ("GET", "POST"):
            heard.clear()
            answer = client.open(path, method=method)
            answers[name, method] = (answer.status_code, answer.text.replace(path, ""), tuple(heard))

    for method in ("GET", "POST"):
        assert answers["unknown", method] == answers["used", method] == answers["over", method]
        assert answers["unknown", method][0] == 404


def test_whose_address_is_on_the_suppression_list_gets_none(counter, client):
    """An address nobody had when it objected, and that comes in later (Art. 21(3))."""
    add_campaign(counter)
    client.post("/objection", data={"email": FIELDS["email"]})
    counter.drain()

    person = reach(counter)

    assert client.get(send_link(counter, person)).status_code == 404
