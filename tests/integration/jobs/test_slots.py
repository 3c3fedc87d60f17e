"""Jobs of the day and of the hour: each slot once, whatever happened to workers and clocks (issue: nightly run)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.db import make_lasting_lock
from crm.jobs.slots import CatchUp, Period, SlotRunner, Slotted, find_slots
from crm.models.retention import JobRun
from crm.services import job_runs

BERLIN = ZoneInfo("Europe/Berlin")


class Diary:
    """What a job did, slot by slot; it fails or crashes when told to."""

    def __init__(self, period=Period.DAILY, catch_up=CatchUp.EVERY):
        self.job = Slotted("test", self.work, period, catch_up)
        self.slots = []
        self.days = []
        self.fails_with = None

    def work(self, slot):
        if self.fails_with:
            raise self.fails_with
        self.slots.append(slot.name)
        self.days.append(slot.day.isoformat())


@pytest.fixture
def new_leader(runtime):
    return lambda: SlotRunner(runtime, may_go_on=lambda: True)


def rows(runtime):
    with runtime.database.reading() as session:
        return [(row.slot, row.attempts, row.finished_at is not None) for row in session.scalars(select(JobRun).order_by(JobRun.slot))]


class TestDays:
    def test_begin_with_the_newest_one_and_run_once(self, runtime, clock, new_leader):
        diary = Diary()

        for _ in range(3):
            new_leader().run(diary.job)
            clock.advance(timedelta(hours=5))

        assert diary.slots == ["2026-11-23"]

    def test_begin_at_three_in_the_morning_where_the_controller_is(self, clock, new_leader):
        diary = Diary()
        clock.advance(datetime(2026, 11, 24, 1, 59, tzinfo=UTC) - clock.now())  # 2:59 in Berlin
        new_leader().run(diary.job)

        clock.advance(timedelta(minutes=1))
        new_leader().run(diary.job)

        assert diary.slots == ["2026-11-23", "2026-11-24"]

    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "2026-03-28"),  # 1:59, before the hour that is left out
            (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2026-03-29"),  # 3:00
            (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-24"),  # 2:30 for the first time
            (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-24"),  # 2:30 for the second time
            (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "2026-10-25"),  # 3:00
        ],
    )
    def test_begin_once_when_the_clocks_change(self, moment, day):
        assert find_slots(Period.DAILY, until=moment, zone=BERLIN, number=1)[0].name == day


class TestStandstill:
    def test_of_three_weeks_is_caught_up_in_order_each_day_with_its_date(self, clock, new_leader):
        diary = Diary()
        new_leader().run(diary.job)
        clock.advance(timedelta(weeks=3))

        new_leader().run(diary.job)

        days = [(datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=number)).date().isoformat() for number in range(22)]
        assert diary.slots == diary.days == days

    def test_leaves_only_the_newest_where_that_says_it_all(self, clock, new_leader):
        diary = Diary(catch_up=CatchUp.NEWEST)
        new_leader().run(diary.job)
        clock.advance(timedelta(weeks=3))

        new_leader().run(diary.job)

        assert diary.slots == ["2026-11-23", "2026-12-14"]

    def test_stops_between_two_slots_when_the_worker_is_to_stop(self, runtime, clock):
        diary = Diary()
        SlotRunner(runtime, may_go_on=lambda: True).run(diary.job)
        clock.advance(timedelta(weeks=1))

        SlotRunner(runtime, may_go_on=lambda: len(diary.slots) < 3).run(diary.job)

        assert diary.slots == ["2026-11-23", "2026-11-24", "2026-11-25"]
        SlotRunner(runtime, may_go_on=lambda: True).run(diary.job)
        assert diary.slots[3:] == ["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30"]


class TestHours:
    def test_run_once_each_also_where_the_clocks_repeat_one(self, clock, new_leader):
        diary = Diary(Period.HOURLY)
        clock.advance(datetime(2026, 10, 24, 23, 30, tzinfo=UTC) - clock.now())

        for _ in range(8):
            new_leader().run(diary.job)
            clock.advance(timedelta(minutes=30))

        assert diary.slots == ["2026-10-24T23", "2026-10-25T00", "2026-10-25T01", "2026-10-25T02", "2026-10-25T03"]


class TestFailure:
    def test_ends_the_round_and_the_slot_is_tried_again_later_before_the_next_one(self, runtime, clock, new_leader):
        diary = Diary()
        leader = new_leader()
        leader.run(diary.job)
        clock.advance(timedelta(days=2))
        diary.fails_with = RuntimeError()
        with pytest.raises(RuntimeError):
            leader.run(diary.job)
        diary.fails_with = None

        leader.run(diary.job)  # too early
        assert rows(runtime)[1:] == [("2026-11-24", 1, False)]
        clock.advance(timedelta(minutes=2))
        leader.run(diary.job)

        assert diary.slots == ["2026-11-23", "2026-11-24", "2026-11-25"]
        assert rows(runtime)[1:] == [("2026-11-24", 2, True), ("2026-11-25", 1, True)]

    def test_by_a_crash_is_made_good_by_the_next_leader_at_once(self, runtime, now, new_leader):
        diary = Diary()
        with runtime.database.writing() as session:
            assert job_runs.begin(session, job="test", slot="2026-11-23", attempts=0, now=now)  # and here the worker died

        new_leader().run(diary.job)

        assert (diary.slots, rows(runtime)) == (["2026-11-23"], [("2026-11-23", 2, True)])

    def test_is_not_taken_for_a_crash_while_somebody_is_still_at_it(self, runtime, now, new_leader):
        diary = Diary()
        slow = make_lasting_lock(runtime.engine, "job-test")
        assert slow.hold()
        with runtime.database.writing() as session:
            job_runs.begin(session, job="test", slot="2026-11-23", attempts=0, now=now)

        new_leader().run(diary.job)
        assert diary.slots == []

        slow.release()
        new_leader().run(diary.job)
        assert diary.slots == ["2026-11-23"]


class TestTwoAtOnce:
    def test_run_each_slot_once_without_a_leader(self, clock, new_leader):
        diary = Diary(Period.HOURLY)
        start = Barrier(4)

        def work():
            leader = new_leader()
            for number in range(6):
                start.wait()
                if start.wait() == 0:
                    clock.advance(timedelta(hours=bool(number)))
                start.wait()
                leader.run(diary.job)

        with ThreadPoolExecutor(4) as workers:
            for each in [workers.submit(work) for _ in range(4)]:
                each.result()

        assert len(diary.slots) == len(set(diary.slots)) == 6

    def test_take_a_slot_once_even_without_the_lock(self, runtime, now):
        start = Barrier(4)

        def take(attempts):
            start.wait()
            with runtime.database.writing() as session:
                return job_runs.begin(session, job="test", slot="2026-11-23", attempts=attempts, now=now)

        for attempts in range(3):
            with ThreadPoolExecutor(4) as workers:
                taken = [each.result() for each in [workers.submit(take, attempts) for _ in range(4)]]
            assert sorted(taken) == [False, False, False, True]


class TestClock:
    def test_that_jumps_back_repeats_nothing(self, clock, new_leader):
        diary = Diary()
        clock.advance(timedelta(days=1))
        new_leader().run(diary.job)

        for back in (timedelta(hours=6), timedelta(hours=12), timedelta(hours=6)):
            clock.advance(-back)
            new_leader().run(diary.job)
        clock.advance(timedelta(days=1))
        new_leader().run(diary.job)

        assert diary.slots == ["2026-11-24", "2026-11-23"]

    def test_that_was_years_ahead_does_not_cost_the_days_their_run(self, runtime, clock, new_leader):
        diary = Diary()
        new_leader().run(diary.job)
        clock.advance(timedelta(days=3 * 365))
        new_leader().run(diary.job)
        assert len(diary.slots) == 1 + 366  # not one for each day of three years
        clock.advance(timedelta(days=-3 * 365))
        diary.slots.clear()

        for _ in range(3):
            new_leader().run(diary.job)
            clock.advance(timedelta(days=1))

        assert diary.slots == ["2026-11-24", "2026-11-25"]


class TestRows:
    def test_go_after_90_days_and_the_newest_of_a_job_stays(self, runtime, clock, new_leader):
        diary = Diary()
        for _ in range(2):
            new_leader().run(diary.job)
            clock.advance(timedelta(days=1))
        clock.advance(timedelta(days=100))

        with runtime.database.writing() as session:
            job_runs.prune(session, jobs=["test"], now=clock.now())

        assert rows(runtime) == [("2026-11-24", 1, True)]

    def test_of_jobs_that_are_no_more_go(self, runtime, clock, new_leader):
        new_leader().run(Diary().job)

        with runtime.database.writing() as session:
            job_runs.prune(session, jobs=["another"], now=clock.now())

        assert rows(runtime) == []
