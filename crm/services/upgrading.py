"""Brings the database of an installation to the revision of this version, where somebody asks for it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from crm import ledger
from crm.db import explaining, make_engine, migrate, revisions
from crm.privacy import plain_columns
from crm.services import starting
from crm.services.starting import SchemaNewerError, find_revision
from crm.settings import Settings

_SEALS_PLAIN_COLUMNS: Final = "0009"  # revision since which contacts and companies bear a seal


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which revision to which a database was brought; the same twice where there was nothing to do."""

    before: str
    after: str


def bring_up(settings: Settings) -> Upgraded:
    """Bring the database to the revision of this version, in one transaction that a failure takes back.

    Raises:
        SchemaMissingError, SchemaNewerError, LedgerRolledBackError: it is none that could be brought up; nothing was changed.
        KeyUnavailableError: what an older version left unsealed needs the keys; nothing was changed.
    """
    engine = make_engine(settings.database, may_change_schema=True)
    try:
        with explaining():
            with engine.connect() as connection:
                before = _require_older(connection, settings=settings)
            migrate.upgrade(engine, afterwards=lambda connection: _finish(connection, settings, before))
            with engine.connect() as connection:
                return Upgraded(before, find_revision(connection))
    finally:
        engine.dispose()


def _finish(connection: Connection, settings: Settings, before: str) -> None:
    """Put guards back that a rebuilt table has lost, and seal rows that an older version did not, in the transaction of the migration.

    They are sealed once: later a row without a seal is one that somebody wrote past the program.
    """
    ledger.install_guards(connection)
    if before < _SEALS_PLAIN_COLUMNS and plain_columns.is_any_row(connection):
        starting.require_ready(settings)
        with starting.opened_vault(settings) as vault:
            plain_columns.seal_everything(connection, vault=vault)


def _require_older(connection: Connection, *, settings: Settings) -> str:
    found = find_revision(connection)
    if not revisions.is_known(found):
        raise SchemaNewerError(found=found, expected=revisions.newest_revision())
    ledger.require_not_set_back(connection, high_water=settings.high_water)
    return found
