"""What has to be there before something works on an installation: asked once, before any process is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import SQLAlchemyError

from crm import ledger
from crm.clock import SystemClock
from crm.db import Database, explaining, file_of, make_engine, revisions
from crm.errors import CrmError, UnavailableError
from crm.settings import Settings
from crm.vault import FileKeyProvider, Vault

SETTINGS_FILE: Final = "lethe.toml"


class NotInitialisedError(CrmError):
    """There is no installation to work on."""

    message = "Hier ist noch keine Installation. Legen Sie eine mit „lethe init“ an, oder nennen Sie ihren Ordner mit --data-dir."


class DatabaseUnreachableError(UnavailableError):
    """The server of the business database does not answer."""

    message = "Die Datenbank antwortet nicht. Prüfen Sie die Adresse in den Einstellungen und ob der Server läuft."


class KeyStoreUnreachableError(UnavailableError):
    """The server of the key store does not answer."""

    message = "Der Schlüsselspeicher antwortet nicht. Prüfen Sie die Adresse in den Einstellungen und ob der Server läuft."


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


def require_ready(settings: Settings) -> None:
    """Refuse with one sentence where there is no installation, or its databases do not answer.

    Raises:
        NotInitialisedError, DatabaseUnreachableError, KeyStoreUnreachableError: nothing was made or changed.
    """
    is_stored = _is_filled(settings.database, DatabaseUnreachableError) and _is_filled(settings.keystore, KeyStoreUnreachableError)
    if not is_stored:
        raise NotInitialisedError


def require_begun(settings: Settings) -> None:
    """Refuse only where nothing of an installation is there: the examination says itself what is missing of one.

    Raises:
        NotInitialisedError: neither settings nor keys nor data.
    """
    if not is_begun(settings):
        raise NotInitialisedError


def require_database(settings: Settings) -> None:
    """Refuse where there is no business database; the portal needs no more, so that it starts without any key.

    Raises:
        NotInitialisedError, DatabaseUnreachableError: nothing was made or changed.
    """
    if not _is_filled(settings.database, DatabaseUnreachableError):
        raise NotInitialisedError


def is_begun(settings: Settings) -> bool:
    """Say whether anything of an installation is there: settings, keys or data."""
    has_files = (settings.data_dir / SETTINGS_FILE).exists() or settings.epoch_keys.exists()
    return has_files or _is_filled(settings.database, DatabaseUnreachableError) or _is_filled(settings.keystore, KeyStoreUnreachableError)


def _is_filled(url: str, unreachable: type[UnavailableError]) -> bool:
    if file := file_of(url):
        return file.is_file()
    engine = make_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    except SQLAlchemyError as error:
        raise unreachable from error
    finally:
        engine.dispose()


def require_openable(settings: Settings) -> None:
    """Refuse where the processes of the site could not open people: keys out of reach, exposed, or older than the data.

    The keys are forgotten before this returns, because what is in memory would survive a fork.

    Raises:
        KeyUnavailableError, KeysOlderThanDataError, UnavailableError: what is wrong, and what helps.
    """
    engine = make_engine(settings.database)
    try:
        with opened_vault(settings) as vault, Database(engine).reading() as session:
            vault.check_generation(session)
    finally:
        engine.dispose()


@contextmanager
def opened_vault(settings: Settings) -> Iterator[Vault]:
    """Open the vault alone, and forget its keys at the end.

    Raises:
        KeyUnavailableError: keys out of reach or exposed.
    """
    keystore = make_engine(settings.keystore)
    vault = Vault(keystore=keystore, provider=FileKeyProvider(settings.epoch_keys), clock=SystemClock())
    try:
        vault.inspect().require_epoch_key()
        yield vault
    finally:
        vault.close()
        keystore.dispose()


def require_not_set_back(settings: Settings) -> None:
    """Refuse to work on an old copy of the database that somebody put back: the log outside of it knows more.

    Asked by what changes the installation or runs on and on; commands that look at it, such as `lethe doctor`, still
    run. Needs no key.

    Raises:
        LedgerRolledBackError: nothing was made or changed.
    """
    engine = make_engine(settings.database)
    try:
        with explaining(), engine.connect() as connection:
            ledger.require_not_set_back(connection, high_water=settings.high_water)
    finally:
        engine.dispose()


def require_current(settings: Settings) -> None:
    """Refuse a database at another revision: this version would answer with errors, or write what the other cannot read.

    Needs no key, so that the portal asks it too.

    Raises:
        SchemaMissingError, SchemaOlderError, SchemaNewerError, DemoOfOtherVersionError: nothing was changed.
    """
    engine = make_engine(settings.database)
    try:
        with explaining(), engine.connect() as connection:
            found, expected = find_revision(connection), revisions.newest_revision()
    finally:
        engine.dispose()
    if found == expected:
        return
    facts = {"found": found, "expected": expected, "folder": settings.data_dir}
    if settings.demo:
        raise DemoOfOtherVersionError(**facts)
    raise (SchemaOlderError if revisions.is_known(found) else SchemaNewerError)(**facts)


def find_revision(connection: Connection) -> str:
    """Return the revision a database is at.

    Raises:
        SchemaMissingError: there is nothing of Lethe in it.
    """
    found = revisions.current_revision(connection)
    if found is None:
        raise SchemaMissingError
    return found
