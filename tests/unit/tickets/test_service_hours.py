"""The clock of a promise runs in hours of service and stands still while nobody is there, or while we wait."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.models.ticket import Ticket, TicketState
from crm.services.tickets import promises
from crm.services.tickets.promises import Standing
from crm.services.tickets.service_hours import ServiceHours
from crm.services.work_rules import Priority

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = ServiceHours(8, 18, BERLIN, "NI")
NORMAL = Priority("normal", {}, answer_hours=8, solve_hours=40)
URGENT = Priority("urgent", {}, answer_hours=1, solve_hours=8)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "hours", "until"),
    [
        ("2026-11-24 09:00", 8, "2026-11-24 17:00"),  # within a day
        ("2026-11-24 09:00", 9, "2026-11-24 18:00"),  # to its very end
        ("2026-11-24 16:00", 4, "2026-11-25 10:00"),  # over night
        ("2026-11-27 17:00", 2, "2026-11-30 09:00"),  # over a weekend
        ("2026-11-28 11:00", 1, "2026-11-30 09:00"),  # from a Saturday
        ("2026-11-24 06:00", 1, "2026-11-24 09:00"),  # before anybody is there
        ("2026-11-24 23:00", 1, "2026-11-25 09:00"),  # after everybody has gone
        ("2026-10-30 17:00", 2, "2026-11-02 09:00"),  # Lower Saxony: Reformation Day is a Saturday in 2026
        ("2025-10-30 17:00", 2, "2025-11-03 09:00"),  # and a Friday in 2025
        ("2026-03-27 17:00", 2, "2026-03-30 09:00"),  # over the change to summer time
    ],
)
def test_a_promise_falls_into_hours_of_service(moment, hours, until):
    assert HOURS.add(at(moment), timedelta(hours=hours)) == at(until)


def test_a_holiday_of_one_state_is_a_working_day_in_another():
    eve = at("2025-10-30 17:00")

    assert ServiceHours(8, 18, BERLIN, "BY").add(eve, timedelta(hours=2)) == at("2025-10-31 09:00")


@pytest.mark.parametrize("hours", [0, 1, 9, 10, 11, 57])
@pytest.mark.parametrize("moment", ["2026-11-24 08:00", "2026-11-27 17:59", "2026-12-24 12:00"])
def test_between_measures_what_add_added(moment, hours):
    wanted = timedelta(hours=hours)

    assert HOURS.between(at(moment), HOURS.add(at(moment), wanted)) == wanted


def test_between_a_moment_and_an_earlier_one_lies_nothing():
    assert HOURS.between(at("2026-11-24 12:00"), at("2026-11-24 09:00")) == timedelta()


def ticket(**facts):
    opened_at = at("2026-11-23 09:00")
    promised = promises.promise(HOURS, NORMAL, opened_at)
    row = {"state": TicketState.OPEN, "opened_at": opened_at, "answer_by": promised.answer_by, "solve_by": promised.solve_by, **facts}
    return Ticket(**row)


class TestWaiting:
    def test_leaves_as_much_as_was_left_when_it_began(self):
        waits = ticket(waiting_since=at("2026-11-23 12:00"))

        again = promises.after_waiting(HOURS, waits, at("2026-11-25 10:00"))

        assert again.answer_by == at("2026-11-25 15:00")  # five of eight hours were left
        assert HOURS.between(at("2026-11-25 10:00"), again.solve_by) == timedelta(hours=37)

    def test_does_not_forgive_what_was_late_before(self):
        late = ticket(waiting_since=at("2026-11-24 10:00"))

        assert promises.after_waiting(HOURS, late, at("2026-11-30 10:00")).answer_by == late.answer_by

    def test_over_a_weekend_costs_nothing(self):
        waits = ticket(waiting_since=at("2026-11-27 18:00"))

        assert promises.after_waiting(HOURS, waits, at("2026-11-30 08:00")).solve_by == waits.solve_by


class TestNewPriority:
    def test_promises_from_the_moment_of_opening_on(self):
        again = promises.after_new_priority(HOURS, ticket(), NORMAL, URGENT)

        assert (again.answer_by, again.solve_by) == (at("2026-11-23 10:00"), at("2026-11-23 17:00"))

    def test_keeps_what_was_waited(self):
        waited = promises.after_waiting(HOURS, ticket(waiting_since=at("2026-11-23 12:00")), at("2026-11-23 15:00"))

        again = promises.after_new_priority(HOURS, ticket(answer_by=waited.answer_by, solve_by=waited.solve_by), NORMAL, URGENT)

        assert again.answer_by == at("2026-11-23 13:00")


@pytest.mark.parametrize(
    ("facts", "now", "standing"),
    [
        ({}, "2026-11-23 17:00", Standing.ANSWER_DUE),
        ({}, "2026-11-23 17:01", Standing.ANSWER_LATE),
        ({"answered_at": datetime(2026, 11, 23, 9, tzinfo=UTC)}, "2026-11-24 17:00", Standing.SOLUTION_DUE),
        ({"answered_at": datetime(2026, 11, 23, 9, tzinfo=UTC)}, "2026-11-27 09:01", Standing.SOLUTION_LATE),
        ({"state": TicketState.WAITING}, "2027-01-01 09:00", Standing.WAITING),
        ({"closed_at": datetime(2026, 11, 23, 9, tzinfo=UTC)}, "2027-01-01 09:00", Standing.CLOSED),
    ],
)
def test_what_is_late_is_said_first_and_who_waits_is_not_late(facts, now, standing):
    assert promises.standing(ticket(**facts), at(now)) is standing
