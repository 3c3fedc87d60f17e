"""Stops a run that would destroy by mistake: a clock that jumped, or unusually many people due. A person says how it is.

Source: Art. 32(1)(b) DSGVO: loss by accident is a breach (Art. 4(12)).
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.errors import CrmError
from crm.models.retention import RetentionRun, RunState
from crm.privacy import audit, holds
from crm.privacy.actions import Action
from crm.privacy.erasure import ended
from crm.privacy.erasure.policy import run_policy

_ASKING = select(RetentionRun).where(RetentionRun.state == RunState.ASKING).order_by(RetentionRun.day).limit(1)


class Doubt(StrEnum):
    """Why a run asks."""

    CLOCK_BACK = "clock_back"
    CLOCK_FORWARD = "clock_forward"
    MANY = "many"
    HOLDS_CHANGED = "holds_changed"


class ClockBackError(CrmError):
    """The clock stands before the last moment that is known: which day it is cannot be said, so nothing is planned or forgotten."""

    message = (
        "Die Uhr wurde zurückgestellt: Sie steht vor dem letzten bekannten Zeitpunkt, %(moment)s (UTC). Es wurde nichts vergessen. "
        "Stellen Sie die Uhr; dann läuft der Löschlauf von selbst."
    )


class NothingAskedError(CrmError):
    """No run waits for a word, or somebody else was faster."""

    message = "Kein Löschlauf wartet auf eine Bestätigung. Die Seite „Löschkonzept“ zeigt, was zuletzt lief."


def find_doubt(session: Session, run: RetentionRun, *, now: datetime) -> Doubt | None:
    """Return what speaks against this run, the clock before the number, because a wrong clock makes wrong numbers."""
    policy = run_policy()
    last = _find_last_end(session)
    if find_set_back(session, now=now) is not None:
        return Doubt.CLOCK_BACK
    if last is not None and now - last > timedelta(days=policy.standstill_days):
        return Doubt.CLOCK_FORWARD
    if holds.find_changed(session):
        return Doubt.HOLDS_CHANGED
    usual = max(policy.people, ended.count_living(session) * policy.percent // 100)
    return Doubt.MANY if ended.count_due_people(session, day=run.day) > usual else None


def find_set_back(session: Session, *, now: datetime) -> datetime | None:
    """Return the last moment that is known if the clock stands before it by more than clocks differ, else None."""
    known = [each for each in (ledger.find_latest_moment(session), _find_last_end(session)) if each is not None]
    latest = max(known, default=None)
    return latest if latest is not None and now < latest - timedelta(minutes=run_policy().tolerance_minutes) else None


def require_clock(session: Session, *, now: datetime) -> None:
    """Refuse while the clock stands before the last moment that is known.

    Raises:
        ClockBackError: nothing was changed.
    """
    latest = find_set_back(session, now=now)
    if latest is not None:
        raise ClockBackError(moment=f"{latest:%Y-%m-%d %H:%M}")


def _find_last_end(session: Session) -> datetime | None:
    return session.scalar(select(func.max(RetentionRun.finished_at)))


def find_asking(session: Session) -> RetentionRun | None:
    """Return the run that waits for a word, the earliest if there are several."""
    return session.scalars(_ASKING).first()


def confirm(session: Session, *, run_id: str | None, actor: Actor, now: datetime) -> RetentionRun:
    """Say that what made a run stop is right; the run goes on with the next round of the worker, or at once by the command.

    Args:
        run_id: the run whose doubt was shown; None for the one that waits.

    Raises:
        NothingAskedError: it does not wait any more.
    """
    waiting = _ASKING.with_for_update()
    run = session.scalars(waiting.where(RetentionRun.id == run_id) if run_id else waiting).first()
    if run is None:
        raise NothingAskedError
    run.state, run.confirmed_by = RunState.RUNNING, actor.pseudonym
    session.flush()
    audit.record(session, Action.RETENTION_CONFIRMED, actor=actor, now=now, count=run.planned, kind=run.doubt)
    return run
