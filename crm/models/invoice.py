"""Invoices: what customers owe, copied from the ERP, or kept here under the duty of § 147 AO."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, Kept, RowId, goes, personal


class InvoiceSource(StrEnum):
    """Where the invoice itself is kept: a copy has no duty of its own and goes sooner (RET-15 instead of RET-10)."""

    ERP = "erp"
    HERE = "here"


class InvoiceEnd(StrEnum):
    """How an invoice came to its end."""

    PAID = "paid"
    CANCELLED = "cancelled"  # it was wrong: nothing is owed
    WRITTEN_OFF = "written_off"  # it is owed and will not be paid


def number_key(number: str) -> str:
    """Return what is the same of all ways to write a number: `N1` and `n1` are one, because people read them out on the phone."""
    return number.casefold()


def _key_of_row(context: DefaultExecutionContext) -> str:
    return number_key(context.get_current_parameters()["number"])  # type: ignore[no-untyped-call] # SQLAlchemy gives it no types


class Invoice(Base):
    """An invoice to a company, or to a person who is the contract party.

    `sealed_positions` is JSON of what was delivered: texts may name somebody. It lies under the `record` key of `subject_id`, or
    under the installation's key where a company is the customer. `payments` is JSON: [["2026-03-01", cents], …].
    `sealed_recipient` is JSON of name and address, beside the positions, where this row is the document itself and about a person:
    a document without its recipient would be none, and the profile may be erased before.
    `keep_until` is the last day of the duty where this row is the document itself and about a person (RET-10), who may be
    erased before.

    Source: § 257 HGB, § 147 AO, § 14b UStG; Art. 17(3)(b) DSGVO.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        CheckConstraint("company_id IS NOT NULL OR subject_id IS NOT NULL", name="customer"),
        CheckConstraint("paid_cents >= 0 AND dunning_level BETWEEN 0 AND 4", name="figures"),
        Index("ix_invoice_company_id", "company_id", "is_open", "due_on"),
        Index("ix_invoice_subject_id", "subject_id", "is_open", "due_on"),
        Index("ix_invoice_is_open", "is_open", "due_on", "id", "subject_id", "gross_cents", "paid_cents"),  # sums read nothing else
        Index("ix_invoice_issued_on", "issued_on", "id"),
        Index("ix_invoice_keep_until", "keep_until"),
        {"info": goes(unless=("source", InvoiceSource.HERE), kept=Kept.DOCUMENT)},
    )

    id: Mapped[RowId]
    number: Mapped[str] = mapped_column(String(40), unique=True, info=personal(Category.METADATA))
    number_key: Mapped[str] = mapped_column(String(80), unique=True, default=_key_of_row, info=personal(Category.METADATA))
    source: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    issued_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    due_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    net_cents: Mapped[int] = mapped_column(BigInteger, info=personal(Category.METADATA))
    gross_cents: Mapped[int] = mapped_column(BigInteger, info=personal(Category.METADATA))
    paid_cents: Mapped[int] = mapped_column(BigInteger, default=0, info=personal(Category.METADATA))
    settled_on: Mapped[date | None] = mapped_column(info=personal(Category.METADATA))  # paid in full or written off: RET-14, RET-15 start
    ended_as: Mapped[str | None] = mapped_column(String(12), info=personal(Category.METADATA))
    keep_until: Mapped[date | None] = mapped_column(info=personal(Category.METADATA))
    is_open: Mapped[bool] = mapped_column(default=True, info=personal(Category.METADATA))
    dunning_level: Mapped[int] = mapped_column(default=0, info=personal(Category.METADATA))
    dunned_on: Mapped[date | None] = mapped_column(info=personal(Category.METADATA))
    payments: Mapped[str] = mapped_column(Text, default="[]", info=personal(Category.METADATA))
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    changed_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    sealed_positions: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.RECORD))
    sealed_recipient: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.RECORD))
