"""Companies. A sole trader is a person: then the record is sealed like a contact (Art. 4(1) DSGVO)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, Kept, RowId, emptied, personal

COMPANY_FIELDS = ("name", "street", "postal_code", "city", "country", "phone", "website")


class CompanyKind(StrEnum):
    """What stands behind a company."""

    LEGAL_PERSON = "legal_person"
    NATURAL_PERSON = "natural_person"


class Company(Base):
    """A customer, supplier or prospect that is a company.

    For a natural person (Einzelunternehmen, Freiberufler) the readable columns stay empty and
    `sealed_details` holds them under the key of `subject_id`. `sort_key` puts the name where people look for it. `seal` says that
    the program wrote the plain columns as they stand (`crm.privacy.plain_columns`).
    """

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("(kind = 'natural_person') = (subject_id IS NOT NULL)", name="subject"),
        CheckConstraint("kind = 'legal_person' OR name IS NULL", name="sealed"),
        Index("ix_company_parent_id", "parent_id"),
        Index("ix_company_sort_key", "sort_key", "id"),  # the order of the list, and its paging
        # Contacts, and later deals and invoices, point to the row; the pseudonym in it leads to nobody any more.
        {"info": emptied("segment", "owner_id", "seal", *COMPANY_FIELDS, kept=Kept.OTHERS)},
    )

    id: Mapped[RowId]
    kind: Mapped[CompanyKind] = mapped_column(String(20), info=NOT_PERSONAL)
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), unique=True, info=personal(Category.LINK))
    name: Mapped[str | None] = mapped_column(String(200), index=True, info=NOT_PERSONAL)
    sort_key: Mapped[bytes | None] = mapped_column(LargeBinary, info=NOT_PERSONAL)
    street: Mapped[str | None] = mapped_column(String(200), info=NOT_PERSONAL)
    postal_code: Mapped[str | None] = mapped_column(String(20), info=NOT_PERSONAL)
    city: Mapped[str | None] = mapped_column(String(100), info=NOT_PERSONAL)
    country: Mapped[str | None] = mapped_column(String(60), info=NOT_PERSONAL)
    phone: Mapped[str | None] = mapped_column(String(40), info=NOT_PERSONAL)
    website: Mapped[str | None] = mapped_column(String(200), info=NOT_PERSONAL)
    parent_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=NOT_PERSONAL)  # the legal person it belongs to
    segment: Mapped[str | None] = mapped_column(String(40), index=True, info=NOT_PERSONAL)
    owner_id: Mapped[Id | None] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    created_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    changed_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    sealed_details: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))
