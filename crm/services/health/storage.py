"""Do database and key store answer, fit each other and this version, and is the ledger guarded?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crm import ledger
from crm.clock import SettableClock, from_micros
from crm.db import make_engine, migrate
from crm.ledger import tables as ledger_tables
from crm.services.health.findings import Finding, State
from crm.settings import Settings
from crm.vault import FileKeyProvider, KeysOlderThanDataError, KeyUnavailableError, Vault

_TOLERATED = timedelta(seconds=2)


class DatabaseSilent(Finding):
    """A database does not answer."""

    check = "database"
    state = State.WRONG
    message = "„%(store)s“ antwortet nicht (%(reason)s)."


class SchemaOutdated(Finding):
    """The database is at another revision than this version of Lethe."""

    check = "database"
    state = State.WRONG
    message = "Die Datenbank hat Stand %(found)s, diese Version von Lethe braucht Stand %(expected)s."


class GuardsMissing(Finding):
    """Somebody took the guards of the ledger down."""

    check = "database"
    state = State.WRONG
    message = "Dem Protokoll fehlen Sperren in der Datenbank: %(names)s. Prüfen Sie es mit „lethe log verify“, klären Sie die Ursache."


class ClockBehindLog(Finding):
    """The newest entry lies in the future: the clock was set back, or somebody dated ahead."""

    check = "clock"
    state = State.WRONG
    message = "Der jüngste Eintrag im Protokoll (%(moment)s) liegt in der Zukunft: Die Uhr wurde zurückgestellt."


class KeysUnfit(Finding):
    """Keys that cannot be read, or that are older than the data."""

    check = "keys"
    state = State.WRONG
    message = "Der Schlüsselspeicher passt nicht: %(reason)s"


class StorageSound(Finding):
    """Everything answers and fits."""

    check = "database"
    state = State.OK
    message = "Datenbank und Schlüsselspeicher antworten und passen zusammen; das Protokoll ist gesperrt gegen Änderungen."


def examine_storage(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Look at database, ledger and key store through connections of our own."""
    database, keystore = make_engine(settings.database), make_engine(settings.keystore)
    try:
        wrong = [*_examine_database(database, now=now), *_examine_keys(settings, database, keystore, now=now)]
    finally:
        database.dispose()
        keystore.dispose()
    yield from wrong or [StorageSound()]


def _examine_database(engine: Engine, *, now: datetime) -> list[Finding]:
    try:
        with engine.connect() as connection:
            return [*_examine_schema(connection), *_examine_log(connection, now=now)]
    except SQLAlchemyError as error:
        return [DatabaseSilent(store="database", reason=type(error).__name__)]


def _examine_schema(connection: Connection) -> Iterator[Finding]:
    found, expected = migrate.current_revision(connection), migrate.newest_revision()
    if found != expected:
        yield SchemaOutdated(found=found, expected=expected)
    missing = ledger.find_missing_guards(connection)
    if missing:
        yield GuardsMissing(names=", ".join(missing))


def _examine_log(connection: Connection, *, now: datetime) -> Iterator[Finding]:
    newest = connection.execute(select(func.max(ledger_tables.entry.c.t))).scalar()
    if newest is not None and from_micros(newest) > now + _TOLERATED:
        yield ClockBehindLog(moment=from_micros(newest).isoformat(timespec="seconds"))


def _examine_keys(settings: Settings, database: Engine, keystore: Engine, *, now: datetime) -> list[Finding]:
    vault = Vault(keystore=keystore, provider=FileKeyProvider(settings.epoch_keys), clock=SettableClock(now))
    try:
        vault.intake_key()
        with Session(database) as session:
            vault.check_generation(session)
    except (KeyUnavailableError, KeysOlderThanDataError) as error:
        return [KeysUnfit(reason=str(error))]
    except SQLAlchemyError as error:
        return [DatabaseSilent(store="keystore", reason=type(error).__name__)]
    finally:
        vault.close()
    return []
