"""The run of the Löschkonzept is noted like the other daily jobs, and asks soon after a worker has begun to lead."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from crm.actor import Actor
from crm.jobs import worker
from crm.jobs.attempts import Attempts
from crm.jobs.forgetting import forget
from crm.jobs.indexing import IndexKeeper
from crm.jobs.leader import Leader
from crm.models.retention import RunState
from crm.privacy.erasure import eraser, guard
from crm.services import job_runs
from crm.services.retention import JOB
from crm.vault import KeyUnavailableError

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "run-the-worker.md"


@pytest.fixture
def noted(runtime):
    """Return the days that are noted, as (day, attempts, is finished), the oldest first."""

    def find():
        with runtime.database.reading() as session:
            return [(each.slot, each.attempts, each.is_finished) for each in reversed(job_runs.find_runs(session, job=JOB))]

    return find


def test_each_day_leaves_a_run_with_its_times(runtime, clock, noted):
    forget(runtime)
    clock.advance(timedelta(days=2))
    forget(runtime)
    forget(runtime)

    assert noted() == [("2026-11-23", 1, True), ("2026-11-24", 1, True), ("2026-11-25", 1, True)]
    with runtime.database.reading() as session:
        assert job_runs.find_last_finished(session)[JOB] == clock.now()


def test_a_day_that_asks_is_noted_once_and_done_when_somebody_has_answered(runtime, clock, noted):
    forget(runtime)
    clock.advance(timedelta(days=40))
    forget(runtime)
    forget(runtime)
    assert noted() == [("2026-11-23", 1, True), ("2026-11-24", 1, False)]

    with runtime.database.writing() as session:
        assert guard.confirm(session, run_id=None, actor=Actor("cli:1000"), now=clock.now()).state == RunState.RUNNING
    forget(runtime)

    assert noted()[:2] == [("2026-11-23", 1, True), ("2026-11-24", 2, True)]
    assert len(noted()) == 41
    assert all(is_finished for _day, _attempts, is_finished in noted())


def test_a_day_that_fails_is_tried_again_and_counted(runtime, noted, monkeypatch):
    def fail(*_arguments, **_more):
        raise KeyUnavailableError

    with monkeypatch.context() as broken:
        broken.setattr(eraser, "finish", fail)
        with pytest.raises(KeyUnavailableError):
            forget(runtime)
    assert noted() == [("2026-11-23", 1, False)]

    forget(runtime)

    assert noted() == [("2026-11-23", 2, True)]


@pytest.fixture
def schedule(runtime):
    """The schedule of a worker that has not begun, with its part in leadership."""
    keeper, leader = IndexKeeper(runtime), Leader(runtime.database)
    jobs = worker._jobs(runtime, keeper)
    scheduler = worker._schedule(runtime, jobs, leader=leader, attempts=Attempts(lambda *_: None), stop=worker.threading.Event())
    scheduler.start(paused=True)
    yield scheduler, leader, jobs
    scheduler.shutdown(wait=False)
    leader.resign()
    keeper.close()


def seconds_until(scheduler: BackgroundScheduler, name: str) -> float:
    job = scheduler.get_job(name)
    return (job.next_run_time - worker.SystemClock().now()).total_seconds()


def test_a_new_leader_looks_at_once_at_what_comes_only_every_ten_minutes(schedule):
    scheduler, leader, jobs = schedule
    assert seconds_until(scheduler, JOB) > 500

    worker._campaign(leader, scheduler, jobs)
    assert leader.leads
    assert seconds_until(scheduler, JOB) <= 0

    later = worker.SystemClock().now() + timedelta(seconds=300)
    scheduler.modify_job(JOB, next_run_time=later)
    worker._campaign(leader, scheduler, jobs)
    assert seconds_until(scheduler, JOB) > 200


def test_the_page_about_the_worker_names_all_its_jobs(runtime):
    keeper = IndexKeeper(runtime)
    declared = worker._jobs(runtime, keeper)
    known = [*declared, worker._forgetting_of_runs(runtime, [each.name for each in declared])]
    keeper.close()

    rows = re.findall(r"^\|(.+?)\| (every host|leader)", PAGE.read_text(), re.MULTILINE)
    named = {name: where for names, where in rows for name in re.findall(r"`([a-z_.]+)`", names)}
    on_each_host = {each.name for each in known if isinstance(each, worker.Steady) and each.where is worker.Where.EVERY_HOST}
    assert named == {each.name: "every host" if each.name in on_each_host else "leader" for each in known}
