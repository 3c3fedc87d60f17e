"""The revisions of the schema that this version knows.

Every process asks at its start, and so without Alembic, which only whoever changes the schema has to load.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def current_revision(connection: Connection) -> str | None:
    """Return the revision the database is at, or None if it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def newest_revision() -> str:
    """Return the revision this version of Lethe works with."""
    return max(_known())


def is_known(revision: str) -> bool:
    """Say whether this version of Lethe knows a revision; one that it does not know was made by a newer version."""
    return revision in _known()


def _known() -> set[str]:
    """Return the numbers with which the files of the revisions begin; `make migration` names them so."""
    return {file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py")}
