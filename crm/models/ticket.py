"""Tickets: questions, faults and complaints of customers, and what was said about them (RET-16)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, RowId, goes, personal


class TicketState(StrEnum):
    """Where a ticket is; the clock of the promised answer stands still while we wait for the customer."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Ticket(Base):
    """One matter of one customer. `sealed_subject` lies under the profile of `subject_id`, or under the installation's key.

    `topic` and `priority` are codes of the rules of work (`config/work.toml`); `answer_by` and `solve_by` come from the priority.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("company_id IS NOT NULL OR subject_id IS NOT NULL", name="customer"),
        Index("ix_ticket_closed_at", "closed_at", "state", "solve_by", "id"),  # what is open, the most urgent first; the rest by its end
        Index("ix_ticket_subject_id", "subject_id", "state"),
        Index("ix_ticket_company_id", "company_id", "state"),
        Index("ix_ticket_owner_id", "owner_id", "state"),
        {"info": goes()},
    )

    id: Mapped[RowId]
    number: Mapped[str] = mapped_column(String(20), unique=True, info=personal(Category.METADATA))  # T-2026-00001, for phone and mail
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    owner_id: Mapped[Id | None] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    topic: Mapped[str | None] = mapped_column(String(20), info=personal(Category.METADATA))
    priority: Mapped[str] = mapped_column(String(20), info=personal(Category.METADATA))
    state: Mapped[str] = mapped_column(String(10), info=personal(Category.METADATA))
    opened_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    opened_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    answer_by: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    solve_by: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    answered_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    waiting_since: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    closed_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    changed_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    sealed_subject: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))


class TicketEntryKind(StrEnum):
    """Who said what to whom."""

    FROM_CUSTOMER = "from_customer"
    REPLY = "reply"  # to the customer
    INTERNAL = "internal"


class TicketWay(StrEnum):
    """How something was said."""

    EMAIL = "email"
    PHONE = "phone"
    LETTER = "letter"


class TicketEntry(Base):
    """One thing said about a ticket. Rows are added, never changed."""

    __tablename__ = "ticket_entry"
    __table_args__ = (
        Index("ix_ticket_entry_ticket_id", "ticket_id", "said_at"),
        Index("ix_ticket_entry_subject_id", "subject_id"),
        {"info": goes()},
    )

    id: Mapped[RowId]
    ticket_id: Mapped[Id] = mapped_column(ForeignKey("ticket.id"), info=personal(Category.METADATA))
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    kind: Mapped[str] = mapped_column(String(15), info=personal(Category.METADATA))
    way: Mapped[str | None] = mapped_column(String(10), info=personal(Category.METADATA))  # None: said among colleagues
    author: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    said_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    sealed_text: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))


class TicketCounter(Base):
    """The last ticket number of a year; taken in the transaction that opens the ticket, so that none is given twice."""

    __tablename__ = "ticket_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=NOT_PERSONAL)
    last: Mapped[int] = mapped_column(info=NOT_PERSONAL)


class ReplyTemplate(Base):
    """A text that answers many tickets (Textbaustein); it names nobody, `{name}` and `{ticket}` are filled in when it is used."""

    __tablename__ = "reply_template"

    code: Mapped[str] = mapped_column(String(40), primary_key=True, info=NOT_PERSONAL)
    title: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    text_de: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    text_en: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    changed_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
