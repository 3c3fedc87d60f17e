"""The period for an answer, on the edge of its rule."""

from datetime import date

import pytest
from pydantic import ValidationError

from crm.privacy.requests.deadline import answer_due_on, holidays_of
from crm.settings import FEDERAL_STATES, Settings

YEARS = range(2025, 2028)


@pytest.mark.parametrize(
    ("received_on", "extended", "state", "due_on"),
    [
        (date(2026, 3, 2), False, None, date(2026, 4, 2)),  # same day of the next month
        (date(2026, 1, 31), False, None, date(2026, 3, 2)),  # no 31 February, 28 February is a Saturday
        (date(2025, 4, 1), False, None, date(2025, 5, 2)),  # 1 May is a holiday
        (date(2026, 3, 2), True, None, date(2026, 6, 2)),  # extended by two months
        (date(2026, 12, 31), False, None, date(2027, 2, 1)),  # across the year, 31 January is a Sunday
        (date(2026, 11, 25), False, None, date(2026, 12, 28)),  # 25 and 26 December, then a Sunday
        (date(2025, 7, 31), True, None, date(2025, 10, 31)),  # Reformationstag is a working day in most of Germany
        (date(2025, 7, 31), True, "NI", date(2025, 11, 3)),  # and a holiday in Niedersachsen, before a weekend
        (date(2026, 7, 31), True, "NI", date(2026, 11, 2)),  # 31 October 2026 is a Saturday besides
        (date(2026, 7, 31), True, "BY", date(2026, 11, 2)),  # Allerheiligen falls on the Sunday
        (date(2026, 5, 4), False, "NW", date(2026, 6, 5)),  # Fronleichnam
        (date(2026, 5, 4), False, "NI", date(2026, 6, 4)),  # none in Niedersachsen
    ],
)
def test_answer_is_due_on_the_last_working_day_that_the_month_allows(received_on, extended, state, due_on):
    assert answer_due_on(received_on, extended=extended, holidays=holidays_of(state, YEARS)) == due_on


class TestHolidays:
    def test_a_holiday_of_one_state_is_none_of_all_germany(self):
        assert date(2026, 10, 31) in holidays_of("NI", YEARS)
        assert date(2026, 10, 31) not in holidays_of(None, YEARS)
        assert date(2026, 5, 1) in holidays_of(None, YEARS)

    @pytest.mark.parametrize("state", FEDERAL_STATES)
    def test_each_state_that_can_be_set_has_the_holidays_of_all_germany(self, state):
        assert holidays_of(None, YEARS) <= holidays_of(state, YEARS)

    def test_a_state_that_is_none_stops_the_start(self, tmp_path):
        with pytest.raises(ValidationError, match=r"nennt kein Bundesland\. Geben Sie eines davon an: BB"):
            Settings(data_dir=tmp_path, federal_state="XX")
