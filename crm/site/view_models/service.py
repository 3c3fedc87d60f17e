"""Service and accounting: rows of tickets and invoices, and how they stand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class StandingView:
    """How something stands, in words, with the kind of mark beside them; `quiet` has none."""

    kind: Literal["ok", "watch", "alarm", "idle", "quiet"]
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """One ticket in a list.

    Attributes:
        subject: neutral where the door does not show it.
        person: empty where the door does not show them, or where nobody is concerned.
    """

    ticket_id: str
    number: str
    url: str
    subject: str
    company: str
    company_url: str | None
    person: str
    person_url: str | None
    topic: str
    priority: str
    owner: str
    standing: StandingView
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidView:
    """One thing said about a ticket."""

    title: str
    author: str
    at: datetime
    text: str
    internal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """One invoice in a list; `url` is None where the reader does not open it."""

    number: str
    url: str | None
    company: str
    company_url: str | None
    person: str
    person_url: str | None
    issued_on: date
    due_on: date
    amount: str
    open_amount: str
    standing: StandingView
    source: str
