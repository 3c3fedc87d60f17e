"""People whom nothing but a silent relation keeps are proposed for a decision (Art. 5(1)(e), 6(1)(f) DSGVO)."""

from datetime import timedelta

import pytest

from crm.actor import Actor, Role
from crm.models.retention import KeepReason
from crm.privacy import keeping, lawfulness
from crm.services import review_selection
from tests.integration.privacy.people import SALES
from tests.integration.retention.test_due_days import consent_to_newsletter

COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


def proposed(house):
    with house.database.reading() as session:
        return review_selection.find_ids(session, COORDINATOR, house.today)


@pytest.mark.parametrize(("days_ago", "asked"), [(732, True), (729, False)])
def test_who_was_not_heard_of_for_as_long_as_a_prospect_is_kept(house, days_ago, asked):
    person = house.person("business_contact", days_ago=days_ago)

    assert person not in house.days() and (proposed(house) == [person]) is asked


def test_the_run_takes_none_of_them(house):
    person = house.person("business_contact", days_ago=2_000)

    assert house.run()[-1].counts == {} and person in house.living()


def test_a_contract_that_runs_keeps_somebody_and_one_that_ended_does_not(house):
    person = house.person("business_contact", "contract_person", days_ago=2_000)
    customer = proposed(house)
    with house.database.writing() as session:
        contract = house.purpose(session, "contract_person")
        lawfulness.end_ground(session, subject_id=person, purpose=contract, ends_at=house.now, actor=SALES, now=house.now)

    assert customer == [] and proposed(house) == [person]


def test_a_consent_that_stands_keeps_somebody(house):
    person = house.person("business_contact", days_ago=2_000)
    with house.database.writing() as session:
        consent_to_newsletter(house, session, person)

    assert proposed(house) == []


def test_who_has_a_day_is_not_asked_about_before_it_comes_near(house):
    """The rule of a prospect ends by itself."""
    house.person("business_contact", days_ago=100, is_prospect=True)

    assert proposed(house) == []


def test_who_was_kept_is_asked_about_again_before_that_ends(house):
    person = house.person("business_contact", days_ago=2_000)
    until = house.today + timedelta(days=200)
    with house.database.writing() as session:
        reason = KeepReason.TALKS
        keeping.keep(session, subject_id=person, reason=reason, until=until, rule="RET-08", actor=COORDINATOR, now=house.now)
    kept = proposed(house)
    with house.database.reading() as session:
        later = review_selection.find_ids(session, COORDINATOR, until - timedelta(days=10))

    assert kept == [] and later == [person]
