"""Is the work that nobody waits for done: does somebody lead, do the jobs run, and does the mail go out?"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from crm.db import holding
from crm.privacy import post
from crm.services import job_runs, mail_queue
from crm.services.health.findings import Finding, State, some_of
from crm.services.health.reports import read_reports
from crm.services.health.stores import Stores
from crm.services.job_runs import LEADERSHIP

_DAILY: Final = len("2026-11-26")  # the slots of daily jobs are days
_MAY_REST: Final = timedelta(hours=26)
_MAY_FAIL: Final = 3  # times in a row
_MAY_WAIT: Final = timedelta(hours=1)
_LOOKS: Final = 4  # a worker that has just started takes a moment to lead
_PAUSE: Final = 0.5  # seconds


class LeaderMissing(Finding):
    """Workers run and none leads: nothing is erased, sent or forgotten."""

    check = "jobs"
    state = State.WRONG
    message = "Kein Hintergrundprozess hat die Leitung: Es wird nichts gelöscht und keine E-Mail gesendet. Starten Sie „lethe worker“ neu."


class JobOverdue(Finding):
    """A daily job has not run for more than a day."""

    check = "jobs"
    state = State.WRONG
    message = (
        "Die tägliche Aufgabe %(job)s ist zuletzt am %(since)s gelaufen. Läuft „lethe worker“? Sonst steht der Grund in seinen Logzeilen."
    )


class JobNeverDone(Finding):
    """A daily job has been tried and never been done."""

    check = "jobs"
    state = State.WRONG
    message = (
        "Die tägliche Aufgabe %(job)s ist noch nie fertig geworden, begonnen am %(since)s. "
        "Der Grund steht in den Logzeilen von „lethe worker“."
    )


class JobFailing(Finding):
    """A job fails again and again."""

    check = "jobs"
    state = State.WRONG
    message = "Die Aufgabe %(job)s ist %(count)s-mal hintereinander gescheitert. Der Grund steht in den Logzeilen von „lethe worker“."


class JobsSound(Finding):
    """The jobs run."""

    check = "jobs"
    state = State.OK
    message = "Die Aufgaben im Hintergrund laufen."


class MailStuck(Finding):
    """Mail waits and is not taken."""

    check = "outbox"
    state = State.WRONG
    message = (
        "E-Mails warten seit %(since)s darauf, dass der Mailserver sie annimmt. "
        "Nach drei Tagen vergeblicher Versuche werden sie aufgegeben."
    )


class MailUncertain(Finding):
    """The hand-over broke off; at most one delivery is promised, so nobody tries again."""

    check = "outbox"
    state = State.HINT
    message = (
        "E-Mails der letzten 14 Tage, die nicht sicher angekommen sind: %(count)s. Die Übergabe an den Mailserver brach ab; "
        "Lethe sendet sie nicht noch einmal."
    )


class MailGivenUp(Finding):
    """The server refused for good, or again and again."""

    check = "outbox"
    state = State.HINT
    message = "Aufgegebene E-Mails der letzten 14 Tage: %(count)s. Der Mailserver nahm sie nicht an."


class MailLost(Finding):
    """Mail that entries say was written and that nobody finds any more: taken out with SQL."""

    check = "outbox"
    state = State.WRONG
    message = (
        "E-Mails, die das Protokoll nennt und die im Postausgang fehlen: %(count)s (Kennungen: %(subjects)s). Jemand hat sie außerhalb von "
        "Lethe gelöscht; ob sie angekommen sind, weiß niemand. Benachrichtigen Sie die Personen, und klären Sie, wer es war."
    )


def examine_work(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    """Look at leadership, jobs and outbox."""
    yield from list(_examine_jobs(stores, now=now)) or [JobsSound()]
    yield from _examine_lost(stores, now=now)
    yield from _examine_outbox(stores, now=now)


def _examine_jobs(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    workers = [each for each in read_reports(stores.settings) if each.kind == "worker"]
    if workers and _nobody_leads(stores):
        yield LeaderMissing()
    for each in workers:
        for job, count in each.failures.items():
            if count >= _MAY_FAIL:
                yield JobFailing(job=job, count=count)
    yield from _examine_slots(stores, now=now)


def _nobody_leads(stores: Stores) -> bool:
    """Say whether leadership can be had again and again; whoever holds it keeps us out."""
    for look in range(_LOOKS):
        if look:
            time.sleep(_PAUSE)
        with holding(stores.database.engine, LEADERSHIP) as is_free:
            if not is_free:
                return False
    return True


def _examine_slots(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    with stores.database.reading() as session:
        newest, finished = job_runs.find_newest(session), job_runs.find_last_finished(session)
    for job, run in newest:
        if not run.is_finished and run.attempts >= _MAY_FAIL:
            yield JobFailing(job=job, count=run.attempts)
        last = finished.get(job)
        if len(run.slot) != _DAILY or now - (last or run.started_at) <= _MAY_REST:
            continue
        since = (last or run.started_at).isoformat(timespec="minutes")
        yield JobOverdue(job=job, since=since) if last else JobNeverDone(job=job, since=since)


def _examine_outbox(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    if stores.settings.smtp_host is None:
        return  # what waits, waits for a setting, and another line says so
    with stores.database.reading() as session:
        trouble = mail_queue.find_trouble(session, now=now)
    if trouble.waiting_since and now - trouble.waiting_since > _MAY_WAIT:
        yield MailStuck(since=trouble.waiting_since.isoformat(timespec="minutes"))
    if trouble.maybe_sent:
        yield MailUncertain(count=trouble.maybe_sent)
    if trouble.given_up:
        yield MailGivenUp(count=trouble.given_up)


def _examine_lost(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    with stores.database.reading() as session:
        lost = post.find_lost(session, now=now)
    if lost:
        yield MailLost(count=len(lost), subjects=some_of(each for each in lost if each))
