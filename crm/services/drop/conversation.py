"""Whom a dropped mail is about, in which direction it went, and what was said in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from crm.mail import IncomingMail, find_carried, without_history
from crm.search.exact import exact_email
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
    """

    direction: Direction
    addresses: tuple[str, ...]
    sent_at: datetime | None
    subject: str
    text: str
    attachments: int


def find_conversation(session: Session, mail: IncomingMail, dropper: Dropper, settings: Settings) -> Conversation | None:
    """Return what a mail is about; None where it names nobody outside.

    A mail of a member of staff to people outside was sent to them. One that only went to the drop address or to colleagues carries
    somebody else's mail, as a part or within its text. One that was redirected is what it says.
    """
    known = _Outside(session, settings)
    if dropper.is_redirected:
        return _of(Direction.RECEIVED, known.only(mail.senders), mail, text=without_history(mail.text))
    if others := known.only(mail.recipients):
        return _of(Direction.SENT, others, mail, text=without_history(mail.text))
    if mail.enclosed:
        return _enclosed(known, mail, mail.enclosed)
    return _carried(known, mail)


class _Outside:
    """Tells the addresses of others from those of the house."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self._session = session
        self._own = {exact_email(each) for each in (settings.drop_address, settings.mail_from, settings.privacy_email) if each}

    def only(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Return the addresses of others in their one form, each once."""
        exact = dict.fromkeys(address for each in addresses if (address := exact_email(each)) and address not in self._own)
        return tuple(without_staff(self._session, exact))


def _enclosed(known: _Outside, mail: IncomingMail, inner: IncomingMail) -> Conversation | None:
    """Return the mail that was forwarded as a part, with what was written above it."""
    text = _joined(without_history(mail.text), without_history(inner.text))
    direction, others = _sides(known, inner.senders, inner.recipients)
    return _of(direction, others, inner, text=text, attachments=mail.attachments + inner.attachments)


def _carried(known: _Outside, mail: IncomingMail) -> Conversation | None:
    """Return the mail whose head was copied into the text; its day is that of the forwarding, since its own can be written in any way."""
    carried = find_carried(mail.text)
    if carried is None:
        return None
    direction, others = _sides(known, carried.senders, carried.recipients)
    text = _joined(carried.comment, without_history(carried.text))
    return _of(direction, others, mail, text=text, subject=carried.subject)


def _sides(known: _Outside, senders: Iterable[str], recipients: Iterable[str]) -> tuple[Direction, tuple[str, ...]]:
    """Return who was on the other side of a forwarded mail: who wrote it, or whom staff wrote to."""
    if others := known.only(senders):
        return Direction.RECEIVED, others
    return Direction.SENT, known.only(recipients)


def _of(
    direction: Direction,
    others: tuple[str, ...],
    mail: IncomingMail,
    *,
    text: str,
    subject: str | None = None,
    attachments: int | None = None,
) -> Conversation | None:
    if not others:
        return None
    return Conversation(
        direction=direction,
        addresses=others,
        sent_at=mail.sent_at,
        subject=mail.subject if subject is None else subject,
        text=text,
        attachments=mail.attachments if attachments is None else attachments,
    )


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
