"""Many rows of one table, written by one statement of the driver.

The ORM makes an object of each row, and SQLAlchemy's own statement asks each value what it is: together that
costs more than the database needs for the row.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import Column, Connection, Dialect, LargeBinary, Table

from crm.db.base import Base

Convert = Callable[[Any], Any]


class _Form(NamedTuple):
    """How rows of these columns are written; `converted` are the places of values the driver does not know."""

    statement: str
    values_of: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    converted: Sequence[tuple[int, Convert]]


def insert_rows(connection: Connection, target: Table | type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the columns of the first and at least two; the database fills in the others."""
    if not rows:
        return
    table = target if isinstance(target, Table) else cast("Table", target.__table__)
    form = _form(connection.dialect, table, tuple(rows[0]))
    connection.exec_driver_sql(form.statement, [_bound(form, row) for row in rows])


def _bound(form: _Form, row: Mapping[str, Any]) -> tuple[Any, ...]:
    values = list(form.values_of(row))
    for place, convert in form.converted:
        values[place] = convert(values[place])
    return tuple(values)


@lru_cache(maxsize=128)
def _form(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Form:
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    places = ", ".join(["?" if dialect.name == "sqlite" else "%s"] * len(names))
    statement = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({places})"  # noqa: S608 - names are our columns, values are bound
    converts = [(place, _convert(table.c[name], dialect)) for place, name in enumerate(names)]
    return _Form(statement, itemgetter(*names), [(place, convert) for place, convert in converts if convert])


def _convert(column: Column[Any], dialect: Dialect) -> Convert | None:
    """Return what turns a value into the driver's, where the driver does not take it as it is (bytes it does)."""
    if isinstance(column.type, LargeBinary):
        return None
    return column.type.dialect_impl(dialect).bind_processor(dialect)
