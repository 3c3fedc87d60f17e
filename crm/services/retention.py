"""The Löschkonzept for people who look at it: the plan with its entry, the rules with what is due, the runs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Database
from crm.errors import NotFoundError
from crm.models.retention import RetentionRun, RunState
from crm.privacy import audit, due, pausing
from crm.privacy.actions import Action
from crm.privacy.erasure import ended, guard, periods_by_rule, plan, run
from crm.privacy.erasure.guard import Doubt
from crm.privacy.erasure.plan import Plan
from crm.privacy.erasure.policy import run_policy
from crm.privacy.erasure.run import RunReport
from crm.privacy.pausing import Pause
from crm.privacy.periods import RetentionRule
from crm.privacy.retention_changes import RuleChange, find_waiting
from crm.privacy.retention_rules import Frame, find_frame, find_rules
from crm.services import job_runs
from crm.services.staff_names import find_staff_names
from crm.vault import Vault

JOB: Final = "retention.run"
RUNS_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule with its periods: how many run, how many of them end within the days of a review or are over already.

    Attributes:
        running: periods with a last day; whoever has none yet, because a ground still stands, is not among them.
        runs: a run carries it out; the numbers of other rules would say that nothing is due, which nobody has counted.
    """

    rule: RetentionRule
    running: int
    soon: int
    overdue: int
    runs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run as the protocol shows it; contents are not in it.

    Attributes:
        confirmed_by: name of who said that an unusual run is right, or the pseudonym of the command line.
    """

    id: str
    day: date
    state: RunState
    doubt: Doubt | None
    planned: int
    counts: Mapping[str, int]
    skipped: Mapping[str, int]
    started_at: datetime
    finished_at: datetime | None
    confirmed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """The Löschkonzept as it stands; `waiting` are changes whose day has not come, by rule."""

    rules: tuple[RuleView, ...]
    frame: Frame
    waiting: Mapping[str, RuleChange]
    pause: Pause | None
    runs: tuple[RunView, ...]
    asking: RunView | None
    held: int
    days_before: int


def run_days(database: Database, *, vault: Vault, clock: Callable[[], datetime], actor: Actor = run.KEEPER) -> list[RunReport]:
    """Forget what is due, day by day since the last run, and note each day among the runs of the jobs.

    Which days wait is said by the protocol of the Löschkonzept alone; the notes are for people who ask whether it has run.
    """

    def note(report: RunReport) -> None:
        with database.writing() as session:
            _note_run(session, report, clock())

    return run.catch_up(database, vault=vault, clock=clock, actor=actor, note=note)


def _note_run(session: Session, report: RunReport, now: datetime) -> None:
    """Note that a day has begun, or is done; one that goes on asking is no further attempt."""
    slot = report.day.isoformat()
    known = job_runs.find_run(session, job=JOB, slot=slot)
    if known is None or (report.state is RunState.RUNNING and not known.is_finished):
        job_runs.begin(session, job=JOB, slot=slot, attempts=known.attempts if known else 0, now=now)
    if report.state is RunState.DONE:
        job_runs.finish(session, job=JOB, slot=slot, now=now)


def open_plan(session: Session, *, day: date, zone: ZoneInfo, actor: Actor, now: datetime) -> Plan:
    """Return what the run of a day would forget; one entry, because the pseudonyms are listed."""
    found = plan.make_plan(session, day=day, zone=zone, now=now)
    audit.record(session, Action.RETENTION_PLANNED, actor=actor, now=now, count=len(found.due) + len(found.held), kind=day.isoformat())
    return found


@dataclass(frozen=True, slots=True)
class Before:
    """What comes before a run of a day and changes what it does.

    Attributes:
        paused_until: no run forgets anything until this day, that day included.
        changes: rules that are others from a day on that is not after it; the run computes every day anew first.
    """

    paused_until: date | None
    changes: tuple[str, ...]


def find_before(session: Session, *, day: date) -> Before:
    """Return what comes before the run of a day."""
    pause = pausing.find(session, today=day)
    changes = tuple(sorted(code for code, change in find_waiting(session).items() if change.effective_on <= day))
    return Before(pause.until if pause else None, changes)


def find_concept(session: Session, *, today: date) -> Concept:
    """Return rules, numbers and runs; nobody is named, so there is no entry."""
    days = run_policy().days_before
    zone = due.zone_of(session)
    running = periods_by_rule.count_by_rule(session, zone=zone)
    soon = periods_by_rule.count_by_rule(session, zone=zone, first=today, last=today + timedelta(days=days))
    overdue = periods_by_rule.count_by_rule(session, zone=zone, last=today - timedelta(days=1))
    carried_out = periods_by_rule.find_running_rules(session)
    rules = tuple(
        RuleView(rule=rule, running=running[code], soon=soon[code], overdue=overdue[code], runs=code in carried_out)
        for code, rule in find_rules(session).items()
    )
    names = find_staff_names(session).by_pseudonym
    newest = session.scalars(select(RetentionRun).order_by(RetentionRun.day.desc()).limit(RUNS_SHOWN))
    asking = guard.find_asking(session)
    return Concept(
        rules=rules,
        frame=find_frame(session),
        waiting=find_waiting(session),
        pause=pausing.find(session, today=today),
        runs=tuple(_view(run, names) for run in newest),
        asking=_view(asking, names) if asking else None,
        held=ended.count_held(session, day=today),
        days_before=days,
    )


def find_run(session: Session, run_id: str) -> RunView:
    """Return one run.

    Raises:
        NotFoundError: there is none, or its protocol has gone with its period.
    """
    found = session.get(RetentionRun, run_id)
    if found is None:
        raise NotFoundError
    return _view(found, find_staff_names(session).by_pseudonym)


def _view(run: RetentionRun, names: Mapping[str, str]) -> RunView:
    return RunView(
        id=run.id,
        day=run.day,
        state=RunState(run.state),
        doubt=Doubt(run.doubt) if run.doubt else None,
        planned=run.planned,
        counts=json.loads(run.counts),
        skipped=json.loads(run.skipped),
        started_at=run.started_at,
        finished_at=run.finished_at,
        confirmed_by=names.get(run.confirmed_by, run.confirmed_by) if run.confirmed_by else None,
    )
