"""Things about people that somebody has to do by a day."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Id, goes, personal

# Policy: one month, the period of Art. 12(3) and 14(3)(a) DSGVO, for everything that waits for a decision.
DECIDED_WITHIN: Final = timedelta(days=30)


class TaskKind(StrEnum):
    """What is to be done."""

    ORIGIN_UNKNOWN = "origin_unknown"  # find out where the data came from (Art. 14(2)(f), 15(1)(g))
    NOTICE_DUE = "notice_due"  # tell the person within a month (Art. 14(3))
    ERASURE_REQUESTED = "erasure_requested"  # the old system says: this person asked to be forgotten
    OBJECTION_RAISED = "objection_raised"  # the old system says: this person contests the use; weigh and answer (Art. 21(1), 12(3))
    TIME_UP = "time_up"  # the retention period had ended before the import; decide within 30 days


class PrivacyTask(Base):
    """One task about one person, for the data protection coordinator or the owner of the contact."""

    __tablename__ = "privacy_task"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "id"), Index("ix_privacy_task_due_on", "due_on"), {"info": goes()})

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    id: Mapped[Id] = mapped_column(info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(20), info=personal(Category.METADATA))
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    due_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    done_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
