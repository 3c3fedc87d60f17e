"""Whom a dropped mail is about, in which direction it went, and what was said in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from sqlalchemy.orm import Session

from crm.mail import IncomingMail
from crm.search.exact import exact_email
from crm.services.drop.policy import drop_policy
from crm.services.drop.reading import Reading, Said
from crm.services.drop.staff import Dropper, without_staff
from crm.settings import Settings


class Direction(StrEnum):
    """Which way a mail went, seen from here; the value names its words in `config/drop.toml`."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What was said between staff and others.

    Attributes:
        addresses: of the others, in their one form; nobody of the house among them.
        sent_at: None where the mail does not say.
        is_enclosed: it was a part of the mail that was dropped.
    """

    direction: Direction
    addresses: tuple[str, ...]
    sent_at: datetime | None
    subject: str
    text: str
    attachments: int
    is_enclosed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a dropped mail is about.

    Attributes:
        missed: attached mails of which nothing can be filed: beyond the bound, not readable, within another one, or naming nobody outside.
    """

    conversations: tuple[Conversation, ...] = ()
    missed: int = 0


def find_conversations(session: Session, reading: Reading, dropper: Dropper, settings: Settings) -> Found:
    """Return what a mail is about; nothing where it names nobody outside.

    A mail of a member of staff to people outside was sent to them. One that only went to the drop address or to colleagues carries
    somebody else's mail, as parts or within its text. One that was redirected is what it says.
    """
    known = _Outside(session, settings)
    if dropper.is_redirected:
        return _itself(Direction.RECEIVED, known.only(reading.own.senders), reading)
    if others := known.only(reading.own.recipients):
        return _itself(Direction.SENT, others, reading)
    if reading.mail.enclosed or reading.mail.unread:
        return _enclosed(known, reading)
    return _carried(known, reading)


class _Outside:
    """Tells the addresses of others from those of the house."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self._session = session
        self._own = {exact_email(each) for each in (settings.drop_address, settings.mail_from, settings.privacy_email) if each}

    def only(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Return the addresses of others in their one form, each once; of a crowd no more than show that it is one."""
        exact = dict.fromkeys(address for each in addresses if (address := exact_email(each)) and address not in self._own)
        return tuple(islice(without_staff(self._session, exact), drop_policy().most_people + 1))


def _itself(direction: Direction, others: tuple[str, ...], reading: Reading) -> Found:
    """Return the mail that was dropped; mails that it carries are attachments of it."""
    mail = reading.mail
    if not others:
        return Found()
    return Found((_of(direction, others, mail, reading.own, attachments=mail.attachments + len(mail.enclosed) + mail.unread),))


def _enclosed(known: _Outside, reading: Reading) -> Found:
    """Return each of the mails that were forwarded as parts, with what was written above them."""
    found = []
    for inner, said in reading.enclosed:
        direction, others = _sides(known, said)
        if others:
            attachments = reading.mail.attachments + inner.attachments
            found.append(_of(direction, others, inner, said, attachments=attachments, is_enclosed=True))
    return Found(tuple(found), reading.mail.unread + len(reading.enclosed) - len(found))


def _carried(known: _Outside, reading: Reading) -> Found:
    """Return the mail whose head was copied into the text; its day is that of the forwarding, since its own can be written in any way."""
    direction, others = _sides(known, reading.carried) if reading.carried else (Direction.SENT, ())
    if reading.carried is None or not others:
        return Found()
    return Found((_of(direction, others, reading.mail, reading.carried, attachments=reading.mail.attachments),))


def _sides(known: _Outside, said: Said) -> tuple[Direction, tuple[str, ...]]:
    """Return who was on the other side of a forwarded mail: who wrote it, or whom staff wrote to."""
    if others := known.only(said.senders):
        return Direction.RECEIVED, others
    return Direction.SENT, known.only(said.recipients)


def _of(
    direction: Direction, others: tuple[str, ...], mail: IncomingMail, said: Said, *, attachments: int, is_enclosed: bool = False
) -> Conversation:
    return Conversation(
        direction=direction,
        addresses=others,
        sent_at=mail.sent_at,
        subject=said.subject,
        text=said.text,
        attachments=attachments,
        is_enclosed=is_enclosed,
    )
