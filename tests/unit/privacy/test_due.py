"""Days begin and end where the controller is (Regulation (EEC, Euratom) 1182/71, Art. 3)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.privacy import due


@pytest.mark.parametrize(
    ("now", "last_day"),
    [
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 12, 23)),  # a minute before midnight in Berlin
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), date(2026, 12, 24)),
        (datetime(2026, 10, 1, 22, 30, tzinfo=UTC), date(2026, 11, 1)),  # summer time ends in between
    ],
)
def test_a_period_of_days_begins_on_the_day_of_the_controller(now, last_day):
    assert due.last_day(now, within=timedelta(days=30), zone=ZoneInfo("Europe/Berlin")) == last_day
