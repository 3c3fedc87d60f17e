"""Runs the Löschkonzept for one day: batches that can be interrupted at any moment, each counted where it happens.

Source: Art. 5(1)(e), 5(2), 17(1) DSGVO.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.actor import Actor, system_actor
from crm.db import Database, empty_log, new_id
from crm.models.erasure import ErasureCause
from crm.models.retention import DueKind, RetentionRun, RunState
from crm.privacy import audit, documents, due, exporting, holds, pausing
from crm.privacy.actions import Action
from crm.privacy.erasure import aged, ended, eraser, guard, job, new_rules, plan, things, true_days, unconfirmed, unsound
from crm.privacy.erasure.ended import Planned
from crm.vault import Vault

KEEPER: Final = system_actor("retention")
_AT_ONCE: Final = 400  # people of one unit of work
_UNITS_IN_A_ROUND: Final = 5
_PATIENCE: Final = 0.2  # seconds for readers of old pages of the data


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """How a run ended.

    Attributes:
        doubt: why it asks and has destroyed nothing.
        counts: by rule, how many people and things went.
        skipped: by reason, how many were due and stayed.
    """

    day: date
    state: RunState
    doubt: guard.Doubt | None
    counts: Mapping[str, int]
    skipped: Mapping[str, int]


NoteDay = Callable[[RunReport], None]


def _note_nothing(_report: RunReport) -> None:
    """Note nothing: the protocol of the runs is their own table."""


def catch_up(
    database: Database, *, vault: Vault, clock: Callable[[], datetime], actor: Actor = KEEPER, note: NoteDay = _note_nothing
) -> list[RunReport]:
    """Run every day since the last run, in order, up to today; stop at a day whose run asks.

    A day that is done is left alone, so it may be called as often as one likes.

    Args:
        note: told of each day, outside of a unit of work, when its run begins or asks and when it is done.
    """
    _prepare_first_run(database, clock())
    new_rules.take_effect(database, actor=KEEPER, now=clock())
    with database.reading() as session:
        today = clock().astimezone(due.zone_of(session)).date()
        days = [] if pausing.find(session, today=today) else _find_days(session, today)
    reports = []
    for day in days:
        reports.append(run_for(database, vault=vault, day=day, clock=clock, actor=actor, note=note))
        if reports[-1].state is not RunState.DONE:
            break
    return reports


def run_for(
    database: Database, *, vault: Vault, day: date, clock: Callable[[], datetime], actor: Actor = KEEPER, note: NoteDay = _note_nothing
) -> RunReport:
    """Forget everything whose period ended before this day; what a crash left of an earlier attempt is finished first.

    Two runs at once share the work: each batch is taken by one of them.

    Raises:
        KeyUnavailableError: the key store is out of reach; the next call goes on where this one stopped.
    """
    with database.reading() as session:
        zone = due.zone_of(session)
    begun = _begin(database, day, actor, clock())
    note(begun)
    if begun.state is not RunState.RUNNING:
        return begun
    eraser.finish(database, vault=vault, clock=clock)
    while job_ids := _order_round(database, day, actor, zone, clock):
        eraser.finish(database, vault=vault, clock=clock, job_ids=job_ids)
    while _erase_things(database, day, actor, clock()):
        pass
    while _let_aged_go(database, day, actor, clock()):
        pass
    vault.finish_destructions(clock=clock)
    documents.expire(database, vault=vault, today=day, clock=clock, note=lambda session, gone: _note(session, day, gone))
    _let_requests_lapse(database, day, actor, zone, clock())
    _let_exports_go(database, day, actor, clock())
    empty_log(database.engine, patience=_PATIENCE)
    done = _end(database, day, actor, clock())
    note(done)
    return done


def _prepare_first_run(database: Database, now: datetime) -> None:
    """Compute the days of data that are older than the days kept ready; later every act moves its own."""
    with database.reading() as session:
        first = session.scalar(select(func.count()).select_from(RetentionRun)) == 0
    if first:
        due.refresh_all(database, now=now)


def _find_days(session: Session, today: date) -> list[date]:
    """Return the days to run: those begun and not done, and every one after the newest run."""
    unfinished = session.scalars(select(RetentionRun.day).where(RetentionRun.state != RunState.DONE).order_by(RetentionRun.day)).all()
    newest = session.scalar(select(func.max(RetentionRun.day)))
    first = today if newest is None else newest + timedelta(days=1)
    return [*unfinished, *(first + timedelta(days=number) for number in range((today - first).days + 1))]


def _begin(database: Database, day: date, actor: Actor, now: datetime) -> RunReport:
    """Begin or take up the run of a day; whoever loses the race to begin it takes it up."""
    try:
        with database.writing() as session:
            return _begin_in(session, day, actor, now)
    except IntegrityError:
        with database.writing() as session:
            return _begin_in(session, day, actor, now)


def _begin_in(session: Session, day: date, actor: Actor, now: datetime) -> RunReport:
    """Begin or take up the run, unless something speaks against it that nobody has confirmed."""
    run = _lock(session, day)
    if run is None:
        planned = ended.count_due_people(session, day=day)
        run = RetentionRun(id=new_id(), day=day, state=RunState.RUNNING, planned=planned, counts="{}", skipped="{}", started_at=now)
        _ask_if_doubtful(session, run, actor, now)
        session.add(run)
    elif run.state == RunState.ASKING:
        _ask_if_doubtful(session, run, actor, now)
    session.flush()
    return _report(run)


def _ask_if_doubtful(session: Session, run: RetentionRun, actor: Actor, now: datetime) -> None:
    """Let the run ask, once for each doubt; a doubt that is gone by itself, as a clock set right, needs no word."""
    doubt = guard.find_doubt(session, run, now=now)
    if doubt is not None and doubt != run.doubt:
        audit.record(session, Action.RETENTION_ASKED, actor=actor, now=now, count=run.planned, kind=doubt)
    run.state, run.doubt = (RunState.RUNNING if doubt is None else RunState.ASKING), doubt


def _order_round(database: Database, day: date, actor: Actor, zone: ZoneInfo, clock: Callable[[], datetime]) -> list[str]:
    """Order the next people, several units of work of them: emptying the logs after each would cost more than the erasures."""
    ordered: list[str] = []
    for _ in range(_UNITS_IN_A_ROUND):
        job_ids = _order_people(database, day, actor, zone, clock())
        ordered += job_ids
        if not job_ids:
            break
    return ordered


def _order_people(database: Database, day: date, actor: Actor, zone: ZoneInfo, now: datetime) -> list[str]:
    """Order the next people in one unit of work and count them; return the jobs, none when nobody is left.

    Their days are computed anew before: what was kept ready decides who is looked at, what is true decides who goes. Whose row
    was changed past the program stays, because nothing is destroyed on its word; `lethe doctor` names them.
    """
    doubtful: set[str] = set()
    with database.writing_in_bulk() as session:
        run = _lock(session, day)
        if run is None or run.state != RunState.RUNNING:
            return []
        while looked_at := ended.find_due(session, DueKind.PERSON, day=day, limit=_AT_ONCE, besides=doubtful):
            doubtful |= unsound.find_changed(session, [each.subject_id for each in looked_at])
            rules = _confirm_days(session, [each for each in looked_at if each.subject_id not in doubtful], zone, now)
            if rules:
                jobs = job.order_many(session, rules, cause=ErasureCause.RULE, case_id=None, actor=actor, now=now)
                _count(run, Counter(rules.values()))
                return list(jobs.values())
    return []


def _confirm_days(session: Session, looked_at: list[Planned], zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """Return the rules of those whose day is what was kept ready; the days of the others are put right, and they are looked at again."""
    true = true_days.find_true(session, looked_at, zone=zone, now=now)
    true_days.put_right(session, [each for each in looked_at if each not in true], zone=zone, now=now)
    return {each.subject_id: each.rule for each in true}


def _erase_things(database: Database, day: date, actor: Actor, now: datetime) -> bool:
    """Delete the next notes, tickets, invoices or values in one unit of work and count them; return whether there may be more."""
    with database.writing_in_bulk() as session:
        run = _lock(session, day)
        gone = things.erase_next(session, day=day, actor=actor, now=now) if run and run.state == RunState.RUNNING else []
        if run is None or not gone:
            return False
        _count(run, Counter(each.rule for each in gone))
    return True


def _let_aged_go(database: Database, day: date, actor: Actor, now: datetime) -> bool:
    """Let go in one unit of work of what is old enough, count it, and return whether there may be more."""
    with database.writing_in_bulk() as session:
        run = _lock(session, day)
        gone = aged.let_go(session, day=day, actor=actor, now=now) if run and run.state == RunState.RUNNING else None
        if run is None or not gone:
            return False
        _count(run, gone)
    return True


def _note(session: Session, day: date, gone: Mapping[str, int]) -> None:
    """Count what goes in the unit of work in which it does."""
    if gone and (run := _lock(session, day)):
        _count(run, gone)


def _let_requests_lapse(database: Database, day: date, actor: Actor, zone: ZoneInfo, now: datetime) -> None:
    with database.writing_in_bulk() as session:
        run = _lock(session, day)
        if not _may_take(session, run, unconfirmed.RULE):
            return
        if run and (number := unconfirmed.let_lapse(session, day=day, zone=zone, actor=actor, now=now)):
            _count(run, {unconfirmed.RULE: number})


def _let_exports_go(database: Database, day: date, actor: Actor, now: datetime) -> None:
    with database.writing_in_bulk() as session:
        run = _lock(session, day)
        if not _may_take(session, run, exporting.RULE):
            return
        if run and (number := exporting.let_expire(session, day=day, actor=actor, now=now)):
            _count(run, {exporting.RULE: number})


def _may_take(session: Session, run: RetentionRun | None, rule: str) -> bool:
    """Say whether the run may let go of a whole kind of data; one that is under a hold stays."""
    return run is not None and run.state == RunState.RUNNING and not holds.is_rule_held(session, rule, day=run.day)


def _end(database: Database, day: date, actor: Actor, now: datetime) -> RunReport:
    with database.writing() as session:
        run = _lock(session, day)
        if run is None:
            raise RuntimeError("a run that was begun is gone")
        if run.state == RunState.RUNNING:
            run.state, run.finished_at = RunState.DONE, now
            run.skipped = json.dumps(plan.count_skipped(session, day=day))
            gone = sum(_counts(run).values())
            audit.record(session, Action.RETENTION_RUN, actor=actor, now=now, count=gone, kind=day.isoformat())
        return _report(run)


def _lock(session: Session, day: date) -> RetentionRun | None:
    """Return the run of a day, locked, so that two runs of it take turns."""
    return session.scalars(select(RetentionRun).where(RetentionRun.day == day).with_for_update()).first()


def _count(run: RetentionRun, gone: Mapping[str, int]) -> None:
    run.counts = json.dumps(dict(sorted((Counter(_counts(run)) + Counter(gone)).items())))


def _counts(run: RetentionRun) -> dict[str, int]:
    counts: dict[str, int] = json.loads(run.counts)
    return counts


def _report(run: RetentionRun) -> RunReport:
    doubt = guard.Doubt(run.doubt) if run.doubt else None
    return RunReport(day=run.day, state=RunState(run.state), doubt=doubt, counts=_counts(run), skipped=json.loads(run.skipped))
