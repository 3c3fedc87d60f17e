"""What an erasure leaves behind: the job that makes it happen whatever stops it, and what is kept by duty."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, Kept, RowId, personal, stays


class ErasureCause(StrEnum):
    """Why a person was forgotten."""

    REQUEST = "request"  # Art. 17(1)
    RULE = "rule"  # a period of the Löschkonzept ended
    REVIEW = "review"  # somebody decided so when asked (Karteileichen aufräumen)


class ErasureStep(StrEnum):
    """How far a job is; each step can be repeated, and a later one is never reached before an earlier one."""

    ORDERED = "ordered"  # nothing more is written about the person
    DESTROYED = "destroyed"  # journal and tombstone are written, the key is gone, and the values with it
    DONE = "done"  # the old pages of the data are gone too, and the last entry is made


class ErasureJob(Base):
    """One person to be forgotten. The row stays as the protocol and says nothing about who it was.

    `seal` says that the program ordered it: a row and an entry can be added with SQL, a seal needs a key of the key store.

    Source: Art. 17(1), 5(2) DSGVO.
    """

    __tablename__ = "erasure_job"
    __table_args__ = (Index("ix_erasure_job_step", "step"), {"info": stays(Kept.PROTOCOL)})

    id: Mapped[RowId]
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), unique=True, info=personal(Category.LINK))
    cause: Mapped[str] = mapped_column(String(10), info=personal(Category.METADATA))
    rule: Mapped[str | None] = mapped_column(String(10), info=NOT_PERSONAL)
    # No foreign key: the order outlives the file of the request, which goes by its own rule.
    case_id: Mapped[Id | None] = mapped_column(info=personal(Category.LINK))
    step: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    ordered_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    ordered_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    destroyed_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    done_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    seal: Mapped[bytes | None] = mapped_column(LargeBinary, info=NOT_PERSONAL)


class RetainedDocument(Base):
    """A document about a person that a statute makes us keep (Beleg, Handelsbrief), under the person's `record` key.

    The duty attaches to the document, not to the person's profile: it outlives the profile, readable only for
    the purpose of keeping it, until `keep_until`.

    Source: Art. 17(3)(b), 18 DSGVO; § 257 HGB; § 147 AO.
    """

    __tablename__ = "retained_document"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "id"), Index("ix_retained_document_keep_until", "keep_until"))

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    id: Mapped[Id] = mapped_column(info=NOT_PERSONAL)
    rule: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    issued_on: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    keep_until: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    media_type: Mapped[str] = mapped_column(String(60), info=NOT_PERSONAL)
    filed_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    filed_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    sealed_title: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.RECORD))
    sealed_content: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.RECORD))
