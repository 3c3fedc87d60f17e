"""Which jobs of the day and of the hour have run for which slot of time; the rows outlive workers and leaders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.models.retention import JobRun

LEADERSHIP: Final = "leader"  # the lock of the worker that runs the jobs of the whole installation

_KEPT: Final = timedelta(days=90)
_LOOKED_AT: Final = 500  # more than are ever caught up


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of one slot of a job."""

    slot: str
    attempts: int
    started_at: datetime
    finished_at: datetime | None

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


def find_runs(session: Session, *, job: str) -> list[Run]:
    """Return the newest runs of a job, the newest slot first."""
    columns = (JobRun.slot, JobRun.attempts, JobRun.started_at, JobRun.finished_at)
    rows = session.execute(select(*columns).where(JobRun.job == job).order_by(JobRun.slot.desc()).limit(_LOOKED_AT))
    return [Run(*row) for row in rows]


def find_run(session: Session, *, job: str, slot: str) -> Run | None:
    """Return what is known of one slot; None where nobody has started it."""
    row = session.get(JobRun, (job, slot))
    return Run(row.slot, row.attempts, row.started_at, row.finished_at) if row else None


def begin(session: Session, *, job: str, slot: str, attempts: int, now: datetime) -> bool:
    """Note that a slot is started, and say whether it may be: somebody else may have started it since it was looked at.

    Args:
        attempts: how many starts were seen; the one who looked first is the one who starts.
    """
    if attempts:
        seen = (JobRun.job == job, JobRun.slot == slot, JobRun.attempts == attempts, JobRun.finished_at.is_(None))
        changed = session.execute(update(JobRun).where(*seen).values(attempts=attempts + 1, started_at=now).returning(JobRun.slot))
        return changed.first() is not None
    try:
        with session.begin_nested():
            session.add(JobRun(job=job, slot=slot, started_at=now, attempts=1))
    except IntegrityError:
        return False
    return True


def finish(session: Session, *, job: str, slot: str, now: datetime) -> None:
    """Note that a slot is done, for good."""
    session.execute(update(JobRun).where(JobRun.job == job, JobRun.slot == slot).values(finished_at=now))


def note_done(session: Session, *, job: str, slot: str, now: datetime) -> None:
    """Note that a steady job has been done once more in this slot; its newest slot tells when it last was."""
    run = session.get(JobRun, (job, slot))
    if run is None:
        run = JobRun(job=job, slot=slot, started_at=now, attempts=1)
        session.add(run)
    run.finished_at = now


def forget_after(session: Session, *, job: str, slot: str) -> int:
    """Forget runs of slots that lie after this one and return how many: a clock that was ahead made them."""
    gone = session.scalars(delete(JobRun).where(JobRun.job == job, JobRun.slot > slot).returning(JobRun.slot))
    return len(gone.all())


def prune(session: Session, *, jobs: Collection[str], now: datetime) -> None:
    """Forget runs after 90 days, but never the newest of a job: from it a standstill is measured.

    Args:
        jobs: the jobs there are; what others left is forgotten whatever its age.
    """
    newest = select(func.max(JobRun.slot)).where(JobRun.job.in_(jobs)).group_by(JobRun.job)
    session.execute(delete(JobRun).where(JobRun.job.not_in(jobs)))
    session.execute(delete(JobRun).where(JobRun.started_at < now - _KEPT, JobRun.slot.not_in(newest)))


def find_newest(session: Session) -> Sequence[tuple[str, Run]]:
    """Return each job with its newest slot."""
    newest = select(JobRun.job, func.max(JobRun.slot).label("slot")).group_by(JobRun.job).subquery()
    rows = session.scalars(select(JobRun).join(newest, (JobRun.job == newest.c.job) & (JobRun.slot == newest.c.slot)).order_by(JobRun.job))
    return [(row.job, Run(row.slot, row.attempts, row.started_at, row.finished_at)) for row in rows]


def find_last_finished(session: Session) -> dict[str, datetime]:
    """Return when each job last finished a slot."""
    rows = session.execute(select(JobRun.job, func.max(JobRun.finished_at)).where(JobRun.finished_at.is_not(None)).group_by(JobRun.job))
    return {job: finished_at for job, finished_at in rows if finished_at}
