"""Quarters of a financial year that may begin in any month."""

from datetime import date

import pytest

from crm.services.reports.quarters import quarter_of


@pytest.mark.parametrize(
    ("day", "first_month", "title", "first_day", "last_day"),
    [
        (date(2026, 1, 1), 1, "Q1 2026", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 12, 31), 1, "Q4 2026", date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 3, 31), 4, "Q4 2025/26", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), 4, "Q1 2026/27", date(2026, 4, 1), date(2026, 6, 30)),
        (date(2028, 2, 29), 12, "Q1 2027/28", date(2027, 12, 1), date(2028, 2, 29)),
        (date(2099, 11, 30), 10, "Q1 2099/00", date(2099, 10, 1), date(2099, 12, 31)),
    ],
)
def test_a_day_lies_in_the_quarter_of_its_financial_year(day, first_month, title, first_day, last_day):
    quarter = quarter_of(day, first_month=first_month)

    assert (quarter.title, quarter.first_day, quarter.last_day) == (title, first_day, last_day)


@pytest.mark.parametrize("first_month", range(1, 13))
def test_quarters_follow_each_other_without_a_gap(first_month):
    quarter = quarter_of(date(2026, 5, 17), first_month=first_month)

    for _year in range(8):
        assert quarter.following.previous == quarter
        assert (quarter.following.first_day - quarter.last_day).days == 1
        assert quarter.a_year_before.first_day.replace(year=quarter.first_day.year) == quarter.first_day
        quarter = quarter.following
