"""The tables of the key store: a database of its own that no backup of the data holds."""

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    exists,
    insert,
    select,
)

from crm.db import NOT_PERSONAL, Base, Category, UtcDateTime, new_id, personal

FIRST_EPOCH = 1

# SQLite numbers rows itself only in a column that is exactly INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")

keystore_metadata = MetaData(naming_convention=Base.metadata.naming_convention)

# One row. `high_water` is the highest key number ever given, `swept` the highest one that is known to have a
# subject, `shred_sequence` moves when a process must forget what it holds.
state = Table(
    "keystore_state",
    keystore_metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("installation_id", String(32), nullable=False, info=NOT_PERSONAL),
    Column("epoch", Integer, nullable=False, info=NOT_PERSONAL),
    Column("high_water", _Number, nullable=False, info=NOT_PERSONAL),
    Column("swept", _Number, nullable=False, info=NOT_PERSONAL),
    Column("shred_sequence", _Number, nullable=False, info=NOT_PERSONAL),
)

# `proof` shows that the provider's key is the right one; `wraps` counts its uses (2**32 bind an AES-GCM key).
epoch = Table(
    "epoch",
    keystore_metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("proof", LargeBinary, nullable=False, info=NOT_PERSONAL),
    Column("wraps", _Number, nullable=False, info=NOT_PERSONAL),
    Column("opened_at", UtcDateTime, nullable=False, info=NOT_PERSONAL),
    Column("closed_at", UtcDateTime, info=NOT_PERSONAL),
)

data_key = Table(
    "data_key",
    keystore_metadata,
    Column("number", _Number, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("subject_id", String(32), nullable=False, info=personal(Category.LINK)),
    Column("compartment", String(16), nullable=False, info=NOT_PERSONAL),
    Column("version", Integer, nullable=False, info=NOT_PERSONAL),
    Column("epoch", Integer, nullable=False, info=NOT_PERSONAL),
    Column("wrapped", LargeBinary, nullable=False, info=NOT_PERSONAL),
    Column("created_at", UtcDateTime, nullable=False, info=personal(Category.METADATA)),
    UniqueConstraint("subject_id", "compartment", "version"),
)

# A destroyed key. `epoch` is the last one whose key could have unwrapped it: when that epoch is closed, no copy can.
tombstone = Table(
    "tombstone",
    keystore_metadata,
    Column("subject_id", String(32), primary_key=True, info=personal(Category.LINK)),
    Column("compartment", String(16), primary_key=True, info=NOT_PERSONAL),
    Column("version", Integer, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("number", _Number, nullable=False, info=NOT_PERSONAL),
    Column("epoch", Integer, nullable=False, info=NOT_PERSONAL),
    Column("ordered_at", UtcDateTime, nullable=False, info=personal(Category.METADATA)),
    Column("removed_at", UtcDateTime, info=personal(Category.METADATA)),
    Index("ix_tombstone_removed_at", "removed_at"),
    Index("ix_tombstone_number", "number"),
)

# Keyed hash of source system and record id of somebody erased; names no subject, so it links nothing.
source_tombstone = Table(
    "source_tombstone",
    keystore_metadata,
    Column("tag", LargeBinary, primary_key=True, info=personal(Category.EVIDENCE)),
    Column("ordered_at", UtcDateTime, nullable=False, info=personal(Category.METADATA)),
)

rights_journal = Table(
    "rights_journal",
    keystore_metadata,
    Column("sequence", _Number, primary_key=True, autoincrement=True, info=NOT_PERSONAL),
    Column("subject_id", String(32), info=personal(Category.LINK)),
    Column("right", String(24), nullable=False, info=personal(Category.EVIDENCE)),
    Column("purposes", Text, nullable=False, info=personal(Category.EVIDENCE)),
    Column("compartments", Text, nullable=False, info=NOT_PERSONAL),
    Column("tag", LargeBinary, info=personal(Category.EVIDENCE)),
    Column("noted_at", UtcDateTime, nullable=False, info=personal(Category.METADATA)),
)

# `public` is the half of a key pair that is no secret.
named_secret = Table(
    "named_secret",
    keystore_metadata,
    Column("name", String(64), primary_key=True, info=NOT_PERSONAL),
    Column("version", Integer, primary_key=True, autoincrement=False, info=NOT_PERSONAL),
    Column("epoch", Integer, nullable=False, info=NOT_PERSONAL),
    Column("wrapped", LargeBinary, nullable=False, info=NOT_PERSONAL),
    Column("public", LargeBinary, info=NOT_PERSONAL),
    Column("created_at", UtcDateTime, nullable=False, info=NOT_PERSONAL),
    Column("retired_at", UtcDateTime, info=NOT_PERSONAL),
)


def is_buried() -> ColumnElement[bool]:
    """Return the condition that a row of `data_key` has a tombstone: it is as good as destroyed."""
    same = (
        tombstone.c.subject_id == data_key.c.subject_id,
        tombstone.c.compartment == data_key.c.compartment,
        tombstone.c.version == data_key.c.version,
    )
    return exists().where(*same).correlate(data_key)


def create_keystore(engine: Engine) -> None:
    """Create the tables of the key store where they are missing, and its one row of state.

    A SQLite file is created for its owner alone before anything is written to it.
    """
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:":
        Path(file).touch(mode=0o600)
    keystore_metadata.create_all(engine)
    with engine.execution_options(writing=True).begin() as connection:
        if connection.execute(select(state.c.id)).first() is None:
            first = {"id": 1, "installation_id": new_id(), "epoch": FIRST_EPOCH, "high_water": 0, "swept": 0, "shred_sequence": 0}
            connection.execute(insert(state).values(first))
