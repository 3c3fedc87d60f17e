"""The revision of the schema: refused where it is not the one of this version, and brought up where somebody asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from crm import ledger
from crm.clock import SystemClock
from crm.db import explaining, make_engine, migrate
from crm.errors import CrmError
from crm.privacy import plain_columns
from crm.services import installation
from crm.settings import Settings
from crm.vault import FileKeyProvider, Vault

_SEALS_PLAIN_COLUMNS: Final = "0009"  # revision since which contacts and companies bear a seal


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
        KeyUnavailableError: what an older version left unsealed needs the keys; nothing was changed.
    """
    engine = make_engine(settings.database, may_change_schema=True)
    try:
        with explaining():
            with engine.connect() as connection:
                before = _require_older(connection, settings=settings)
            migrate.upgrade(engine, afterwards=lambda connection: _finish(connection, settings, before))
            with engine.connect() as connection:
                return Upgraded(before, _find_revision(connection))
    finally:
        engine.dispose()


def _finish(connection: Connection, settings: Settings, before: str) -> None:
    """Put guards back that a rebuilt table has lost, and seal rows that an older version did not, in the transaction of the migration.

    They are sealed once: later a row without a seal is one that somebody wrote past the program.
    """
    ledger.install_guards(connection)
    if before < _SEALS_PLAIN_COLUMNS and plain_columns.is_any_row(connection):
        installation.require_ready(settings)
        with _opened_vault(settings) as vault:
            plain_columns.seal_everything(connection, vault=vault)


@contextmanager
def _opened_vault(settings: Settings) -> Iterator[Vault]:
    keystore = make_engine(settings.keystore)
    vault = Vault(keystore=keystore, provider=FileKeyProvider(settings.epoch_keys), clock=SystemClock())
    try:
        vault.inspect().require_epoch_key()
        yield vault
    finally:
        vault.close()
        keystore.dispose()


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
