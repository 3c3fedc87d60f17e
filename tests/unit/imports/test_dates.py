"""Dates that cannot be are no dates: neither an age nor a period starts with the zero of a program."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.services.imports.policy import import_policy
from crm.services.imports.rows import Reason
from crm.services.imports.salesforce import read_salesforce
from tests.support.exports import GROUPS, contact, write

ZEROS = ["0001-01-01", "1601-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1904-01-01", "1970-01-01"]


@pytest.mark.parametrize("day", [*ZEROS, "1900-12-31", "9999-12-31"])
def test_zeros_of_programs_and_the_end_of_time_never_were(day, now):
    assert not import_policy().dates.can_have_been(datetime.fromisoformat(day).replace(tzinfo=UTC), now=now)


@pytest.mark.parametrize("day", ["1901-01-01", "1969-12-31", "1970-01-02", "2026-11-22"])
def test_old_days_can_have_been(day, now):
    assert import_policy().dates.can_have_been(datetime.fromisoformat(day).replace(tzinfo=UTC), now=now)


@pytest.mark.parametrize(("ahead", "is_past"), [(timedelta(days=1), True), (timedelta(days=1, seconds=1), False)])
def test_tomorrow_is_at_most_a_matter_of_the_zone(ahead, is_past, now):
    assert import_policy().dates.can_have_been(now + ahead, now=now) is is_past


def read(tmp_path, now, **values):
    write(tmp_path, "Contact.csv", [contact(1, **values)])
    export = read_salesforce(tmp_path, groups=GROUPS, now=now)
    return next(iter(export.rows(export.files[0]))), export.survey


@pytest.mark.parametrize("day", [*ZEROS, "9999-12-31", "2027-01-01"])
class TestARow:
    """Art. 5(1)(d), (e) DSGVO."""

    def test_with_an_impossible_last_contact_goes_by_its_beginning(self, tmp_path, now, day):
        row, survey = read(tmp_path, now, LastActivityDate=day)

        assert (row.created_at.date(), row.last_contact_at) == (date(2026, 1, 2), None)
        assert row.remarks == (Reason.MOMENT_IMPOSSIBLE,)
        assert list(survey.latest_contact.values()) == [row.created_at]

    def test_with_an_impossible_beginning_goes_by_its_last_contact(self, tmp_path, now, day):
        row, _ = read(tmp_path, now, CreatedDate=day)

        assert (row.created_at, row.last_contact_at.date()) == (None, date(2026, 10, 1))
        assert row.remarks == (Reason.MOMENT_IMPOSSIBLE,)

    def test_without_any_possible_date_says_so_once(self, tmp_path, now, day):
        row, survey = read(tmp_path, now, CreatedDate=day, LastActivityDate=day)

        assert (row.created_at, row.last_contact_at) == (None, None)
        assert row.remarks == (Reason.MOMENT_IMPOSSIBLE, Reason.AGE_UNKNOWN)
        assert survey.latest_contact == {}


def test_a_row_whose_dates_are_empty_is_told_of_because_its_period_starts_with_the_import(tmp_path, now):
    row, _ = read(tmp_path, now, CreatedDate="", LastActivityDate="")

    assert row.remarks == (Reason.AGE_UNKNOWN,)


def test_a_file_that_knows_no_dates_is_not_told_of_row_by_row(tmp_path, now):
    bare = {name: value for name, value in contact(1).items() if not name.endswith("Date")}
    write(tmp_path, "Contact.csv", [bare])
    export = read_salesforce(tmp_path, groups=GROUPS, now=now)

    assert next(iter(export.rows(export.files[0]))).remarks == ()
