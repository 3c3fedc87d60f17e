"""Addresses of calendars: whoever knows one reads the due dates of one account, and nothing else."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Base, Category, Id, personal


class CalendarLink(Base):
    """The secret address of an account's calendar, of which the table holds the hash alone: reading it opens nothing.

    An account has one at most; a new one takes the place of the old.
    """

    __tablename__ = "calendar_link"

    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), primary_key=True, info=personal(Category.STAFF))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=personal(Category.STAFF))
    issued_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
