"""Reads a dropped mail and works out what its writers said, all of it outside of every unit of work.

What is foreign can keep a program busy in ways nobody has thought of; it must never do so while others wait for the database.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from crm.mail import Carried, IncomingMail, UnreadableMailError, find_carried, read_head, read_mail, without_history
from crm.readable import many_lines, one_line, without_overrides

_MOST_READ_WHOLE: Final = 2  # who died over a mail so often reads its head alone
_MOST_READ: Final = 3  # and then nothing of it
_LONGEST_SUBJECT: Final = 300  # characters
_MOST_ADDRESSES: Final = 500  # of each side: far more than a mail may go to, and few enough to look for
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one mail says between its writer and whom it went to, as it can be stored.

    Attributes:
        text: without what it quotes; with what was written above, where it was forwarded.
    """

    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a dropped mail says.

    Attributes:
        mail: as it came.
        own: what its sender wrote.
        carried: the mail that was forwarded within its text.
        enclosed: each mail that it carries as a part, with what that says.
    """

    mail: IncomingMail
    own: Said
    carried: Said | None = None
    enclosed: tuple[tuple[IncomingMail, Said], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A mail that lies in the drop mailbox.

    Attributes:
        reading: what it says; None where not even its head can be read.
        key: what names it: its Message-ID, or a hash of all that was fetched.
        is_whole: no means that a part was not fetched.
    """

    reading: Reading | None
    key: str
    is_whole: bool


def read(content: bytes, *, is_whole: bool, tries: int) -> Dropped:
    """Return what a message says; the more processes died over it, the less of it is read.

    Args:
        tries: how often somebody began it and did not live to say how it ended.
    """
    reading = _read(content, tries)
    named = reading.mail.message_id if reading else ""
    return Dropped(reading=reading, key=named or hashlib.sha256(content).hexdigest(), is_whole=is_whole)


def _read(content: bytes, tries: int) -> Reading | None:
    if tries >= _MOST_READ:
        return None
    if tries < _MOST_READ_WHOLE and (reading := _read_with(read_mail, content)):
        return reading
    return _read_with(read_head, content)


def _read_with(read_it: Callable[[bytes], IncomingMail], content: bytes) -> Reading | None:
    try:
        return _work_out(read_it(content))
    except UnreadableMailError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever stumbles over foreign text, the mail cannot be read
        _log.warning("drop.unreadable", reason=type(error).__name__)
        return None


def _work_out(mail: IncomingMail) -> Reading:
    own = _said(mail, without_history(mail.text))
    found = find_carried(mail.text) if mail.is_readable and not mail.enclosed else None
    carried = None
    if found:
        text = _joined(_clean(found.comment), _clean(without_history(found.text)))
        carried = _of(found, text)
    enclosed = tuple((each, _said(each, without_history(each.text), above=own.text)) for each in mail.enclosed)
    return Reading(mail=mail, own=own, carried=carried, enclosed=enclosed)


def _said(mail: IncomingMail, text: str, *, above: str = "") -> Said:
    return _of(mail, _joined(above, _clean(text)))


def _of(mail: IncomingMail | Carried, text: str) -> Said:
    return Said(
        senders=mail.senders[:_MOST_ADDRESSES],
        recipients=mail.recipients[:_MOST_ADDRESSES],
        subject=_clean_line(mail.subject),
        text=text,
    )


def _clean_line(text: str) -> str:
    return one_line(_clean(text))[:_LONGEST_SUBJECT]


def _clean(text: str) -> str:
    """Return a text that reads as it is stored: there is nobody to type it anew."""
    lines = many_lines(without_overrides(text))
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cs"}).strip()


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
