"""The vault's one table in the business database."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Kept, SubjectLink, personal, stays


class SubjectState(StrEnum):
    """Whether anything may still be written about a person."""

    LIVING = "living"
    ERASING = "erasing"
    ERASED = "erased"


class Subject(Base):
    """One person as a random pseudonym (betroffene Person).

    `write_seq` moves with every sealed write and is what a writer with a cached key stumbles over after an
    erasure. `key_number` is the highest number of the person's keys; one above the key store's high-water
    mark shows a key store older than the data. The row stays after an erasure: a pseudonym is never used again.
    """

    __tablename__ = "subject"
    __table_args__ = (CheckConstraint("state IN ('living', 'erasing', 'erased')", name="state"), {"info": stays(Kept.PROTOCOL)})

    id: Mapped[SubjectLink] = mapped_column(primary_key=True)
    state: Mapped[SubjectState] = mapped_column(String(8), info=personal(Category.METADATA))
    write_seq: Mapped[int] = mapped_column(BigInteger, info=personal(Category.METADATA))
    key_number: Mapped[int] = mapped_column(BigInteger, info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
