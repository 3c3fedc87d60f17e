"""Empties the drop mailbox: each message is settled in a transaction of its own, and deleted only once that is committed.

So a process that dies anywhere leaves a message either untouched, or settled and still there; looked at again it is recognised.
A message is marked before it is read: one over which a process dies comes last from then on, and is not read whole for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from crm.db import Database, holding
from crm.errors import UnavailableError
from crm.mail import Inbox, InboxLine, Waiting
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services import job_runs
from crm.services.drop import filing, reading, sorting
from crm.services.drop.policy import drop_policy
from crm.services.drop.sorting import ACTOR
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
            emptying = _Round(database, line, settings, clock)
            emptying.run()
        if emptying.error:
            raise emptying.error
        with database.writing() as session:
            job_runs.note_done(session, job=JOB, slot=_slot(clock()), now=clock())
    return emptying.settled


@dataclass(slots=True)
class _Round:
    """One emptying, on one line.

    Attributes:
        settled: messages that are gone.
        read: messages of staff that were looked at.
        error: the first one that kept a message from being settled.
    """

    database: Database
    line: InboxLine
    settings: Settings
    clock: Callable[[], datetime]
    settled: int = 0
    read: int = 0
    error: Exception | None = None

    def run(self) -> None:
        """Take the oldest messages first, and behind all others those that were begun before and are still there."""
        policy = drop_policy()
        waiting = sorted(self.line.find_oldest(policy.messages_looked_at), key=lambda each: each.tries)
        for start in range(0, len(waiting), policy.heads_at_once):
            for each in self._without_strangers(waiting[start : start + policy.heads_at_once]):
                if self.read == policy.messages_at_once:
                    return
                self.read += 1
                self._try(each)

    def _without_strangers(self, portion: Sequence[Waiting]) -> list[Waiting]:
        """Set aside, all at once, what is not of staff, and return the others."""
        with self.database.writing() as session:
            audit.record(session, Action.DROP_FETCHED, actor=ACTOR, now=self.clock(), count=len(portion))
        longest = drop_policy().head_octets
        heads = self.line.read_heads([each.uid for each in portion], longest)
        with self.database.reading() as session:
            aside = sorting.sort(session, heads, longest=longest, settings=self.settings)
        gone = [uid for uids in aside.values() for uid in uids]
        if gone:
            with self.database.writing() as session:
                counts = {reason: len(uids) for reason, uids in aside.items()}
                sorting.set_aside(session, counts, actor=ACTOR, now=self.clock())
            self.line.remove(gone)
        self.settled += len(gone)
        return [each for each in portion if each.uid not in gone]

    def _try(self, waiting: Waiting) -> None:
        try:
            self.settled += self._settle(waiting)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one message, the others go on
            _log.error("drop.unsettled", reason=type(error).__name__)
            self.error = self.error or error

    def _settle(self, waiting: Waiting) -> bool:
        """File or refuse a message, then delete it; say whether it was still there."""
        content = self.line.read(waiting.uid, drop_policy().octets_read)
        if content is None:
            return False
        self.line.mark(waiting.uid, waiting.tries + 1)
        try:
            dropped = reading.read(content, is_whole=waiting.size <= drop_policy().octets_read, tries=waiting.tries)
            with self.database.writing() as session:
                filing.file(session, dropped=dropped, settings=self.settings, now=self.clock())
        except UnavailableError:
            self.line.mark(waiting.uid, waiting.tries)  # it is not the message that keeps us
            raise
        except Exception:
            self.line.mark(waiting.uid, 1)  # we live to try it again, behind the others
            raise
        self.line.remove([waiting.uid])
        return True


def _slot(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H")
