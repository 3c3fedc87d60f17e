"""The tables of the ledger. All are append-only, see `guards`."""

from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Index, Integer, LargeBinary, String, Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from crm.db import NOT_PERSONAL, Base, Category, Kept, personal, stays, unlinked

# SQLite numbers rows itself only in a column that is exactly INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's `xid8`: a transaction's number that never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "xid8"

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002 - the signature is SQLAlchemy's
        return lambda value: None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002 - as above
        return lambda value: None if value is None else int(value)


class CurrentTransactionId(FunctionElement[int]):
    """The number of the writing transaction, where the engine has one."""

    inherit_cache = True
    type = TransactionId()


@compiles(CurrentTransactionId, "postgresql")
def _on_postgresql(_element: CurrentTransactionId, _compiler: SQLCompiler, **_options: Any) -> str:
    return "pg_current_xact_id()"


@compiles(CurrentTransactionId)
def _elsewhere(_element: CurrentTransactionId, _compiler: SQLCompiler, **_options: Any) -> str:
    return "NULL"


# The leaf is the entry; the other columns repeat parts of it for filters, and verification compares them.
# AUTOINCREMENT: SQLite remembers the highest id ever given, so a missing tail shows.
entry = Table(
    "ledger_entry",
    Base.metadata,
    Column("id", _Number, primary_key=True, autoincrement=True, info=NOT_PERSONAL),
    Column("leaf", LargeBinary, nullable=False, info=personal(Category.METADATA)),
    Column("event", String(32), nullable=False, unique=True, info=NOT_PERSONAL),
    Column("t", BigInteger, nullable=False, info=personal(Category.METADATA)),
    Column("actor", String(64), nullable=False, info=personal(Category.STAFF)),
    Column("action", String(64), nullable=False, info=personal(Category.METADATA)),
    Column("purpose", String(64), info=personal(Category.METADATA)),
    Column("subject_id", String(32), info=personal(Category.LINK)),
    Column("xid", TransactionId().with_variant(BigInteger, "sqlite"), server_default=CurrentTransactionId(), info=NOT_PERSONAL),
    Index("ix_ledger_entry_t", "t"),
    Index("ix_ledger_entry_actor", "actor", "id"),
    Index("ix_ledger_entry_action", "action", "id"),
    sqlite_autoincrement=True,
    info=stays(Kept.LOG),
)
Index(
    "ix_ledger_entry_subject_id",
    entry.c.subject_id,
    entry.c.id,
    sqlite_where=entry.c.subject_id.is_not(None),
    postgresql_where=entry.c.subject_id.is_not(None),
)
# The sealer's cursor on PostgreSQL: transactions commit in another order than ids are given.
Index("ix_ledger_entry_xid", entry.c.xid, entry.c.id).ddl_if(dialect="postgresql")

# Sealed details, or the salted hashes of a list. Keyed by the event: the writer learns no row id.
payload = Table(
    "ledger_payload",
    Base.metadata,
    Column("event", String(32), primary_key=True, info=NOT_PERSONAL),
    Column("content", LargeBinary, nullable=False, info=personal(Category.CONTENT)),
    info=stays(Kept.LOG),
)

# The people of a list with their salts, until the sealer files them in `ledger_salt`.
fresh_list = Table(
    "ledger_list",
    Base.metadata,
    Column("id", _Number, primary_key=True, autoincrement=True, info=NOT_PERSONAL),
    Column("event", String(32), nullable=False, info=NOT_PERSONAL),
    Column("people", Text, nullable=False, info=personal(Category.LINK)),
    info=unlinked(Kept.LOG),
)

# Who was in a list. Erasing a person drops their salts: what stays in the payload then points to nobody.
salt = Table(
    "ledger_salt",
    Base.metadata,
    Column("subject_id", String(32), primary_key=True, info=personal(Category.LINK)),
    Column("event", String(32), primary_key=True, info=NOT_PERSONAL),
    Column("position", Integer, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("salt", LargeBinary, nullable=False, info=personal(Category.METADATA)),
    sqlite_with_rowid=False,
    info=unlinked(Kept.LOG),
)

# The order of the log: gap-free, given by the one sealer. The hash stays when the entry's own period has ended.
sealed_leaf = Table(
    "ledger_leaf",
    Base.metadata,
    Column("leaf_index", _Number, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("entry_id", _Number, nullable=False, unique=True, info=NOT_PERSONAL),
    Column("hash", LargeBinary, nullable=False, info=NOT_PERSONAL),
)

tile = Table(
    "ledger_tile",
    Base.metadata,
    Column("level", Integer, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("number", _Number, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("hashes", LargeBinary, nullable=False, info=NOT_PERSONAL),
)

checkpoint = Table(
    "ledger_checkpoint",
    Base.metadata,
    Column("size", _Number, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("note", LargeBinary, nullable=False, info=NOT_PERSONAL),
    Column("made_at", BigInteger, nullable=False, info=NOT_PERSONAL),
    Index("ix_ledger_checkpoint_made_at", "made_at"),
)

# One row on PostgreSQL: how far the sealer has read, and in which cluster those transaction numbers were given.
cursor = Table(
    "ledger_cursor",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("cluster", String(32), nullable=False, info=NOT_PERSONAL),
    Column("xid", TransactionId().with_variant(BigInteger, "sqlite"), nullable=False, info=NOT_PERSONAL),
    Column("entry_id", _Number, nullable=False, info=NOT_PERSONAL),
)
