"""PostgreSQL's numbers of transactions, as revisions write them; SQLite has none.

A revision must not change when the tables of the ledger do, so it does not import their types.
"""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, TextClause, text
from sqlalchemy.types import TypeEngine, UserDefinedType


class Xid8(UserDefinedType[int]):
    """A transaction's number that never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "xid8"


def transaction_number() -> TypeEngine[int]:
    """Return the type of a column that holds the number of a transaction."""
    return Xid8().with_variant(BigInteger(), "sqlite")


def current_transaction() -> TextClause:
    """Return the default of a column that holds the number of the writing transaction."""
    return text("pg_current_xact_id()" if op.get_bind().dialect.name == "postgresql" else "(NULL)")
