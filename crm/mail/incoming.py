"""Reads a mail that a stranger may have made: what it says, within bounds of time and memory, or not at all.

Source: RFC 5322, 2045-2047, 3834.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import AddressHeader, DateHeader
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32, default
from typing import Final

from crm.mail.mail_text import text_of

_MOST_LINES: Final = 60_000
_MOST_PARTS: Final = 120  # that say what they are; each level of a nesting is one too
_LONGEST_PART_HEAD: Final = 4_000  # octets; the parser compares each sign in it with all that follow
_LONGEST: Final = 8_000  # characters of all headers of one name; more than a hundred addresses
_LONGEST_HEAD: Final = 64 * 1024  # octets
_PART_HEADS: Final = re.compile(rb"^(content-[a-z-]{1,40})[ \t]*:.*(?:\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)


class UnreadableMailError(Exception):
    """A mail that is none, or is made to keep us busy. Nothing of it is said, because it can be about people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """What a mail says. Nothing in it is proven: whoever sends mail writes the headers.

    Attributes:
        message_id: empty where there is none.
        senders, recipients: bare addresses of `From`, and of `To` and `Cc`.
        forwarders: bare addresses of `Resent-From` and `Sender`: who passed it on.
        text: the whole plain text, with what it quotes.
        attachments: how many files it carries.
        is_automatic: a program wrote it, such as a holiday notice.
        enclosed: the first mail that it carries as a part.
        is_readable: no means that its head could be read and nothing else.
    """

    message_id: str
    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    forwarders: tuple[str, ...]
    sent_at: datetime | None
    subject: str
    text: str
    attachments: int
    is_automatic: bool
    enclosed: "IncomingMail | None" = None
    is_readable: bool = True


def read_mail(content: bytes) -> IncomingMail:
    """Return what a mail says; one that was cut off says what is there, one that cannot be read at least from whom it is.

    Raises:
        UnreadableMailError: not even its head can be read.
    """
    content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return _parse(_within_bounds(content))
    except UnreadableMailError:
        head = content[:_LONGEST_HEAD].partition(b"\n\n")[0]
    return replace(_parse(head), is_readable=False)


def _parse(content: bytes) -> IncomingMail:
    try:
        # The newer policy needs minutes for some heads of parts; here it reads those headers that are asked for, within bounds.
        return _said_by(BytesParser(policy=compat32).parsebytes(content), may_enclose=True)
    except Exception:  # noqa: BLE001 - the parser of headers stumbles in many ways, and a stumble is an answer here
        raise UnreadableMailError from None


def _within_bounds(content: bytes) -> bytes:
    """Return no more lines than a mail has that people wrote: the parser compares each with every boundary around it.

    Raises:
        UnreadableMailError: it has more parts, or longer heads of parts, than any such mail.
    """
    parts = 0
    for head in _PART_HEADS.finditer(content):
        parts += head[1].lower() == b"content-type"
        if parts > _MOST_PARTS or len(head[0]) > _LONGEST_PART_HEAD:
            raise UnreadableMailError
    return b"\n".join(content.split(b"\n", _MOST_LINES)[:_MOST_LINES])


def _said_by(message: Message, *, may_enclose: bool) -> IncomingMail:
    body = text_of(message)
    enclosed = body.enclosed[0] if body.enclosed and may_enclose else None
    return IncomingMail(
        message_id=_line(message, "message-id"),
        senders=_only_once(message, "from"),
        recipients=(*_addresses(message, "to"), *_addresses(message, "cc")),
        forwarders=(*_addresses(message, "resent-from"), *_only_once(message, "sender")),
        sent_at=_sent_at(message),
        subject=_line(message, "subject"),
        text=body.text,
        attachments=body.attachments,
        is_automatic=_line(message, "auto-submitted").partition(";")[0].strip().lower() not in {"", "no"},
        enclosed=_said_by(enclosed, may_enclose=False) if enclosed else None,
    )


def _headers(message: Message, name: str) -> list[object]:
    """Return the headers of a name.

    Raises:
        UnreadableMailError: they are longer than any that people need.
    """
    raw = [str(value) for header, value in message.raw_items() if header.lower() == name]
    if sum(map(len, raw)) > _LONGEST:
        raise UnreadableMailError
    return [default.header_fetch_parse(name, value) for value in raw]


def _line(message: Message, name: str) -> str:
    return " ".join(str(next(iter(_headers(message, name)), "")).split())


def _addresses(message: Message, name: str) -> tuple[str, ...]:
    return _addresses_of(_headers(message, name))


def _only_once(message: Message, name: str) -> tuple[str, ...]:
    """Return the addresses of a header that a mail has once; of two, programs believe one or the other (RFC 5322, 3.6)."""
    found = _headers(message, name)
    return _addresses_of(found) if len(found) == 1 else ()


def _addresses_of(headers: Sequence[object]) -> tuple[str, ...]:
    known = [each for each in headers if isinstance(each, AddressHeader)]
    return tuple(dict.fromkeys(address.addr_spec for header in known for address in header.addresses if address.domain))


def _sent_at(message: Message) -> datetime | None:
    """Return when it says it was sent, if that is a moment."""
    for header in _headers(message, "date"):
        moment = header.datetime if isinstance(header, DateHeader) else None
        if moment is not None:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return None
