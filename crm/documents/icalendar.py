"""Calendars as calendar programs read them.

Source: RFC 5545 (lines end with CR LF and are folded after 75 octets, text is escaped), RFC 7986 (name, refresh interval).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

_FOLD: Final = 75  # octets of a line, its end not counted
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One event.

    Attributes:
        starts: a moment with a time zone, or a day for what takes no certain time of it.
        lasts: how long; only for a moment.
    """

    uid: str
    title: str
    starts: datetime | date
    stamped_at: datetime
    url: str
    lasts: timedelta = timedelta(minutes=30)


def write(events: Sequence[CalendarEvent], *, name: str, program: str) -> bytes:
    """Return a calendar with these events."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{escape(program)}//DE", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    about = [f"NAME:{escape(name)}", f"X-WR-CALNAME:{escape(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    lines = [*head, *about, *(line for event in events for line in _event(event)), "END:VCALENDAR"]
    return b"".join(fold(line) for line in lines)


def escape(text: str) -> str:
    """Return a text in which nothing means anything but itself."""
    return text.translate(_ESCAPES)


def fold(line: str) -> bytes:
    """Return a line cut into pieces of at most 75 octets, none in the middle of a character, each but the first with a blank before it."""
    pieces, piece = [], b""
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        if len(piece) + len(octets) > _FOLD:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


def _event(event: CalendarEvent) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(event.uid)}"
    yield f"DTSTAMP:{_moment(event.stamped_at)}"
    if isinstance(event.starts, datetime):
        yield f"DTSTART:{_moment(event.starts)}"
        yield f"DTEND:{_moment(event.starts + event.lasts)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.starts:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.starts + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"  # a task of the day keeps nobody from a meeting
    yield f"SUMMARY:{escape(event.title)}"
    yield f"URL:{event.url}"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
