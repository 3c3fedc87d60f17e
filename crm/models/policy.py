"""Versioned rules: purposes and retention rules as the controller has set them."""

from datetime import datetime

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, personal


class PolicyVersion(Base):
    """One version of one rule, as JSON. A change adds a version; nothing is overwritten (Art. 5(2) DSGVO)."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("kind", "code", "version"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    code: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    version: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    definition: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    set_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    set_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
