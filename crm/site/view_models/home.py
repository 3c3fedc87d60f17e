"""Mein Arbeitsplatz: what is due today for the reader's role."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Urgency(StrEnum):
    """How near the day is; a word and a shape besides the colour."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueEntry:
    """One thing to do; the title names no person unless the reader's purpose shows them."""

    title: str
    due_on: date
    urgency: Urgency
    url: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSection:
    """Things of one kind.

    Attributes:
        empty: what it means that there are none, and what to do next.
        empty_url, empty_action: where that is done.
    """

    title: str
    entries: tuple[DueEntry, ...]
    empty: str
    more_url: str | None = None
    more: int = 0
    empty_url: str | None = None
    empty_action: str | None = None
