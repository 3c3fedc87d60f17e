"""The worker: one process per host that runs the jobs until it is told to stop."""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from crm.clock import SystemClock
from crm.jobs import uploading
from crm.jobs.attempts import Attempts
from crm.jobs.deciding import execute
from crm.jobs.dropping import fetch
from crm.jobs.erasing import erase
from crm.jobs.exporting import forget_records, make
from crm.jobs.figuring import release
from crm.jobs.forgetting import forget
from crm.jobs.indexing import IndexKeeper
from crm.jobs.leader import Leader
from crm.jobs.letterbox import empty, let_lapse, publish
from crm.jobs.mailing import send
from crm.jobs.sealing import seal
from crm.jobs.signing_in import forget_sign_ins
from crm.jobs.slots import CatchUp, Period, SlotRunner, Slotted
from crm.jobs.sweeping import discard_bundles, discard_orphaned_indexes, forget_runs, sweep
from crm.runtime import Runtime

_CAMPAIGN_EVERY = 1  # seconds
_LOOK_FOR_SLOTS_EVERY = 5  # seconds
_RARE = 60  # seconds; a job of the leader that comes less often is done at once by a new one
_log = structlog.get_logger()


class Where(Enum):
    """Who runs a steady job."""

    EVERY_HOST = auto()
    LEADER = auto()


@dataclass(frozen=True, slots=True)
class Steady:
    """A job that runs over and over, safe to run twice."""

    name: str
    work: Callable[[], None]
    where: Where
    seconds: float


def _jobs(runtime: Runtime, keeper: IndexKeeper) -> tuple[Steady | Slotted, ...]:
    """Return all jobs there are; the schedule lives in code."""
    return (
        Steady("ledger.seal", partial(seal, runtime), Where.EVERY_HOST, seconds=1),  # one at a time, by a lock of its own
        Steady("index.keep", keeper.keep, Where.EVERY_HOST, seconds=0.25),
        Steady("index.turn", keeper.turn, Where.EVERY_HOST, seconds=60),
        Steady("index.tidy", keeper.tidy, Where.EVERY_HOST, seconds=300),
        Steady("bundles.discard", partial(discard_bundles, runtime), Where.EVERY_HOST, seconds=60),
        Steady("erasure.finish", partial(erase, runtime), Where.LEADER, seconds=1),
        Steady("intake.drain", partial(empty, runtime), Where.LEADER, seconds=0.25),
        Steady("requests.execute", partial(execute, runtime), Where.LEADER, seconds=5),
        # Not slotted: its runs are days of their own, caught up in order, and one that asks goes on once somebody has answered.
        Steady("retention.run", partial(forget, runtime), Where.LEADER, seconds=600),
        Steady("mail.send", partial(send, runtime), Where.LEADER, seconds=2),
        Steady("drop.fetch", partial(fetch, runtime), Where.LEADER, seconds=300),
        Steady("exports.make", partial(make, runtime), Where.LEADER, seconds=2),
        Steady("uploads.read", partial(uploading.work, runtime), Where.LEADER, seconds=1),
        Slotted("uploads.forget", partial(uploading.forget, runtime), Period.HOURLY, CatchUp.NEWEST),
        Slotted("exports.forget", partial(forget_records, runtime), Period.DAILY, CatchUp.NEWEST),
        Slotted("resonance.release", partial(release, runtime), Period.DAILY, CatchUp.NEWEST),
        Slotted("keys.sweep", partial(sweep, runtime), Period.HOURLY, CatchUp.NEWEST),
        Slotted("intake.lapse", partial(let_lapse, runtime), Period.HOURLY, CatchUp.NEWEST),
        Slotted("sign_ins.forget", partial(forget_sign_ins, runtime), Period.HOURLY, CatchUp.NEWEST),
    )


def run(runtime: Runtime, *, note_failures: Callable[[str, int], None]) -> None:
    """Run the jobs until SIGTERM or SIGINT; what runs then is finished first.

    Args:
        note_failures: told how often in a row a job has failed.
    """
    stop = _listen_to_signals()
    discard_orphaned_indexes(runtime)
    keeper, leader, attempts = IndexKeeper(runtime), Leader(runtime.database), Attempts(note_failures)
    attempts.make("intake.publish", partial(publish, runtime))()
    leader.campaign()
    if leader.leads:
        attempts.make("erasure.finish", partial(erase, runtime))()  # what a crash left comes before everything else
    jobs = _jobs(runtime, keeper)
    scheduler = _schedule(runtime, jobs, leader=leader, attempts=attempts, stop=stop)
    scheduler.start()
    if leader.leads:
        _hurry(scheduler, jobs)
    _log.info("worker.started")
    stop.wait()
    scheduler.shutdown(wait=True)
    leader.resign()
    keeper.close()
    _log.info("worker.stopped")


def _listen_to_signals() -> threading.Event:
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop


def _schedule(
    runtime: Runtime, jobs: tuple[Steady | Slotted, ...], *, leader: Leader, attempts: Attempts, stop: threading.Event
) -> BackgroundScheduler:
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job that outlasts its interval is no news
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(jobs) + 2)},  # a thread for each, so that none waits for another
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    slots = SlotRunner(runtime, may_go_on=lambda: leader.leads and not stop.is_set())
    campaign = Steady("leader.campaign", partial(_campaign, leader, scheduler, jobs), Where.EVERY_HOST, _CAMPAIGN_EVERY)
    for job in (campaign, *jobs, _forgetting_of_runs(runtime, [job.name for job in jobs])):
        if isinstance(job, Slotted):
            work, seconds = _led(leader, partial(slots.run, job)), float(_LOOK_FOR_SLOTS_EVERY)
        else:
            work, seconds = job.work if job.where is Where.EVERY_HOST else _led(leader, job.work), job.seconds
        scheduler.add_job(attempts.make(job.name, work), "interval", seconds=seconds, id=job.name)
    return scheduler


def _campaign(leader: Leader, scheduler: BackgroundScheduler, jobs: Sequence[Steady | Slotted]) -> None:
    """Take part in leadership; a new leader looks at once at what has waited longest, so that nobody waits for its question."""
    led_before = leader.leads
    leader.campaign()
    if leader.leads and not led_before:
        _hurry(scheduler, jobs)


def _hurry(scheduler: BackgroundScheduler, jobs: Sequence[Steady | Slotted]) -> None:
    for job in jobs:
        if isinstance(job, Steady) and job.where is Where.LEADER and job.seconds > _RARE:
            scheduler.modify_job(job.name, next_run_time=SystemClock().now())


def _forgetting_of_runs(runtime: Runtime, jobs: Sequence[str]) -> Slotted:
    """Return the job that forgets runs, of every job but these and itself altogether."""
    name = "job_runs.forget"
    return Slotted(name, lambda _slot: forget_runs(runtime, [*jobs, name]), Period.DAILY, CatchUp.NEWEST)


def _led(leader: Leader, work: Callable[[], None]) -> Callable[[], None]:
    """Let only the leader do it."""

    def led() -> None:
        if leader.leads:
            work()

    return led
