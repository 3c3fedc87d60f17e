"""What people are at companies: somebody buys for one, and receives the invoices of another."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, Category, Id, RowId, goes, personal


class Affiliation(Base):
    """One role of one person at one company; whom somebody works for says `Contact.company_id`.

    `capacity` is a code of the rules of work (`config/work.toml`). Rows are added and deleted, never changed.
    """

    __tablename__ = "affiliation"
    __table_args__ = (
        UniqueConstraint("subject_id", "company_id", "capacity"),
        Index("ix_affiliation_company_id", "company_id"),
        {"info": goes()},
    )

    id: Mapped[RowId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    company_id: Mapped[Id] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    capacity: Mapped[str] = mapped_column(String(20), info=personal(Category.METADATA))
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    created_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
