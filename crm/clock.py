"""Time, passed in, so that every test can steer it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the moment, always with a time zone (UTC)."""

    def now(self) -> datetime: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is moved; for tests and the demo."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def advance(self, by: timedelta) -> None:
        """Move forwards, or backwards with a negative duration."""
        self._moment += by


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day begins in this time zone."""
    return datetime.combine(day, time(), zone)


def micros(moment: datetime) -> int:
    """Return `moment` as whole microseconds since 1970-01-01 UTC."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(value: int) -> datetime:
    """Return the moment that `micros` turned into a number."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
