"""Nobody falls between the rules: whose last ground has gone has a day, whatever the ground was (Art. 5(1)(e) DSGVO)."""

from itertools import combinations

import pytest

from crm.privacy import lawfulness, purposes
from crm.settings import initial_policy
from tests.integration.privacy.people import SALES

GROUNDS = sorted(code for code, each in initial_policy("purposes").items() if each["basis"] != "6-1-a" and code != "request_handling")
PAIRS = [*((each,) for each in GROUNDS), *combinations(GROUNDS, 2)]


@pytest.mark.parametrize("codes", PAIRS, ids="+".join)
def test_whose_grounds_have_all_ended_has_a_day(house, codes):
    person = house.person(*codes, fields={"last_name": "Dazwischen"})
    with house.database.writing() as session:
        for code in codes:
            purpose = purposes.find_all(session).get(code)
            lawfulness.end_ground(session, subject_id=person, purpose=purpose, ends_at=house.now, actor=SALES, now=house.now)

    assert person in house.days()


def test_a_ground_that_still_stands_is_what_keeps_somebody_without_a_day(house):
    """What the test above would not notice: that everybody has a day, needed or not."""
    assert house.person("contract_person") not in house.days()
