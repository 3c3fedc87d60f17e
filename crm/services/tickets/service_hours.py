"""The clock of a promise: it runs in hours of service on working days, and stands still at night, on weekends and holidays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.privacy import due
from crm.privacy.requests.deadline import holidays_of
from crm.services.work_rules import WorkRules

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = 24  # the hour that ends a day


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """When somebody is there to answer: from `opens` to `closes` on the controller's clock, Monday to Friday, but for holidays.

    Attributes:
        state: federal state whose holidays are kept, such as `NI`; None for the holidays of all Germany only.
    """

    opens: int
    closes: int
    zone: ZoneInfo
    state: str | None

    def add(self, moment: datetime, wanted: timedelta) -> datetime:
        """Return when so much time of service has passed since a moment."""
        left = wanted
        for begin, end in self._windows(moment):
            start = max(begin, moment)
            if left <= end - start:
                return start + left
            left -= max(end - start, timedelta())
        raise RuntimeError("days do not end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time of service lies between two moments; none where the second is the earlier one."""
        passed = timedelta()
        for begins, ends in self._windows(start):
            if begins >= end:
                return passed
            passed += max(min(ends, end) - max(begins, start), timedelta())
        raise RuntimeError("days do not end")

    def _windows(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the hours of service of each working day from the day of a moment on."""
        day = moment.astimezone(self.zone).date()
        while True:
            if day.weekday() < _SATURDAY and day not in _holidays(self.state, day.year):
                yield self._at(day, self.opens), self._at(day, self.closes)
            day += _DAY

    def _at(self, day: date, hour: int) -> datetime:
        if hour == _MIDNIGHT:
            return datetime.combine(day + _DAY, time(), self.zone)
        return datetime.combine(day, time(hour), self.zone)


def find_service_hours(session: Session, rules: WorkRules) -> ServiceHours:
    """Return the hours of service of this installation."""
    find_state: Callable[[], str | None] = session.info.get("federal_state", lambda: None)
    return ServiceHours(rules.calendar.service_from, rules.calendar.service_to, due.zone_of(session), find_state())


@lru_cache(maxsize=100)
def _holidays(state: str | None, year: int) -> frozenset[date]:
    return holidays_of(state, [year])
