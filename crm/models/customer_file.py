"""Files that belong to a company or a deal: an offer, a contract, a drawing.

What a statute makes us keep is another thing: a retained document (`crm.models.erasure.RetainedDocument`).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, RowId, goes, personal


class CustomerFile(Base):
    """One file, with its name, attached to a company or a deal.

    Both are sealed under the profile of `subject_id`, the person behind the company or the deal, or under the installation's
    key where nobody is. The media type is what the content itself shows.
    """

    __tablename__ = "customer_file"
    __table_args__ = (
        CheckConstraint("company_id IS NOT NULL OR deal_id IS NOT NULL", name="matter"),
        Index("ix_customer_file_company_id", "company_id"),
        Index("ix_customer_file_deal_id", "deal_id"),
        Index("ix_customer_file_subject_id", "subject_id"),
        {"info": goes()},
    )

    id: Mapped[RowId]
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    deal_id: Mapped[Id | None] = mapped_column(ForeignKey("deal.id"), info=NOT_PERSONAL)
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    media_type: Mapped[str] = mapped_column(String(60), info=NOT_PERSONAL)
    size: Mapped[int] = mapped_column(info=NOT_PERSONAL)  # bytes, before sealing
    added_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    added_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))
    sealed_content: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))
