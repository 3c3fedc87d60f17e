"""Quarters of the financial year, which begins in the month that the rules of work name."""

from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS, _MONTHS_OF_A_YEAR = 3, 12


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """One quarter of a financial year.

    Attributes:
        year: in which the financial year begins.
        number: 1 to 4.
        first_month: of the financial year.
    """

    year: int
    number: int
    first_month: int

    @property
    def first_day(self) -> date:
        return _month(self.year, self.first_month - 1 + (self.number - 1) * _MONTHS)

    @property
    def last_day(self) -> date:
        return self.following.first_day - timedelta(days=1)

    @property
    def following(self) -> "Quarter":
        return Quarter(self.year, self.number + 1, self.first_month) if self.number < 4 else Quarter(self.year + 1, 1, self.first_month)  # noqa: PLR2004 - a year has four quarters

    @property
    def previous(self) -> "Quarter":
        return Quarter(self.year, self.number - 1, self.first_month) if self.number > 1 else Quarter(self.year - 1, 4, self.first_month)

    @property
    def a_year_before(self) -> "Quarter":
        return Quarter(self.year - 1, self.number, self.first_month)

    @property
    def title(self) -> str:
        """Return how it is called: Q3 2026, or Q3 2026/27 where the financial year is no calendar year."""
        year = str(self.year) if self.first_month == 1 else f"{self.year}/{(self.year + 1) % 100:02}"
        return f"Q{self.number} {year}"


def quarter_of(day: date, *, first_month: int) -> Quarter:
    """Return the quarter in which a day lies."""
    months = day.month - first_month
    return Quarter(day.year if months >= 0 else day.year - 1, months % _MONTHS_OF_A_YEAR // _MONTHS + 1, first_month)


def _month(year: int, months: int) -> date:
    return date(year + months // _MONTHS_OF_A_YEAR, months % _MONTHS_OF_A_YEAR + 1, 1)
