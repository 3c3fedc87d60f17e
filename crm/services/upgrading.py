"""Brings the database of an installation to the revision of this version, where somebody asks for it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from crm import ledger
from crm.db import explaining, make_engine, migrate, revisions
from crm.services.starting import SchemaNewerError, find_revision
from crm.settings import Settings


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which revision to which a database was brought; the same twice where there was nothing to do."""

    before: str
    after: str


def bring_up(settings: Settings) -> Upgraded:
    """Bring the database to the revision of this version, in one transaction that a failure takes back.

    Raises:
        SchemaMissingError, SchemaNewerError, LedgerRolledBackError: it is none that could be brought up; nothing was changed.
    """
    engine = make_engine(settings.database, may_change_schema=True)
    try:
        with explaining():
            with engine.connect() as connection:
                before = _require_older(connection, settings=settings)
            migrate.upgrade(engine, afterwards=ledger.install_guards)
            with engine.connect() as connection:
                return Upgraded(before, find_revision(connection))
    finally:
        engine.dispose()


def _require_older(connection: Connection, *, settings: Settings) -> str:
    found = find_revision(connection)
    if not revisions.is_known(found):
        raise SchemaNewerError(found=found, expected=revisions.newest_revision())
    ledger.require_not_set_back(connection, high_water=settings.high_water)
    return found
