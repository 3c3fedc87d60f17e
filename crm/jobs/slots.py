"""Slots of time: a job of the day or of the hour runs once for each, also after a crash, a standstill or a clock that jumps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from crm.db import holding
from crm.runtime import Runtime
from crm.services import job_runs
from crm.services.job_runs import Run

_AT_NIGHT: Final = time(3)  # local; the hour that a change of the clocks neither skips nor repeats
_MOST: Final = 366  # slots that are caught up; what is due by rule is due by the day of the newest ones too
_AHEAD: Final = timedelta(hours=26)  # a run for later than this was made by a clock that was wrong
_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 60))  # after the first failures; then the last
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Slot:
    """A day or an hour for which a job runs; `day` is that of the controller's time zone."""

    name: str
    day: date


class Period(Enum):
    """How often a job has a slot."""

    DAILY = "daily"  # at three in the morning
    HOURLY = "hourly"  # hours are counted in UTC, where none comes twice


class CatchUp(Enum):
    """What a job does about slots that were missed."""

    EVERY = "every"  # each of them, the oldest first
    NEWEST = "newest"  # the last one says it all


@dataclass(frozen=True, slots=True)
class Slotted:
    """A job with slots: the leader runs it once for each."""

    name: str
    work: Callable[[Slot], None]
    period: Period
    catch_up: CatchUp


def find_slots(period: Period, *, until: datetime, zone: ZoneInfo, number: int) -> list[Slot]:
    """Return the last slots that began until a moment, the oldest first."""
    if period is Period.DAILY:
        local = until.astimezone(zone)
        last = local.date() if local.time() >= _AT_NIGHT else local.date() - timedelta(days=1)
        days = [last - timedelta(days=back) for back in reversed(range(number))]
        return [Slot(day.isoformat(), day) for day in days]
    hour = until.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=back) for back in reversed(range(number))]
    return [Slot(each.strftime("%Y-%m-%dT%H"), each.astimezone(zone).date()) for each in hours]


def find_due(job: Slotted, runs: Sequence[Run], *, now: datetime, zone: ZoneInfo) -> list[Slot]:
    """Return the slots that wait, the oldest first; a job that never ran begins with the newest."""
    newest = find_slots(job.period, until=now, zone=zone, number=1)[0]
    past = {run.slot: run for run in runs if run.slot <= newest.name}
    if job.catch_up is CatchUp.NEWEST or not past:
        wanted = [newest]
    else:
        first = min(past)
        wanted = [slot for slot in find_slots(job.period, until=now, zone=zone, number=_MOST) if slot.name >= first]
    return [slot for slot in wanted if not (slot.name in past and past[slot.name].is_finished)]


@dataclass(frozen=True, slots=True)
class _Look:
    """The slots that are due, how often each was started, and whether runs lie ahead of their time."""

    due: list[tuple[Slot, int]]
    is_ahead: bool


class SlotRunner:
    """Runs what is due of the jobs with slots.

    A lock per job tells the dead from the slow: whoever gets it while a slot is started and not finished knows that the
    one who started it is gone. The row of the slot, taken by whoever saw it first, keeps two apart that have no lock.

    Args:
        may_go_on: asked before each slot; no once the worker is to stop or no longer leads.
    """

    def __init__(self, runtime: Runtime, *, may_go_on: Callable[[], bool]) -> None:
        self._runtime = runtime
        self._zone = ZoneInfo(runtime.settings.time_zone)
        self._may_go_on = may_go_on
        self._failures: dict[str, list[datetime]] = {}

    def run(self, job: Slotted) -> None:
        """Run the slots of a job that are due; a failure ends the round, and the slot is tried again later."""
        if self._is_waiting(job.name):
            return
        look = self._look(job)
        if not look.due and not look.is_ahead:
            return
        with holding(self._runtime.engine, f"job-{job.name}") as is_ours:
            if is_ours:
                self._try(job)

    def _try(self, job: Slotted) -> None:
        try:
            self._run_due(job)
        except Exception:
            self._failures.setdefault(job.name, []).append(self._runtime.clock.now())
            raise
        self._failures.pop(job.name, None)

    def _is_waiting(self, name: str) -> bool:
        failures = self._failures.get(name)
        if not failures:
            return False
        passed = self._runtime.clock.now() - failures[-1]
        return timedelta(0) <= passed < _WAITS[min(len(failures), len(_WAITS)) - 1]

    def _run_due(self, job: Slotted) -> None:
        self._forget_future(job)
        for slot, attempts in self._look(job).due:
            if not self._may_go_on():
                return
            with self._runtime.database.writing() as session:
                begun = job_runs.begin(session, job=job.name, slot=slot.name, attempts=attempts, now=self._runtime.clock.now())
            if not begun:
                return
            job.work(slot)
            with self._runtime.database.writing() as session:
                job_runs.finish(session, job=job.name, slot=slot.name, now=self._runtime.clock.now())
            _log.info("job.slot_done", job=job.name, slot=slot.name)

    def _look(self, job: Slotted) -> _Look:
        with self._runtime.database.reading() as session:
            runs = job_runs.find_runs(session, job=job.name)
        attempts = {run.slot: run.attempts for run in runs}
        due = find_due(job, runs, now=self._runtime.clock.now(), zone=self._zone)
        return _Look([(slot, attempts.get(slot.name, 0)) for slot in due], any(run.slot > self._horizon(job) for run in runs))

    def _horizon(self, job: Slotted) -> str:
        return find_slots(job.period, until=self._runtime.clock.now() + _AHEAD, zone=self._zone, number=1)[0].name

    def _forget_future(self, job: Slotted) -> None:
        """Let days that a wrong clock ran ahead of their time have their run when they come."""
        with self._runtime.database.writing() as session:
            number = job_runs.forget_after(session, job=job.name, slot=self._horizon(job))
        if number:
            _log.warning("job.clock_was_ahead", job=job.name, number=number)
