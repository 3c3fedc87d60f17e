"""Brings a database to the schema of this version (Alembic, run from here and not from its own command)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from crm.db.base import Base
from crm.db.revisions import MIGRATIONS

NEWEST = "head"


def upgrade(engine: Engine, *, to: str = NEWEST, afterwards: Callable[[Connection], None] | None = None) -> None:
    """Bring the database up to revision `to`, in one transaction.

    Args:
        afterwards: runs at the end of the same transaction; puts back the guards that a rebuilt table has lost.
    """
    with _changing(engine) as connection:
        command.upgrade(_configuration(connection), to)
        if afterwards:
            afterwards(connection)


def downgrade(engine: Engine, *, to: str, afterwards: Callable[[Connection], None] | None = None) -> None:
    """Take the database back to revision `to`; `base` is an empty one."""
    with _changing(engine) as connection:
        command.downgrade(_configuration(connection), to)
        if afterwards:
            afterwards(connection)


def revise(engine: Engine, *, message: str, metadata: MetaData) -> Path:
    """Write a new revision from what `metadata` has and the database lacks, and return its file; see `make migration`."""
    with _changing(engine) as connection:
        configuration = _configuration(connection)
        configuration.attributes["metadata"] = metadata
        number = len(list(ScriptDirectory.from_config(configuration).walk_revisions())) + 1
        script = command.revision(configuration, message, autogenerate=True, rev_id=f"{number:04}")
    if not isinstance(script, Script):
        raise TypeError("one message makes one revision")
    return Path(script.path)


def _configuration(connection: Connection | None) -> Config:
    configuration = Config(stdout=StringIO())
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    attributes: dict[str, Any] = configuration.attributes
    attributes.update(connection=connection, metadata=Base.metadata)
    return configuration


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """Open the one transaction of a change of schema.

    SQLite cannot alter most things: a table is rebuilt and the old one dropped, which foreign keys would
    forbid or, worse, cascade. They are off meanwhile and checked before the commit.
    """
    on_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(writing=True) as connection:
        if on_sqlite:
            _set_foreign_keys(connection, enforced=False)
        with connection.begin():
            yield connection
            if on_sqlite:
                _require_whole(connection)
        if on_sqlite:
            _set_foreign_keys(connection, enforced=True)


def _set_foreign_keys(connection: Connection, *, enforced: bool) -> None:
    # On the driver's own connection, because inside of a transaction SQLite ignores this pragma.
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    driver.execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")


def _require_whole(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"the migration leaves {len(broken)} rows that point to nothing, first in table {broken[0][0]}")
