"""Is the drop mailbox emptied?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from crm import ledger
from crm.ledger import EntryFilter
from crm.mail import InboxLine, InboxRefusedError, InboxUnreachableError, RealMailInDemoError
from crm.privacy.actions import Action
from crm.services import job_runs
from crm.services.drop import fetching, mailbox
from crm.services.drop.mailbox import DropPasswordError
from crm.services.drop.policy import drop_policy
from crm.services.drop.telling import Untold
from crm.services.health.findings import Finding, State
from crm.services.health.reports import read_reports
from crm.services.health.stores import Stores
from crm.settings import Settings

_PATIENCE_SECONDS: Final = 5
_MAY_WAIT: Final = timedelta(hours=1)
_SHORTEST: Final = 16  # characters of what cannot be guessed; who knows the address can have mail filed


class DropOff(Finding):
    """Nothing is filed by mail."""

    check = "drop"
    state = State.OK
    message = "Die Ablage von E-Mails ist aus (drop_address)."


class DropAddressShort(Finding):
    """Somebody could guess where mail is filed from."""

    check = "drop"
    state = State.HINT
    message = (
        "Die Adresse des Ablagepostfachs lässt sich erraten. Wer sie kennt, kann im Namen anderer E-Mails ablegen lassen. "
        "Nehmen Sie eine mit mindestens %(shortest)s zufälligen Zeichen vor dem @."
    )


class DropBoxUnusable(Finding):
    """The mailbox cannot be opened."""

    check = "drop"
    state = State.WRONG
    message = "Das Ablagepostfach auf %(host)s:%(port)s ist nicht benutzbar (%(kind)s): %(reason)s"


class DropBoxEmpty(Finding):
    """The mailbox can be opened, and nothing waits there."""

    check = "drop"
    state = State.OK
    message = "Das Ablagepostfach auf %(host)s:%(port)s ist erreichbar. Darin wartet nichts."


class DropBoxWaits(Finding):
    """The mailbox can be opened, and what waits there does not wait for long."""

    check = "drop"
    state = State.OK
    message = (
        "Das Ablagepostfach auf %(host)s:%(port)s ist erreichbar. Darin warten: %(waiting)s, die älteste E-Mail seit %(minutes)s Minuten."
    )


class DropBoxStuck(Finding):
    """Mail of people has lain there for so long that a worker cannot have taken it, or takes it slower than it comes."""

    check = "drop"
    state = State.WRONG
    message = (
        "Im Ablagepostfach auf %(host)s:%(port)s warten %(waiting)s E-Mails, die älteste seit %(hours)s Stunden. Läuft „lethe worker“? "
        "Was er nicht ablegen konnte, steht in seinem Log (drop.unsettled)."
    )


class DropElsewhere(Finding):
    """Somebody writes in the name of staff to another address of the mailbox, or the mail server does not say to which."""

    check = "drop"
    state = State.HINT
    message = (
        "In den letzten %(days)s Tagen nannten %(number)s E-Mails Mitarbeitende als Absender, aber nirgends die Ablageadresse. Sie wurden "
        "nicht abgelegt. Entweder sind sie gefälscht, oder Ihr Mailserver vermerkt nicht, an welche Adresse er zustellt (Delivered-To, "
        "X-Original-To oder Envelope-To)."
    )


class DropNeverEmptied(Finding):
    """Nobody has emptied it yet."""

    check = "drop"
    state = State.HINT
    message = "Das Ablagepostfach wurde noch nie geleert. Das tut „lethe worker“ alle fünf Minuten."


class DropOverdue(Finding):
    """A worker runs and has not emptied it for long: mail of people lies there."""

    check = "drop"
    state = State.WRONG
    message = "Das Ablagepostfach wurde zuletzt am %(last)s geleert. Warum, steht im Log von „lethe worker“ (drop.fetch)."


class DropEmptied(Finding):
    """It is emptied."""

    check = "drop"
    state = State.OK
    message = (
        "Das Ablagepostfach wurde zuletzt am %(last)s geleert. "
        "In den letzten %(days)s Tagen nicht abgelegt: %(refused)s, verworfen: %(aside)s."
    )


def examine_drop_box(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Open the drop mailbox and count what waits; reads no mail and deletes none."""
    if settings.drop_address is None:
        yield DropOff()
        return
    if len(settings.drop_address.partition("@")[0]) < _SHORTEST:
        yield DropAddressShort(shortest=_SHORTEST)
    where = {"host": settings.drop_host, "port": settings.drop_port}
    try:
        inbox = mailbox.make_inbox(settings)
        if inbox:
            with replace(inbox, patience=_PATIENCE_SECONDS, patience_in_all=4 * _PATIENCE_SECONDS).connect() as line:
                yield _waiting(line, now, **where)
    except (InboxUnreachableError, InboxRefusedError, DropPasswordError, RealMailInDemoError) as error:
        yield DropBoxUnusable(**where, kind=type(error.__cause__ or error).__name__, reason=error)


def _waiting(line: InboxLine, now: datetime, **where: object) -> Finding:
    """Say how much waits, and for how long; of what the server does not date, nothing is known but the number."""
    oldest = next(iter(line.find_oldest(1)), None)
    if oldest is None:
        return DropBoxEmpty(**where)
    age = max(now - oldest.arrived_at, timedelta()) if oldest.arrived_at else timedelta()
    if age > _MAY_WAIT:
        return DropBoxStuck(**where, waiting=line.count, hours=age // timedelta(hours=1))
    return DropBoxWaits(**where, waiting=line.count, minutes=age // timedelta(minutes=1))


def examine_emptying(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    """Look when the drop mailbox was last emptied, and how much was not filed."""
    if stores.settings.drop_address is None:
        return
    days = drop_policy().not_filed_days
    since = now - timedelta(days=days)
    with stores.database.reading() as session:
        last = job_runs.find_last_finished(session).get(fetching.JOB)
        refused = ledger.count_entries(session, EntryFilter(action=Action.DROP_REFUSED, since=since))
        aside = ledger.sum_counts_since(session, Action.DROP_SET_ASIDE, since=since)
    if aside[Untold.ELSEWHERE]:
        yield DropElsewhere(number=aside[Untold.ELSEWHERE], days=days)
    if last is None:
        yield DropNeverEmptied()
    elif now - last > _MAY_WAIT and any(each.kind == "worker" for each in read_reports(stores.settings)):
        yield DropOverdue(last=last.isoformat(timespec="minutes"))
    else:
        yield DropEmptied(last=last.isoformat(timespec="minutes"), days=days, refused=refused, aside=aside.total())
