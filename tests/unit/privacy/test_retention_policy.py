"""The arithmetic of retention periods."""

from datetime import date

import pytest

from crm.privacy.periods import due_on, find_rules


@pytest.mark.parametrize(
    ("code", "started_on", "expected"),
    [
        ("RET-01", date(2024, 1, 31), date(2026, 1, 31)),  # same day, 24 months later
        ("RET-01", date(2024, 2, 29), date(2026, 2, 28)),  # a day that is missing: the last of its month
        ("RET-08", date(2026, 8, 31), date(2027, 2, 28)),  # six months, no 31 February
        ("RET-10", date(2025, 3, 10), date(2033, 12, 31)),  # from the end of the year; the next day it goes
        ("RET-07", date(2025, 12, 31), date(2028, 12, 31)),  # the last day of the year belongs to it
        ("RET-07", date(2026, 1, 1), date(2029, 12, 31)),  # the day after does not
    ],
)
def test_due_on(code, started_on, expected):
    assert due_on(find_rules()[code], started_on) == expected


def test_every_rule_names_its_source():
    assert all(rule.source and rule.kind["de"] and rule.kind["en"] for rule in find_rules().values())
