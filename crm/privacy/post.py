"""Mail from Lethe: written with the act it tells of, sealed until it is handed over, sent by the worker."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import ledger, mail
from crm.actor import system_actor
from crm.clock import micros
from crm.db import Database, holding, new_id
from crm.errors import UnavailableError
from crm.mail import Letter, MailState, MailUnreachableError, Transport
from crm.mail.line import Line
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.vault import Subject, SubjectState, Vault

_TABLE, _COLUMN = "outbox_message", "sealed_letter"
_ACTOR: Final = system_actor("mail")
_AT_ONCE: Final = 50  # messages on one line
_MARGIN: Final = timedelta(days=1)  # nobody is missed who goes today
NAMED_BY: Final = frozenset({Action.MAIL_WRITTEN, Action.OBJECTION_RECEIVED})
_log = structlog.get_logger()


def write(
    session: Session, letter: Letter, *, kind: str, now: datetime, subject_id: str | None = None, message_id: str | None = None
) -> str:
    """Put a letter into the outbox, sealed, in the transaction of the act it tells of; return its id.

    The entry names the message, so that it is noticed when somebody takes it out with SQL.

    Args:
        subject_id: whose data the letter holds; an erasure of this person takes it out again while it waits.
        message_id: its id where the act has one for it, so that the same act done again is recognised.
    """
    message_id = put(session, letter, kind=kind, now=now, subject_id=subject_id, message_id=message_id)
    named = [name_of(message_id)]
    audit.record(session, Action.MAIL_WRITTEN, actor=_ACTOR, now=now, subject_id=subject_id, kind=kind, rows=named)
    return message_id


def name_of(message_id: str) -> str:
    """Return how an entry names a message."""
    return hashlib.sha256(f"{_TABLE} {message_id}".encode()).hexdigest()


def find_lost(session: Session, *, now: datetime) -> list[str | None]:
    """Return whose messages entries name that are in no state of the outbox, though neither erased nor old enough to be forgotten."""
    since = micros(now - mail.KEPT + _MARGIN)
    written = (each for each in ledger.find_written_by(session, NAMED_BY) if each.t > since)
    named = {row: each.subject_id for each in written for row in each.hashes}
    for message_id in mail.find_ids(session):
        named.pop(name_of(message_id), None)
    erased = set(session.scalars(select(Subject.id).where(Subject.state != SubjectState.LIVING))) if any(named.values()) else set()
    return [whose for whose in named.values() if whose not in erased]


def put(session: Session, letter: Letter, *, kind: str, now: datetime, subject_id: str | None = None, message_id: str | None = None) -> str:
    """Do the same without an entry of its own; that of the act (`NAMED_BY`) has to name the message, with the same person."""
    message_id = message_id or new_id()
    content = json.dumps(letter.packed(), ensure_ascii=False).encode()
    sealed = Vault.of(session).seal_own(_TABLE, _COLUMN, message_id, content)
    mail.enqueue(session, message_id=message_id, kind=kind, sealed_letter=sealed, now=now, subject_id=subject_id)
    return message_id


def deliver(database: Database, transport: Transport, *, sender: str, now: datetime) -> int:
    """Send what is due and return how many messages the server accepted; one process does it at a time.

    A message is marked before it is handed over, one by one, so that a crash sends it at most once and leaves in doubt no more than
    the one on its way. What a dead process left in doubt is settled first.
    """
    with database.reading() as session:
        if not mail.has_work(session, now=now):
            return 0
    with holding(database.engine, "mail") as is_ours:
        if not is_ours:
            return 0
        with database.writing() as session:
            _tidy(session, now)
            is_due = mail.has_work(session, now=now)
        return _send(database, transport, sender=sender, now=now) if is_due else 0


def _tidy(session: Session, now: datetime) -> None:
    tidied = mail.tidy(session, now=now)
    if tidied.settled:
        _log.warning("mail.maybe_sent", number=tidied.settled)
    if tidied.forgotten:
        audit.record(session, Action.MAIL_FORGOTTEN, actor=_ACTOR, now=now, count=tidied.forgotten)


def _send(database: Database, transport: Transport, *, sender: str, now: datetime) -> int:
    """Send on one line until nothing is due, or the line breaks: then the next round opens another."""
    accepted = 0
    try:
        with transport.connect() as line:
            for _ in range(_AT_ONCE):
                letter = _take(database, sender=sender, now=now)
                if letter is None:
                    break
                accepted += _hand_over(database, line, letter, now=now)
                if not line.is_usable:
                    break
    except MailUnreachableError as error:
        _log.warning("mail.postponed", reason=type(error.__cause__).__name__)
        with database.writing() as session:
            if given_up := mail.postpone(session, now=now):
                _enter_given_up(session, given_up, now)
    return accepted


def _enter_given_up(session: Session, message: mail.OutboxMessage, now: datetime) -> None:
    _log.warning("mail.given_up", message=message.id)
    whose, state = message.subject_id, message.state
    audit.record(session, Action.MAIL_GIVEN_UP, actor=_ACTOR, now=now, subject_id=whose, kind=message.kind, result=state)


@dataclass(frozen=True, slots=True)
class _Taken:
    """One message on its way; without a letter it cannot be read or written, and nobody will ever get it."""

    message_id: str
    mail_id: str
    kind: str
    subject_id: str | None
    letter: EmailMessage | None


def _take(database: Database, *, sender: str, now: datetime) -> _Taken | None:
    """Take the next message that is due and open it; None when nothing is."""
    with database.writing() as session:
        message = mail.claim(session, now=now)
        if message is None:
            return None
        mail_id = f"<{message.id}@{sender.rpartition('@')[2]}>"
        try:
            letter = _open(session, message.id, message.sealed_letter)
            ready = mail.to_mime(letter, sender=sender, message_id=mail_id, now=now)
            return _Taken(message.id, mail_id, message.kind, message.subject_id, ready)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one message, the others go on
            _log.warning("mail.unreadable", message=message.id, reason=type(error).__name__)
            return _Taken(message.id, mail_id, message.kind, message.subject_id, None)


def _hand_over(database: Database, line: Line, taken: _Taken, *, now: datetime) -> bool:
    """Hand one message over, note what became of it, and say whether the server accepted it."""
    with database.reading() as session:
        if not mail.is_claimed(session, message_id=taken.message_id):
            return False  # whose mail it was, was erased meanwhile
    outcome = line.hand_over(taken.letter) if taken.letter else mail.Outcome(MailState.GIVEN_UP)
    with database.writing() as session:
        state = mail.settle(session, message_id=taken.message_id, outcome=outcome, mail_id=taken.mail_id, now=now)
        # What went out to a server is a disclosure, whatever that said (Art. 4(2)); what could not be written went nowhere.
        action = Action.MAIL_HANDED_OVER if taken.letter else Action.MAIL_GIVEN_UP
        audit.record(session, action, actor=_ACTOR, now=now, subject_id=taken.subject_id, kind=taken.kind, result=state)
    if outcome.state is not MailState.ACCEPTED:
        _log.warning("mail.not_accepted", message=taken.message_id, state=state.value, answer=outcome.answer)
    return outcome.state is MailState.ACCEPTED


def _open(session: Session, message_id: str, sealed: bytes | None) -> Letter:
    return Letter.unpacked(json.loads(Vault.of(session).open_own(_TABLE, _COLUMN, message_id, sealed or b"")))
