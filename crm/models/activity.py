"""Activities: what somebody means to do for a customer, and by when. What came of it is a note (`crm.models.contact.Note`)."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, RowId, goes, personal


class ActivityKind(StrEnum):
    """What is to be done."""

    CALL = "call"
    MAIL = "mail"
    MEETING = "meeting"
    TASK = "task"


class Activity(Base):
    """One thing to do about a person, a company or a deal, with the day it is due and the one who does it.

    `sealed_text` lies under the profile of `subject_id`, or under the installation's key where it is about nobody.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_owner_id", "owner_id", "done_at", "due_on"),  # what is due today for one member of staff
        Index("ix_activity_subject_id", "subject_id"),
        Index("ix_activity_company_id", "company_id"),
        Index("ix_activity_deal_id", "deal_id"),
        {"info": goes()},
    )

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    deal_id: Mapped[Id | None] = mapped_column(ForeignKey("deal.id"), info=NOT_PERSONAL)
    owner_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    due_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    due_time: Mapped[time | None] = mapped_column(info=personal(Category.METADATA))  # by the installation's clock on the wall
    done_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    created_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    sealed_text: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))
