"""Cases: what people ask for under their rights, with one deadline and one way through (Betroffenenanfragen)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, Kept, RowId, personal, stays


class CaseKind(StrEnum):
    """Which right is used."""

    ERASURE = "erasure"  # Art. 17
    ACCESS = "access"  # Art. 15
    PORTABILITY = "portability"  # Art. 20
    RESTRICTION = "restriction"  # Art. 18
    RECTIFICATION = "rectification"  # Art. 16
    USE_OBJECTION = "use_objection"  # Art. 21(1), for reasons of the person's situation; against advertising it needs no case

    @property
    def is_copy(self) -> bool:
        """Say whether it is answered with a copy of the data, and nothing is destroyed."""
        return self in {CaseKind.ACCESS, CaseKind.PORTABILITY}

    @property
    def is_claim(self) -> bool:
        """Say whether it is about what data say or how they are used; nothing is destroyed and nothing is handed out."""
        return self in {CaseKind.RESTRICTION, CaseKind.RECTIFICATION, CaseKind.USE_OBJECTION}


class CaseWay(StrEnum):
    """How the request reached us."""

    PORTAL = "portal"
    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"
    IMPORT = "import"


class Identity(StrEnum):
    """How we know that the request is this person's; more is asked for only on reasonable doubt (Art. 12(6))."""

    UNCHECKED = "unchecked"
    MAIL_CONFIRMED = "mail_confirmed"  # the button behind the link in a mail to an address we know
    KNOWN = "known"  # staff know the person or called back
    DOUBTFUL = "doubtful"  # more was asked for


class CaseState(StrEnum):
    """Where a case is. Only `open` and `second` wait for somebody; `cooling` waits for time alone."""

    OPEN = "open"
    SECOND = "second"  # a second person has to agree to the decision
    COOLING = "cooling"  # decided; destroyed when `execute_at` has passed
    EXECUTING = "executing"  # being destroyed; not to be stopped any more
    ANSWERING = "answering"  # done or refused; the answer is not accepted by the mail server or posted yet
    CLOSED = "closed"


class RequestCase(Base):
    """One request of one person (Fall), with what it says sealed under that person's `case` key.

    Somebody we do not know gets a subject of their own with that key alone, so that a case always belongs to one.

    Source: Art. 12 DSGVO.
    """

    __tablename__ = "request_case"
    __table_args__ = (Index("ix_request_case_state", "state", "due_on"), Index("ix_request_case_subject_id", "subject_id"))

    id: Mapped[RowId]
    number: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)  # 2026-0001, for letters and phone calls
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    kind: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)
    way: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(2), info=NOT_PERSONAL)
    received_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    due_on: Mapped[date] = mapped_column(info=NOT_PERSONAL)
    state: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    identity: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)
    objects_too: Mapped[bool] = mapped_column(default=False, info=personal(Category.EVIDENCE))  # the objection to advertising was ticked
    opened_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    opened_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    decided_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    decided_by: Mapped[str | None] = mapped_column(String(40), info=personal(Category.STAFF))
    approved_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    approved_by: Mapped[str | None] = mapped_column(String(40), info=personal(Category.STAFF))
    execute_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    executed_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    # Set when the answer is composed; `answer_mail_id` says which mail carries it, none: it has to be posted.
    answer_written_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    answer_mail_id: Mapped[Id | None] = mapped_column(info=NOT_PERSONAL)
    answered_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    closed_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    sealed_request: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.CASE))
    sealed_decision: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.CASE))
    sealed_answer: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.CASE))


class CaseSubject(Base):
    """A person of the CRM whose data a case is about; there can be several under one address, or none."""

    __tablename__ = "case_subject"
    __table_args__ = (Index("ix_case_subject_subject_id", "subject_id"), {"info": stays(Kept.CASE)})

    case_id: Mapped[Id] = mapped_column(ForeignKey("request_case.id"), primary_key=True, info=personal(Category.LINK))
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), primary_key=True, info=personal(Category.LINK))
    found_by: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)  # email, or staff who looked the person up


class CaseCounter(Base):
    """The last case number of a year; a number is taken in the transaction that opens the case, so that none is missing."""

    __tablename__ = "case_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=NOT_PERSONAL)
    last: Mapped[int] = mapped_column(info=NOT_PERSONAL)
