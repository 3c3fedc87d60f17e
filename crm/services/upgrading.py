"""The revision of the schema: refused where it is not the one of this version, and brought up where somebody asks for it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from crm import ledger
from crm.db import explaining, make_engine, migrate
from crm.errors import CrmError
from crm.settings import Settings


class SchemaMissingError(CrmError):
    """There is a database, and nothing of Lethe in it."""

    message = (
        "Die Datenbank enthält keine Installation von Lethe. Spielen Sie die neueste Sicherung ein, "
        "oder nennen Sie mit --data-dir einen anderen Ordner."
    )


class SchemaOlderError(CrmError):
    """The database was made by an older version."""

    message = (
        "Die Datenbank hat Stand %(found)s, diese Version von Lethe braucht Stand %(expected)s. Es wurde nichts geändert; "
        "sichern Sie die Datenbank und führen Sie „lethe --data-dir %(folder)s upgrade“ aus."
    )


class SchemaNewerError(CrmError):
    """The database was made or brought up by a newer version."""

    message = (
        "Die Datenbank hat Stand %(found)s einer neueren Version von Lethe; diese kennt nur Stände bis %(expected)s. "
        "Es wurde nichts geändert; installieren Sie die neuere Version."
    )


class DemoOfOtherVersionError(CrmError):
    """The demonstration was made by another version; nobody real is in it, so it may be thrown away."""

    message = (
        "Die Vorführung in %(folder)s hat Stand %(found)s, diese Version von Lethe braucht Stand %(expected)s. Löschen Sie den Ordner, "
        "seine Daten sind erfunden; eine ältere Vorführung bringt auch „lethe --data-dir %(folder)s upgrade“ auf den neuen Stand."
    )


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which revision to which a database was brought; the same twice where there was nothing to do."""

    before: str
    after: str


def require_current(connection: Connection, *, settings: Settings) -> None:
    """Refuse a database at another revision than the one this version works with.

    Raises:
        SchemaMissingError, SchemaOlderError, SchemaNewerError, DemoOfOtherVersionError: which one it is.
    """
    found, expected = _find_revision(connection), migrate.newest_revision()
    if found == expected:
        return
    facts = {"found": found, "expected": expected, "folder": settings.data_dir}
    if settings.demo:
        raise DemoOfOtherVersionError(**facts)
    raise (SchemaOlderError if migrate.knows(found) else SchemaNewerError)(**facts)


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
                return Upgraded(before, _find_revision(connection))
    finally:
        engine.dispose()


def _require_older(connection: Connection, *, settings: Settings) -> str:
    found = _find_revision(connection)
    if not migrate.knows(found):
        raise SchemaNewerError(found=found, expected=migrate.newest_revision())
    ledger.require_not_set_back(connection, high_water=settings.high_water)
    return found


def _find_revision(connection: Connection) -> str:
    found = migrate.current_revision(connection)
    if found is None:
        raise SchemaMissingError
    return found
