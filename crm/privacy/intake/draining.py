"""Takes messages out of the letterbox in their order and lets each take effect exactly once.

A message goes in the transaction of its effect. One that nobody can open, or that something goes wrong with, is set
aside with an entry in the log and holds up no other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, Protocol

import structlog
from sqlalchemy.orm import Session

from crm.db import Database
from crm.errors import UnavailableError
from crm.models.intake import IntakeKind, IntakeMessage
from crm.privacy import audit, links
from crm.privacy.actions import Action
from crm.privacy.intake import correcting, handing_out, letterbox, objecting, requesting, responding, withdrawing
from crm.privacy.intake.letterbox import Message
from crm.settings import Settings
from crm.vault import TamperedError

_BATCH: Final = 40  # one unit of work lasts 250 ms at most, so that nobody waits for a flood
_log = structlog.get_logger()


class Effect(Protocol):
    """What messages of one kind bring about."""

    def __call__(self, session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None: ...


EFFECTS: Final[Mapping[IntakeKind, Effect]] = {
    IntakeKind.OBJECTION: objecting.object_to_advertising,
    IntakeKind.CORRECTION: correcting.correct,
    IntakeKind.KEEP_BLOCKED: correcting.keep_blocked,
    IntakeKind.ERASURE: requesting.take_in,
    IntakeKind.ACCESS: requesting.take_in,
    IntakeKind.PORTABILITY: requesting.take_in,
    IntakeKind.RESTRICTION: requesting.take_in,
    IntakeKind.RECTIFICATION: requesting.take_in,
    IntakeKind.USE_OBJECTION: requesting.take_in,
    IntakeKind.WITHDRAWAL: withdrawing.withdraw,
    IntakeKind.CONFIRMATION: requesting.confirm,
    IntakeKind.CODE: handing_out.send_codes,
    IntakeKind.FETCHED: handing_out.note_fetched,
    IntakeKind.RESPONSE: responding.respond,
}


def drain(database: Database, *, settings: Settings, now: datetime) -> int:
    """Let everything that waits at this moment take effect and return how many messages that were.

    Raises:
        UnavailableError: a key or a database cannot be had; nothing is lost, and whoever wanted to act must not.
    """
    with database.reading() as session:
        newest = letterbox.find_newest(session)
    drained = 0
    while newest and (taken := _drain_batch(database, until=newest, settings=settings, now=now)):
        drained += taken
    return drained


def _drain_batch(database: Database, *, until: int, settings: Settings, now: datetime) -> int:
    try:
        return _settle(database, until=until, limit=_BATCH, settings=settings, now=now)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one message must not hold up the objections of others
        _log.error("intake.batch_failed", reason=type(error).__name__)
        return sum(_drain_one(database, until=until, settings=settings, now=now) for _ in range(_BATCH))


def _drain_one(database: Database, *, until: int, settings: Settings, now: datetime) -> int:
    try:
        return _settle(database, until=until, limit=1, settings=settings, now=now)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        _log.error("intake.message_failed", reason=type(error).__name__)
    with database.writing() as session:
        letterbox.take_turn(session)
        _set_aside(session, letterbox.find_waiting(session, until=until, limit=1), result="failed", now=now)
    return 1


def _settle(database: Database, *, until: int, limit: int, settings: Settings, now: datetime) -> int:
    """Let the next messages take effect, in one unit of work with their removal."""
    with database.writing() as session:
        letterbox.take_turn(session)
        rows = letterbox.find_waiting(session, until=until, limit=limit)
        messages, unreadable = _open(session, rows, now)
        for kind, group in groupby(messages, key=lambda message: message.kind):
            EFFECTS[kind](session, list(group), settings=settings, now=now)
        letterbox.remove(session, [message.sequence for message in messages])
        _set_aside(session, unreadable, result="tampered", now=now)
    return len(rows)


def _open(session: Session, rows: Sequence[IntakeMessage], now: datetime) -> tuple[list[Message], list[IntakeMessage]]:
    """Open these messages; those that nobody can open, or that came by a link that is none of ours, are returned apart."""
    messages, unreadable = [], []
    for row in rows:
        try:
            message = letterbox.open_message(session, row)
            if message.link_hash is not None:
                links.require_issued(session, link_hash=message.link_hash, used_at=row.received_at, now=now)
        except TamperedError:
            unreadable.append(row)
        else:
            messages.append(message)
    return messages, unreadable


def _set_aside(session: Session, rows: Sequence[IntakeMessage], *, result: str, now: datetime) -> None:
    for row in rows:
        audit.record(session, Action.INTAKE_SET_ASIDE, actor=letterbox.ACTOR, now=now, kind=row.kind, result=result)
    if rows:
        letterbox.set_aside(session, [row.sequence for row in rows], now=now)
