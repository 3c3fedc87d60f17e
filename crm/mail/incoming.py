"""Reads a mail that a stranger may have made: what it says, within bounds of time and memory, or not at all.

Source: RFC 5322, 2045-2047, 3834.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import AddressHeader, DateHeader
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32, default
from typing import Final

from crm.mail.mail_text import text_of
from crm.mail.quoted import addresses_in

_MOST_LINES: Final = 60_000
_MOST_PARTS: Final = 120  # that say what they are; each level of a nesting is one too
_LONGEST_PART_HEAD: Final = 4_000  # octets; the parser compares each sign in it with all that follow
_LONGEST: Final = 8_000  # characters of all headers of one name; more than a hundred addresses
_LONGEST_SENDER: Final = 1_000  # characters; the parser compares each sign of an address with all that follow
_LONGEST_HEAD: Final = 64 * 1024  # octets
_MOST_ENCLOSED: Final = 25  # mails that one carries
_YEARS: Final = range(1990, 9999)  # another one was written by a broken clock, or to mislead
# Where mail servers, or whoever wrote it, say whom it goes to. Whoever names a secret address knows it, wherever it stands.
_DELIVERED: Final = frozenset(
    {"delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "received", "to", "cc", "bcc", "resent-to"}
)
_PART_HEADS: Final = re.compile(rb"^(content-[a-z-]{1,40})[ \t]*:.*(?:\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)


class UnreadableMailError(Exception):
    """A mail that is none, or is made to keep us busy. Nothing of it is said, because it can be about people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """From whom and to whom a mail says it is. Nothing in it is proven: whoever sends mail writes the headers.

    Attributes:
        senders: bare addresses of `From`.
        forwarders: bare addresses of `Resent-From` and `Sender`: who passed it on.
        delivered_to: addresses in lower case to which it was delivered or meant to be.
    """

    senders: tuple[str, ...]
    forwarders: tuple[str, ...]
    delivered_to: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail(Envelope):
    """What a mail says, which is not proven either.

    Attributes:
        message_id: empty where there is none.
        recipients: bare addresses of `To` and `Cc`.
        sent_at: None where it says no moment, or one before there was such mail.
        text: the whole plain text, with what it quotes.
        attachments: how many files it carries; mails do not count.
        is_automatic: a program wrote it, such as a holiday notice.
        enclosed: the mails that it carries as parts, as far as they can be read.
        unread: how many more it carries, or those carry.
        is_readable: no means that its head could be read and nothing else.
    """

    message_id: str
    recipients: tuple[str, ...]
    sent_at: datetime | None
    subject: str
    text: str
    attachments: int
    is_automatic: bool
    enclosed: tuple["IncomingMail", ...] = ()
    unread: int = 0
    is_readable: bool = True


def read_envelope(head: bytes) -> Envelope:
    """Return from whom and to whom the head of a mail says it is, which takes a fraction of the time of reading it.

    Raises:
        UnreadableMailError: it is none.
    """
    with _as_unreadable():
        message = _message_of(_with_plain_ends(head))
        return Envelope(senders=_senders(message), forwarders=_forwarders(message), delivered_to=_delivered_to(message))


def read_mail(content: bytes) -> IncomingMail:
    """Return what a mail says; one that was cut off says what is there, one that cannot be read at least from whom it is.

    Raises:
        UnreadableMailError: not even its head can be read.
    """
    content = _with_plain_ends(content)
    try:
        return _parse(_within_bounds(content))
    except UnreadableMailError:
        return read_head(content)


def read_head(content: bytes) -> IncomingMail:
    """Return what the head of a mail says, and nothing of the rest.

    Raises:
        UnreadableMailError: not even that can be read.
    """
    return replace(_parse(_with_plain_ends(content[:_LONGEST_HEAD]).partition(b"\n\n")[0]), is_readable=False)


def _parse(content: bytes) -> IncomingMail:
    with _as_unreadable():
        return _said_by(_message_of(content), may_enclose=True)


@contextmanager
def _as_unreadable() -> Iterator[None]:
    """The parser of headers stumbles in many ways, and a stumble is an answer here."""
    try:
        yield
    except Exception:  # noqa: BLE001 - so many ways
        raise UnreadableMailError from None


def _with_plain_ends(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _message_of(content: bytes) -> Message:
    # The newer policy needs minutes for some heads of parts; it reads those headers that are asked for, within bounds.
    return BytesParser(policy=compat32).parsebytes(content)


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
    enclosed = list(_readable(body.enclosed[:_MOST_ENCLOSED])) if may_enclose else []
    return IncomingMail(
        message_id=_line(message, "message-id"),
        senders=_senders(message),
        recipients=(*_addresses(message, "to"), *_addresses(message, "cc")),
        forwarders=_forwarders(message),
        delivered_to=_delivered_to(message),
        sent_at=_sent_at(message),
        subject=_line(message, "subject"),
        text=body.text,
        attachments=body.attachments,
        is_automatic=_line(message, "auto-submitted").partition(";")[0].strip().lower() not in {"", "no"},
        enclosed=tuple(enclosed),
        unread=len(body.enclosed) - len(enclosed) + sum(each.unread for each in enclosed),
    )


def _readable(messages: Sequence[Message]) -> Iterator[IncomingMail]:
    """Yield what mails within a mail say; what those carry is only counted."""
    for each in messages:
        with suppress(UnreadableMailError), _as_unreadable():
            yield _said_by(each, may_enclose=False)


def _senders(message: Message) -> tuple[str, ...]:
    return _only_once(message, "from")


def _forwarders(message: Message) -> tuple[str, ...]:
    return (*_addresses(message, "resent-from", longest=_LONGEST_SENDER), *_only_once(message, "sender"))


def _delivered_to(message: Message) -> frozenset[str]:
    said = "\n".join(f"{value}"[:_LONGEST] for name, value in message.raw_items() if name.lower() in _DELIVERED)
    return frozenset(addresses_in(said[: len(_DELIVERED) * _LONGEST].lower()))


def _headers(message: Message, name: str, *, longest: int = _LONGEST) -> list[object]:
    """Return the headers of a name.

    Raises:
        UnreadableMailError: they are longer than any that people need.
    """
    raw = [str(value) for header, value in message.raw_items() if header.lower() == name]
    if sum(map(len, raw)) > longest:
        raise UnreadableMailError
    return [default.header_fetch_parse(name, value) for value in raw]


def _line(message: Message, name: str) -> str:
    return " ".join(str(next(iter(_headers(message, name)), "")).split())


def _addresses(message: Message, name: str, *, longest: int = _LONGEST) -> tuple[str, ...]:
    return _addresses_of(_headers(message, name, longest=longest))


def _only_once(message: Message, name: str) -> tuple[str, ...]:
    """Return the addresses of a header that a mail has once; of two, programs believe one or the other (RFC 5322, 3.6)."""
    found = _headers(message, name, longest=_LONGEST_SENDER)
    return _addresses_of(found) if len(found) == 1 else ()


def _addresses_of(headers: Sequence[object]) -> tuple[str, ...]:
    known = [each for each in headers if isinstance(each, AddressHeader)]
    return tuple(dict.fromkeys(address.addr_spec for header in known for address in header.addresses if address.domain))


def _sent_at(message: Message) -> datetime | None:
    """Return when it says it was sent, if that is a moment at which there was mail."""
    for header in _headers(message, "date"):
        moment = header.datetime if isinstance(header, DateHeader) else None
        if moment is not None:
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return zoned.astimezone(UTC) if zoned.year in _YEARS else None
    return None
