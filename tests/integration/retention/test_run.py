"""The run forgets what is due and nothing else, day by day, and asks when something is unusual."""

import json
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, text

from crm.actor import Actor, Role
from crm.db import new_id
from crm.models.contact import Note, NoteKind
from crm.models.intake import PendingRequest
from crm.models.privacy_task import TaskKind
from crm.models.retention import KeepReason, RunState
from crm.privacy import due, keeping, lawfulness, notes, restriction, tasks
from crm.privacy.erasure import ended, guard, plan, unsound
from crm.privacy.erasure.ended import HeldBy
from crm.privacy.erasure.guard import Doubt, NothingAskedError
from crm.privacy.restriction import RestrictionReason
from crm.services.requests import opening
from tests.integration.privacy.people import SALES

COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


def days_since(day, today):
    return (today - day).days


class TestTheEdge:
    """The last day of a period belongs to it (BGB §§ 187, 188)."""

    @pytest.mark.parametrize(("last_contact_on", "goes"), [(date(2024, 11, 23), False), (date(2024, 11, 22), True)])
    def test_a_prospect_goes_on_the_day_after_the_last(self, house, last_contact_on, goes):
        person = house.person(days_ago=days_since(last_contact_on, house.today))

        house.run()

        assert (person not in house.living()) is goes

    def test_the_day_begins_and_ends_where_the_controller_is(self, house):
        """23:30 UTC is already the next day in Berlin."""
        person = house.person(days_ago=730)  # until 23 November 2026
        house.clock.advance(timedelta(hours=14, minutes=30))

        house.run()

        assert person not in house.living()


class TestWhatGoes:
    def test_everything_due_goes_once_and_is_counted_by_rule(self, house):
        going, staying = house.overdue(3), house.person()
        with house.database.writing() as session:
            purpose = house.purpose(session, "precontract_request")
            for days in (800, 100):
                notes.write(
                    session,
                    subject_id=staying,
                    text="Notiz",
                    kind=NoteKind.NOTE,
                    purpose=purpose,
                    actor=SALES,
                    now=house.now,
                    happened_at=house.now - timedelta(days=days),
                )
            pending = {"id": new_id(), "kind": "erasure", "language": "de", "address_tag": b"t" * 16, "sealed_request": b"s"}
            moments = {"received_at": house.now - timedelta(days=20), "expires_at": house.now - timedelta(days=6)}
            session.execute(insert(PendingRequest), [{**pending, **moments}])

        [report] = house.run()
        again = house.run()

        assert (report.state, report.counts) == (RunState.DONE, {"RET-01": 3, "RET-02": 1, "RET-17": 1})
        assert again == []
        assert not house.living() & set(going) and staying in house.living()
        assert house.count_entries("erasure:completed", "note:erased", "request:lapsed") == (3, 1, 1)
        with house.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Note)) == 1
            assert session.scalar(select(func.count()).select_from(PendingRequest)) == 0

    def test_the_plan_says_the_same_and_changes_nothing(self, house):
        house.overdue(2)

        with house.database.reading() as session:
            planned = plan.make_plan(session, day=house.today, zone=house.database.equipment["zone"], now=house.now)

        assert planned.counts == {"RET-01": 2} and len(house.living()) == 2
        assert house.run()[0].counts == planned.counts

    def test_a_day_that_was_kept_ready_wrongly_destroys_nobody(self, house):
        [person] = house.overdue(1)
        with house.database.writing() as session:
            ground = lawfulness.NewGround(subject_id=person, purpose=house.purpose(session, "business_contact"), since=house.now)
            lawfulness.start_grounds(session, [ground], now=house.now)  # and the day was not moved

        [report] = house.run()

        assert person in house.living() and report.counts == {} and house.days() == {}


class TestWhoStaysForNow:
    """Art. 17(3) DSGVO."""

    def test_somebody_kept_until_a_day_goes_on_the_day_after(self, house):
        [person] = house.overdue(1)
        with house.database.writing() as session:
            about = {"subject_id": person, "rule": "RET-01", "actor": COORDINATOR, "now": house.now}
            keeping.keep(session, **about, reason=KeepReason.TALKS, until=house.today)

        house.run()
        on_the_day = person in house.living()
        house.clock.advance(timedelta(days=1))
        house.run()

        assert on_the_day and person not in house.living()

    @pytest.mark.parametrize("change", ["UPDATE retention_keep SET until = '2026-01-01'", "DELETE FROM retention_keep"])
    def test_nobody_goes_earlier_because_what_keeps_them_was_changed_past_the_program(self, house, change):
        """Art. 5(1)(f) DSGVO."""
        [person] = house.overdue(1)
        with house.database.writing() as session:
            keeping.keep_by_decision(session, subject_ids=[person], until=date(2030, 12, 31), actor=COORDINATOR, now=house.now)
        with house.database.writing() as session:
            session.execute(text(change))
        due.refresh_all(house.database, now=house.now)
        house.clock.advance(timedelta(days=1))

        with house.database.reading() as session:
            planned = plan.make_plan(session, day=house.today, zone=house.database.equipment["zone"], now=house.now)
        house.run()

        assert person in house.living()
        assert [(each.subject_id, each.why) for each in planned.held] == [(person, (HeldBy.CHANGED,))]

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE ground_event SET act = 'ended'",
            "DELETE FROM ground_event",
            """INSERT INTO ground_event (subject_id, purpose, basis, act, effective_at, recorded_at)
            SELECT subject_id, purpose, basis, 'ended', '2020-01-01 00:00:00', '2020-01-01 00:00:00' FROM ground_event""",
            "DELETE FROM notice_event",
        ],
    )
    def test_nobody_goes_because_a_row_that_decides_was_changed_past_the_program(self, house, change):
        """Art. 5(1)(f) DSGVO."""
        [person] = house.overdue(1)
        with house.database.writing() as session:
            session.execute(text(change))

        house.run()

        assert person in house.living()
        with house.database.reading() as session:
            assert unsound.find_changed(session, [person]) == {person}

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE privacy_task SET done_at = '2026-11-01 00:00:00'",
            "UPDATE privacy_task SET due_on = '2026-11-01'",
            "DELETE FROM privacy_task",
        ],
    )
    def test_nobody_goes_before_the_decision_because_its_task_was_changed_past_the_program(self, house, change):
        [person] = house.overdue(1)
        with house.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.TIME_UP, actor=SALES, now=house.now)
            tasks.open_many(session, [(person, TaskKind.TIME_UP, house.today + timedelta(days=30))], actor=SALES, now=house.now)
        with house.database.writing() as session:
            session.execute(text(change))

        house.run()

        assert person in house.living()

    def test_nobody_goes_because_their_case_was_closed_past_the_program(self, house):
        [person] = house.overdue(1)
        with house.database.writing() as session:
            opening.open_from_import(session, subject_ids=[person], settings=house.runtime.settings, actor=SALES, now=house.now)
        with house.database.writing() as session:
            session.execute(text("UPDATE request_case SET state = 'closed'"))

        house.run()

        assert person in house.living()

    def test_whom_nobody_decided_about_in_time_goes_after_it(self, house):
        [person] = house.overdue(1)
        with house.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.TIME_UP, actor=SALES, now=house.now)
            tasks.open_many(session, [(person, TaskKind.TIME_UP, house.today + timedelta(days=30))], actor=SALES, now=house.now)
        house.run()
        still_there = person in house.living()

        for _ in range(4):
            house.clock.advance(timedelta(days=8))
            house.run()

        assert still_there and person not in house.living()

    def test_somebody_an_import_brought_in_overdue_is_decided_about_first(self, house):
        [person] = house.overdue(1)
        with house.database.writing() as session:
            last_day = house.today + timedelta(days=30)
            tasks.open_many(session, [(person, TaskKind.TIME_UP, last_day)], actor=SALES, now=house.now)

        house.run()

        assert person in house.living()
        with house.database.reading() as session:
            assert ended.count_held(session, day=house.today) == 1


class TestDays:
    def test_after_three_weeks_every_day_is_caught_up_in_order(self, house):
        person = house.person(days_ago=days_since(date(2024, 12, 1), house.today))  # goes on 2 December 2026
        house.run()
        house.clock.advance(timedelta(days=21))

        reports = house.run()

        assert [each.day for each in reports] == [house.today - timedelta(days=20 - number) for number in range(21)]
        assert {each.day: each.counts for each in reports if each.counts} == {date(2026, 12, 2): {"RET-01": 1}}
        assert person not in house.living()

    def test_two_runs_at_once_count_everybody_once(self, house):
        going = house.overdue(12)
        workers = [threading.Thread(target=house.run) for _ in range(2)]

        for each in workers:
            each.start()
        for each in workers:
            each.join()

        [run] = house.runs()
        assert (run.state, json.loads(run.counts)) == (RunState.DONE, {"RET-01": 12})
        assert not house.living() & set(going)
        assert house.count_entries("erasure:ordered", "erasure:completed", "retention:run") == (12, 12, 1)


class TestDoubt:
    """A loss by accident is a breach (Art. 4(12) DSGVO)."""

    def test_a_clock_that_jumped_back_stops_the_run_until_it_is_right(self, house):
        house.run()
        [person] = house.overdue(1)
        house.clock.advance(timedelta(days=-40))
        with house.database.reading() as session:
            run = guard.find_asking(session)

        assert run is None and house.run() == []  # those days are done
        house.clock.advance(timedelta(days=41, minutes=-10))
        assert house.run()[0].state is RunState.DONE and person not in house.living()

    def test_entries_from_the_future_stop_the_first_run(self, house):
        [person] = house.overdue(1)
        house.clock.advance(timedelta(minutes=-6))

        [report] = house.run()
        house.run()
        house.clock.advance(timedelta(minutes=6))
        [later] = house.run()

        assert (report.state, report.doubt) == (RunState.ASKING, Doubt.CLOCK_BACK)
        assert len(house.entries("retention:asked")) == 1
        assert later.state is RunState.DONE and person not in house.living()

    @pytest.mark.parametrize(("days", "state"), [(31, RunState.DONE), (32, RunState.ASKING)])
    def test_more_than_31_days_since_the_last_run_ask(self, house, days, state):
        house.run()
        house.clock.advance(timedelta(days=days))

        assert house.run()[-1].state is state

    def test_an_unusual_number_destroys_nothing_until_somebody_confirms(self, house):
        people = house.overdue(51)

        [report] = house.run()
        untouched = set(people) <= house.living()
        with house.database.writing() as session:
            guard.confirm(session, run_id=None, actor=COORDINATOR, now=house.now)
        [confirmed] = house.run()

        assert (report.state, report.doubt, report.counts) == (RunState.ASKING, Doubt.MANY, {}) and untouched
        assert confirmed.counts == {"RET-01": 51} and not house.living()
        assert house.runs()[0].confirmed_by == COORDINATOR.pseudonym
        assert house.count_entries("retention:asked", "retention:confirmed") == (1, 1)

    def test_fifty_are_not_unusual(self, house):
        house.overdue(50)

        assert house.run()[0].counts == {"RET-01": 50}

    def test_nothing_can_be_confirmed_twice(self, house):
        with house.database.writing() as session, pytest.raises(NothingAskedError):
            guard.confirm(session, run_id=None, actor=COORDINATOR, now=house.now)
