"""The condition that a column holds one of many ids, as a statement that is the same for any number of them.

An `IN` with a parameter for each id is rendered and prepared anew for each number of ids; sets of people come by the hundred.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Dialect, String, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _Ids(TypeDecorator[Collection[str]]):
    """Many ids as one parameter: an array where the engine has arrays, else JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(String()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _Rows(FunctionElement[str]):
    """The ids of the parameter as rows of one column."""

    type = String()
    name = "rows"
    inherit_cache = True


@compiles(_Rows, "sqlite")
def _rows_on_sqlite(element: _Rows, compiler: SQLCompiler, **options: Any) -> str:
    parameter = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({parameter}))"  # noqa: S608 - a place for a parameter, and nothing that anybody typed


@compiles(_Rows, "postgresql")
def _rows_on_postgresql(element: _Rows, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}))"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that `column` holds one of the ids that the parameter `name` names when the statement is executed."""
    # As an operator, not as a function: SQLite would be asked whether its result is 1, and would use no index.
    return column.bool_op("IN")(_Rows(bindparam(name, type_=_Ids())))
