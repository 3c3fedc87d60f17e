"""When data are due to go: the day is computed when a period starts, so that a run touches only what is due."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Id, RowId, goes, personal


class DueKind(StrEnum):
    """What goes on the day."""

    PERSON = "person"
    NOTE = "note"
    TICKET = "ticket"
    INVOICE = "invoice"
    CUSTOM_VALUE = "custom"


class RetentionDue(Base):
    """The day after which a person or one thing of theirs goes, by the rule that decides it last.

    No row: no period runs, because a ground still stands.
    """

    __tablename__ = "retention_due"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "kind", "object_id"), Index("ix_retention_due_due_on", "due_on"), {"info": goes()})

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    object_id: Mapped[Id] = mapped_column(info=NOT_PERSONAL)  # of the note, ticket, invoice or custom field; of the person themselves
    rule: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    started_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    due_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))


class KeepReason(StrEnum):
    """Why somebody whose time is up stays for now; free text would be one more thing to forget."""

    TALKS = "talks"  # there are talks about a contract
    CLAIM = "claim"  # a claim is open (Art. 17(3)(e))
    DUTY = "duty"  # a statute demands it (Art. 17(3)(b))
    ERROR = "error"  # the date of the last contact is wrong and will be corrected
    DECIDED = "decided"  # so it was decided on a request for erasure: until that day, and then they go


class RetentionKeep(Base):
    """Somebody decided to keep a person beyond the period, with a reason and until a day; then they are asked again."""

    __tablename__ = "retention_keep"
    __table_args__ = ({"info": goes()},)

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), primary_key=True, info=personal(Category.LINK))
    reason: Mapped[str] = mapped_column(String(10), info=personal(Category.METADATA))
    until: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    kept_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    kept_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))


class RunState(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    ASKING = "asking"  # the clock or the number of people is unusual: somebody has to say that it is right
    DONE = "done"


class RetentionRun(Base):
    """One run of the Löschkonzept for one day: the deletion protocol, in numbers by rule and without contents.

    Source: Art. 5(2) DSGVO; SDM M60.S05, S06.
    """

    __tablename__ = "retention_run"

    id: Mapped[RowId]
    day: Mapped[date] = mapped_column(unique=True, info=NOT_PERSONAL)
    state: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    doubt: Mapped[str | None] = mapped_column(String(20), info=NOT_PERSONAL)  # why it asks
    planned: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    counts: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)  # JSON: rule to number of people and things that went
    skipped: Mapped[str] = mapped_column(
        Text, default="{}", server_default="{}", info=NOT_PERSONAL
    )  # JSON: why to number of what was due and stayed
    started_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    finished_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    confirmed_by: Mapped[str | None] = mapped_column(String(40), info=personal(Category.STAFF))


class JobRun(Base):
    """One run of one job for one slot of time; a second scheduler finds the row and leaves the slot alone."""

    __tablename__ = "job_run"
    __table_args__ = (PrimaryKeyConstraint("job", "slot"),)

    job: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    slot: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)  # 2026-11-26 or 2026-11-26T14
    started_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    finished_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    attempts: Mapped[int] = mapped_column(Integer, default=1, info=NOT_PERSONAL)
