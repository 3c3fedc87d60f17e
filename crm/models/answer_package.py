"""Copies of somebody's data on their way to that person: composed for a case, seen by the coordinator, fetched once, gone."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, goes, personal

HASH_BYTES = 32


class AnswerPackage(Base):
    """The archive of one answer to a request for access or portability, under the profile key: it goes dark with the person.

    `sealed_summary` is what the desk shows of it: how much of what, what was taken out, and the gaps, as JSON.
    `expires_on` is set when the answer goes out.
    """

    __tablename__ = "answer_package"
    __table_args__ = (Index("ix_answer_package_subject_id", "subject_id"), {"info": goes()})

    case_id: Mapped[Id] = mapped_column(ForeignKey("request_case.id"), primary_key=True, info=personal(Category.LINK))
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    composed_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    expires_on: Mapped[date | None] = mapped_column(info=NOT_PERSONAL)
    fetched_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    sealed_summary: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))
    sealed_package: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))


class AnswerHandout(Base):
    """An archive laid out for one link and one code, for minutes: the portal has no keys, and opens it with both or not at all."""

    __tablename__ = "answer_handout"
    __table_args__ = (Index("ix_answer_handout_subject_id", "subject_id"), {"info": goes()})

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True, info=personal(Category.LINK))
    case_id: Mapped[Id] = mapped_column(ForeignKey("request_case.id"), info=personal(Category.LINK))
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    content: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT))
    tries_left: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    made_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    expires_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
