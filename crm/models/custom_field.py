"""Custom fields: what an installation keeps about people besides the fields that Lethe knows.

A field without purpose, field group and rule of the Löschkonzept cannot be stored; the database itself refuses it.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, RowId, goes, personal
from crm.models.field_groups import FIELDS


class CustomFieldKind(StrEnum):
    """What a value is."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(str(each)) for each in values)})"


class CustomField(Base):
    """One field that the coordinator has defined (eigenes Feld). Rows are never deleted: values and entries name them.

    `purposes` and `options` are JSON lists. `rule` says after which period a value goes. Who retires a field collects no
    more values; those that are there go by the same rule.
    """

    __tablename__ = "custom_field"
    __table_args__ = (
        CheckConstraint(_one_of("kind", tuple(CustomFieldKind)), name="kind"),
        CheckConstraint(_one_of("field_group", tuple(FIELDS)), name="field_group"),
        CheckConstraint("length(purposes) > 4 AND substr(purposes, 1, 2) = '[\"'", name="purposes"),
        CheckConstraint("substr(rule, 1, 4) = 'RET-'", name="rule"),
        CheckConstraint("kind <> 'choice' OR length(options) > 4", name="options"),
    )

    id: Mapped[RowId]
    code: Mapped[str] = mapped_column(String(30), unique=True, info=NOT_PERSONAL)
    title_de: Mapped[str] = mapped_column(String(60), info=NOT_PERSONAL)
    title_en: Mapped[str] = mapped_column(String(60), info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    options: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    field_group: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    purposes: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    rule: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    position: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    retired_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)


class CustomValue(Base):
    """What one person has in one of these fields; `set_at` starts its period and is sealed in with the value."""

    __tablename__ = "custom_value"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "field_id"), Index("ix_custom_value_field_id", "field_id"), {"info": goes()})

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    field_id: Mapped[Id] = mapped_column(ForeignKey("custom_field.id"), info=NOT_PERSONAL)
    set_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    sealed_value: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))
