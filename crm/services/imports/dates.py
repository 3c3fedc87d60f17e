"""Which moments of an export can have been; the others are the zeros of programs, slips, or plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

_ZONES_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DateRule:
    """Bounds of the past; see `config/imports.toml`.

    Attributes:
        zeros: days that programs write where they know none.
    """

    earliest: date
    zeros: frozenset[date]

    @classmethod
    def parse(cls, rule: Mapping[str, Any]) -> Self:
        return cls(earliest=rule["earliest"], zeros=frozenset(rule["zeros"]))

    def can_have_been(self, moment: datetime, *, now: datetime) -> bool:
        """Return whether something can have happened at this moment; a day of grace, because exports keep their own zone."""
        return self.earliest <= moment.date() and moment.date() not in self.zeros and moment <= now + _ZONES_DIFFER
