"""Deals: what may be sold to whom, by when and how likely; and how each moved through its stages."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, Kept, RowId, emptied, personal


class Deal(Base):
    """A possible sale (Verkaufschance) to a company, a person or both.

    The figures stay when the person is erased, for the reports, and lead to nobody any more. The title may name somebody: it is
    sealed under the profile of `subject_id`, or under the installation's key where no person is behind the deal.
    `stage`, `product`, `region` and `loss_reason` are codes of the rules of work (`config/work.toml`).
    """

    __tablename__ = "deal"
    __table_args__ = (
        CheckConstraint("company_id IS NOT NULL OR subject_id IS NOT NULL", name="customer"),
        Index("ix_deal_stage", "stage", "expected_on", "id"),  # a column of the board, the soonest first
        Index("ix_deal_owner_id", "owner_id", "stage"),
        Index("ix_deal_company_id", "company_id"),
        Index("ix_deal_subject_id", "subject_id"),
        Index("ix_deal_closed_on", "closed_on"),  # the quarter reports
        Index("ix_deal_ended", "stage", "closed_on", "id", "amount_cents"),  # what was won or lost within some days
        # Everything that sums ask for, so that they read the index alone.
        Index("ix_deal_figures", "stage", "owner_id", "product", "region", "expected_on", "amount_cents", "probability", "subject_id"),
        {"info": emptied(kept=Kept.OTHERS)},
    )

    id: Mapped[RowId]
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    owner_id: Mapped[Id | None] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    stage: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    amount_cents: Mapped[int] = mapped_column(BigInteger, info=NOT_PERSONAL)
    probability: Mapped[int] = mapped_column(info=NOT_PERSONAL)  # percent
    product: Mapped[str | None] = mapped_column(String(40), info=NOT_PERSONAL)
    region: Mapped[str | None] = mapped_column(String(40), info=NOT_PERSONAL)
    expected_on: Mapped[date] = mapped_column(info=NOT_PERSONAL)
    opened_on: Mapped[date] = mapped_column(info=NOT_PERSONAL)
    closed_on: Mapped[date | None] = mapped_column(info=NOT_PERSONAL)
    loss_reason: Mapped[str | None] = mapped_column(String(20), info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    changed_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    sealed_title: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))


class DealMove(Base):
    """A deal entered a stage; from these rows come conversion and cycle time. Rows are added, never changed."""

    __tablename__ = "deal_move"
    __table_args__ = (Index("ix_deal_move_deal_id", "deal_id", "moved_at"),)

    id: Mapped[RowId]
    deal_id: Mapped[Id] = mapped_column(ForeignKey("deal.id"), info=NOT_PERSONAL)
    stage: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    moved_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    moved_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
