"""The worker: one process per host that runs the jobs until it is told to stop."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from crm.errors import UnavailableError
from crm.jobs.deciding import execute
from crm.jobs.erasing import erase
from crm.jobs.forgetting import forget
from crm.jobs.indexing import IndexKeeper
from crm.jobs.letterbox import empty, publish
from crm.jobs.mailing import send
from crm.jobs.sealing import seal
from crm.jobs.signing_in import forget_sign_ins
from crm.jobs.sweeping import discard_bundles, discard_orphaned_indexes, sweep
from crm.runtime import Runtime

_log = structlog.get_logger()


def run(runtime: Runtime) -> None:
    """Run the jobs until SIGTERM or SIGINT; what runs then is finished first."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    discard_orphaned_indexes(runtime)
    _forgiving("intake.publish", lambda: publish(runtime))()
    keeper = IndexKeeper(runtime)
    scheduler = _schedule(runtime, keeper)
    _forgiving("erasure.finish", lambda: erase(runtime))()  # what a crash left comes before everything else
    scheduler.start()
    _log.info("worker.started")
    stop.wait()
    scheduler.shutdown(wait=True)
    keeper.close()
    _log.info("worker.stopped")


def _schedule(runtime: Runtime, keeper: IndexKeeper) -> BackgroundScheduler:
    """Return the schedule; it lives in code, and each job is safe to run twice."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job that outlasts its interval is no news
    scheduler = BackgroundScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    index = threading.Lock()  # the index has one writer, so its jobs take turns
    jobs: tuple[tuple[str, Callable[[], None], float], ...] = (
        ("intake.drain", lambda: empty(runtime), 0.25),
        ("ledger.seal", lambda: seal(runtime), 1),
        ("index.keep", _one_at_a_time(index, keeper.keep), 0.25),
        ("index.turn", _one_at_a_time(index, keeper.turn), 60),
        ("index.tidy", _one_at_a_time(index, keeper.tidy), 300),
        ("erasure.finish", lambda: erase(runtime), 1),
        ("requests.execute", lambda: execute(runtime), 5),
        ("retention.run", lambda: forget(runtime), 600),
        ("mail.send", lambda: send(runtime), 2),
        ("keys.sweep", lambda: sweep(runtime), 3_600),
        ("bundles.discard", lambda: discard_bundles(runtime), 60),
        ("sign_ins.forget", lambda: forget_sign_ins(runtime), 3_600),
    )
    for name, job, seconds in jobs:
        scheduler.add_job(_forgiving(name, job), "interval", seconds=seconds, id=name)
    return scheduler


def _one_at_a_time(lock: threading.Lock, job: Callable[[], None]) -> Callable[[], None]:
    def guarded() -> None:
        with lock:
            job()

    return guarded


def _forgiving(name: str, job: Callable[[], None]) -> Callable[[], None]:
    """Let a job that cannot run now be tried again at its next time."""

    def tried() -> None:
        try:
            job()
        except UnavailableError as error:
            _log.warning("job.postponed", job=name, reason=type(error).__name__)

    return tried
