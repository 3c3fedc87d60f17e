"""Which entries can be one person's."""

import pytest

from crm.privacy.requests.one_person import may_be_one

KATHARINA = {"first_name": "Katharina", "last_name": "Wehmüller"}


@pytest.mark.parametrize(
    ("other", "may_be"),
    [
        (KATHARINA, True),
        ({"first_name": "katharina", "last_name": "WEHMUELLER"}, True),
        ({"first_name": "K.", "last_name": "Wehmüller"}, True),
        ({"last_name": "Wehmüller"}, True),
        ({}, True),
        ({"first_name": "Karl", "last_name": "Wehmüller"}, False),
        ({"first_name": "O.", "last_name": "Wehmüller"}, False),
        ({"first_name": "Katharina", "last_name": "Zwirnemann"}, False),
    ],
)
def test_entries_can_be_about_one_person_where_nothing_of_the_name_differs(other, may_be):
    assert may_be_one(KATHARINA, other) is may_be_one(other, KATHARINA) is may_be
