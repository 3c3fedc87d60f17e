"""The worker takes in who responded to a campaign by a link, and nobody else (§ 25 TDDDG, Art. 5(1)(f) DSGVO)."""

from sqlalchemy import insert

from crm.ledger.tables import entry
from crm.models.intake import IntakeMessage, LinkKind, PersonalLink
from crm.privacy import links
from crm.services.health.links import examine_links
from tests.support.campaigns import CAMPAIGN, add_campaign, answer_of, reach, send_link

OWN = "a-token-of-my-own"


def responses(counter):
    return counter.count(entry, entry.c.action == "campaign:response_entered")


def test_a_button_that_was_pressed_is_a_response_by_link_of_that_day_with_one_entry(counter):
    add_campaign(counter)
    person, neighbour = reach(counter), reach(counter, email="nachbar@example.com")

    assert counter.client.post(send_link(counter, person)).status_code == 200
    assert answer_of(counter, person) is None
    counter.drain()

    assert answer_of(counter, person) == ("link", counter.clock.now().date())
    assert (answer_of(counter, neighbour), responses(counter), counter.waiting()) == (None, 1, 0)


def test_a_link_that_was_written_with_sql_responds_for_nobody_and_is_named(counter):
    add_campaign(counter)
    person = reach(counter)
    now = counter.clock.now()
    facts = {
        "kind": LinkKind.RESPOND,
        "subject_id": person,
        "request_id": CAMPAIGN,
        "created_at": now,
        "expires_at": now.replace(year=2099),
    }
    with counter.database.writing() as session:
        session.execute(insert(PersonalLink).values(token_hash=links.hash_of(OWN), **facts))

    counter.client.post(f"/r/{OWN}")
    counter.drain()

    assert (answer_of(counter, person), responses(counter)) == (None, 0)
    assert counter.count(IntakeMessage, IntakeMessage.set_aside_at.is_not(None)) == 1
    assert [each.facts for each in examine_links(counter.database)] == [{"count": 1, "kinds": "respond"}]


def test_an_erased_person_leaves_no_link_and_no_response_of_theirs(counter):
    """Art. 17(1) DSGVO."""
    add_campaign(counter)
    person = reach(counter)
    used, unused = send_link(counter, person), send_link(counter, person)
    counter.client.post(used)
    counter.drain()

    counter.erase(person)
    counter.client.post(unused)
    counter.drain()

    assert (counter.count(PersonalLink), answer_of(counter, person), responses(counter)) == (0, None, 1)
