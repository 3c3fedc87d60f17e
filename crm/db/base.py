"""The base class of all tables and the column types that speak."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from sqlalchemy import DateTime, Dialect, LargeBinary, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

from crm.db.classification import NOT_PERSONAL, Category, personal


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Refuses values without a time zone, because those mean something else on each machine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what writes moments; for SQLite the short way, because every row holds several."""
        return _text_of if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect  # SQLite never asks here: `bind_processor` goes the short way
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect  # both engines give back what they were given, SQLite without the zone
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


@lru_cache(maxsize=256)  # the rows of one act share its moment
def _text_of(moment: datetime | None) -> str | None:
    """Return a moment in the form in which SQLAlchemy keeps it in SQLite: microseconds, and no zone."""
    return None if moment is None else _in_utc(moment).replace(tzinfo=None).isoformat(" ", "microseconds")


class Base(DeclarativeBase):
    """All tables of the business database, the mechanisms' included."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, bytes: LargeBinary}


# A pseudonym or row id: 128 random bits as 32 lower-case hex digits, the same text on both engines and in the ledger.
Id = Annotated[str, mapped_column(String(32))]
RowId = Annotated[str, mapped_column(String(32), primary_key=True, info=NOT_PERSONAL)]
SubjectLink = Annotated[str, mapped_column(String(32), info=personal(Category.LINK))]
