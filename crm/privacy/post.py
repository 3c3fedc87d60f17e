"""Mail from Lethe: written with the act it tells of, sealed until it is handed over, sent by the worker."""

import json
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from crm import mail
from crm.db import Database, new_id
from crm.errors import InvalidInputError
from crm.mail import Letter, MailRefusedError, MailUnreachableError, Transport
from crm.vault import Vault

_TABLE, _COLUMN = "outbox_message", "sealed_letter"
_log = structlog.get_logger()


def write(session: Session, letter: Letter, *, kind: str, now: datetime, subject_id: str | None = None) -> str:
    """Put a letter into the outbox, sealed, in the transaction of the act it tells of; return its id.

    Args:
        subject_id: whose data the letter holds; an erasure of this person takes it out again while it waits.
    """
    message_id = new_id()
    content = json.dumps(letter.packed(), ensure_ascii=False).encode()
    sealed = Vault.of(session).seal_own(_TABLE, _COLUMN, message_id, content)
    mail.enqueue(session, message_id=message_id, kind=kind, sealed_letter=sealed, now=now, subject_id=subject_id)
    return message_id


def deliver(database: Database, transport: Transport, *, sender: str, now: datetime) -> int:
    """Send what is due and return how many messages the server accepted.

    A message is marked before it is handed over, so that a crash in between sends it at most once.
    """
    with database.writing() as session:
        due = [(message.id, _open(session, message.id, message.sealed_letter)) for message in mail.claim(session, now=now)]
    accepted = 0
    for message_id, letter in due:
        with database.reading() as session:
            if not mail.is_claimed(session, message_id=message_id):
                continue  # whose mail it was, was erased meanwhile
        is_accepted = _hand_over(transport, letter, message_id, sender=sender, now=now)
        with database.writing() as session:
            mail.settle(session, message_id=message_id, accepted=is_accepted, now=now)
        accepted += is_accepted
    return accepted


def _open(session: Session, message_id: str, sealed: bytes | None) -> Letter:
    return Letter.unpacked(json.loads(Vault.of(session).open_own(_TABLE, _COLUMN, message_id, sealed or b"")))


def _hand_over(transport: Transport, letter: Letter, message_id: str, *, sender: str, now: datetime) -> bool:
    host = sender.rpartition("@")[2]
    try:
        transport.deliver(mail.to_mime(letter, sender=sender, message_id=f"<{message_id}@{host}>", now=now))
    except (MailUnreachableError, MailRefusedError, InvalidInputError) as error:
        _log.warning("mail.postponed", message=message_id, reason=type(error).__name__)
        return False
    return True
