"""Empties the drop mailbox: each message is settled in a transaction of its own, and deleted only once that is committed.

So a process that dies anywhere leaves a message either untouched, or settled and still there; looked at again it is recognised.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog

from crm.db import Database, holding
from crm.errors import UnavailableError
from crm.mail import Inbox, InboxLine, IncomingMail, UnreadableMailError, Waiting, read_mail
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services import job_runs
from crm.services.drop import filing
from crm.services.drop.filing import ACTOR, Dropped
from crm.services.drop.policy import drop_policy
from crm.settings import Settings

JOB: Final = "drop.fetch"
_log = structlog.get_logger()


def fetch(database: Database, inbox: Inbox, *, settings: Settings, clock: Callable[[], datetime]) -> int:
    """Take what lies in the mailbox, the oldest first, and return how many messages are gone from it; one process does it at a time.

    A message that cannot be settled stays, and the others go on; the round then fails with the first error.

    Raises:
        InboxUnreachableError, InboxRefusedError: the mailbox cannot be opened, or the line broke; the next round goes on.
    """
    with holding(database.engine, "drop") as is_ours:
        if not is_ours:
            return 0
        with inbox.connect() as line:
            settled, error = _empty(database, line, settings, clock)
        if error:
            raise error
        with database.writing() as session:
            job_runs.note_done(session, job=JOB, slot=_slot(clock()), now=clock())
    return settled


def _empty(database: Database, line: InboxLine, settings: Settings, clock: Callable[[], datetime]) -> tuple[int, Exception | None]:
    waiting = line.find_oldest(drop_policy().messages_at_once)
    if waiting:
        with database.writing() as session:
            audit.record(session, Action.DROP_FETCHED, actor=ACTOR, now=clock(), count=len(waiting))
    settled, first = 0, None
    for each in waiting:
        try:
            settled += _settle(database, line, each, settings, clock)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one message, the others go on
            _log.error("drop.unsettled", reason=type(error).__name__)
            first = first or error
    return settled, first


def _settle(database: Database, line: InboxLine, waiting: Waiting, settings: Settings, clock: Callable[[], datetime]) -> bool:
    """File or refuse a message, then delete it; say whether it was still there."""
    content = line.read(waiting.uid, drop_policy().octets_read)
    if content is None:
        return False
    mail = _read(content)
    dropped = Dropped(mail=mail, key=filing.name_of(mail, content), is_whole=waiting.size <= drop_policy().octets_read)
    with database.writing() as session:
        filing.file(session, dropped=dropped, settings=settings, now=clock())
    line.remove(waiting.uid)
    return True


def _read(content: bytes) -> IncomingMail | None:
    try:
        return read_mail(content)
    except UnreadableMailError:
        return None


def _slot(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H")
