"""Do database and key store answer, fit each other and this version, and is the ledger guarded?"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from crm import ledger
from crm.actor import Actor
from crm.clock import from_micros
from crm.db import explain, file_of, revisions
from crm.errors import UnavailableError
from crm.ledger import tables as ledger_tables
from crm.services.health.cases import examine_cases
from crm.services.health.columns import examine_columns, examine_contacts_ahead
from crm.services.health.company_values import examine_company_values
from crm.services.health.damage import DatabaseFileDamaged, examine_database_file, examine_key_store_file
from crm.services.health.days import examine_days
from crm.services.health.drop import examine_emptying
from crm.services.health.duties import examine_duties
from crm.services.health.findings import Finding, State
from crm.services.health.index import examine_index
from crm.services.health.keys import KeysUnfit, examine_keys, examine_keys_alone
from crm.services.health.links import examine_links
from crm.services.health.log import examine_log
from crm.services.health.rows import examine_rows
from crm.services.health.sealed_values import SealedValuesUnexamined, examine_sealed_values
from crm.services.health.sign_ins import examine_sign_ins
from crm.services.health.states import examine_states
from crm.services.health.stores import Stores, open_stores
from crm.services.health.work import examine_work
from crm.settings import Settings
from crm.vault import KeyFileExposedError, KeyFileMissingError, KeysOlderThanDataError, KeyUnavailableError, TamperedError

_TOLERATED = timedelta(seconds=2)
_Examination = Callable[[], Iterator[Finding]]


class StoreMissing(Finding):
    """The file of a database is not there; opening it would make an empty one."""

    check = "database"
    state = State.WRONG
    message = (
        "Die Datei %(file)s („%(store)s“) fehlt. Holen Sie sie aus der Sicherung, oder berichtigen Sie ihren Ort in den Einstellungen."
    )


class DatabaseSilent(Finding):
    """A database does not answer."""

    check = "database"
    state = State.WRONG
    message = "„%(store)s“ antwortet nicht: %(reason)s"


class SchemaOutdated(Finding):
    """The database is at another revision than this version of Lethe."""

    check = "database"
    state = State.WRONG
    message = (
        "Die Datenbank hat Stand %(found)s, diese Version von Lethe braucht Stand %(expected)s. Eine ältere bringt „lethe upgrade“ auf "
        "diesen Stand; zu einer neueren gehört eine neuere Version von Lethe."
    )


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


class StorageSound(Finding):
    """Everything answers and fits."""

    check = "database"
    state = State.OK
    message = "Datenbank und Schlüsselspeicher antworten und passen zusammen; das Protokoll ist gesperrt gegen Änderungen."


def examine_storage(settings: Settings, *, actor: Actor, now: datetime) -> Iterator[Finding]:
    """Look at database, ledger, key store, sealed values and index through connections of our own."""
    missing = [
        StoreMissing(store=store, file=file)
        for store, url in (("database", settings.database), ("keystore", settings.keystore))
        if (file := file_of(url)) and not file.is_file()
    ]
    if missing:
        yield from missing
        return
    with open_stores(settings, now=now) as stores:
        yield from _examine(stores, actor=actor, now=now)


def _examine(stores: Stores, *, actor: Actor, now: datetime) -> Iterator[Finding]:
    """Look at what rests on other things only where those are sound: whatever was set back fits nothing."""
    database = _reaching("database", partial(examine_database_file, stores.settings))
    database = database or _reaching("database", partial(_examine_database, stores, now=now))
    is_usable = not any(isinstance(each, DatabaseFileDamaged | DatabaseSilent | SchemaOutdated) for each in database)
    keys = _reaching("keystore", partial(examine_key_store_file, stores.settings))
    keys = keys or _reaching("keystore", partial(examine_keys if is_usable else examine_keys_alone, stores))
    log = _reaching("database", partial(examine_log, stores)) if is_usable and not keys else []
    if database or keys or log:
        yield from [*database, *(each for each in keys if not _is_about_files(each, stores)), *log]
    else:
        yield StorageSound()
    if not is_usable:
        return
    if keys:
        yield SealedValuesUnexamined()
    needing_keys, others = _examinations(stores, actor=actor, now=now)
    for examination in others if keys else (*needing_keys, *others):
        found = _reaching("database", examination)
        yield from (each for each in found if not (keys and isinstance(each, KeysUnfit)))  # said once


def _examinations(stores: Stores, *, actor: Actor, now: datetime) -> tuple[Sequence[_Examination], Sequence[_Examination]]:
    """Return what looks at one thing each, in the order in which it is read: what needs the keys, and what does not."""
    database = stores.database
    needing_keys = (
        partial(examine_sealed_values, database, actor=actor, now=now),
        partial(examine_company_values, database),
        partial(examine_cases, database),
        partial(examine_columns, database),
        partial(examine_links, database),
        partial(examine_sign_ins, database),
    )
    others = (
        partial(examine_rows, database),
        partial(examine_states, database),
        partial(examine_contacts_ahead, database, now=now),
        partial(examine_days, stores, now=now),
        partial(examine_duties, database, now=now),
        partial(examine_index, stores, now=now),
        partial(examine_work, stores, now=now),
        partial(examine_emptying, stores, now=now),
    )
    return needing_keys, others


def _is_about_files(finding: Finding, stores: Stores) -> bool:
    """Say whether `examine_files` has a line about the same: the key file is gone, or others may read it."""
    reason = finding.facts.get("reason")
    is_gone = isinstance(reason, KeyFileMissingError) and not stores.settings.epoch_keys.exists()
    return is_gone or isinstance(reason, KeyFileExposedError)


def _reaching(store: str, examination: _Examination) -> list[Finding]:
    """Return what was found; a refusal on the way is a finding too."""
    try:
        return list(examination())
    except (KeyUnavailableError, KeysOlderThanDataError, TamperedError) as error:
        return [KeysUnfit(reason=error)]
    except (UnavailableError, SQLAlchemyError, sqlite3.Error) as error:  # the last: what is no database fails before SQLAlchemy sees it
        return [DatabaseSilent(store=store, reason=error if isinstance(error, UnavailableError) else explain(error))]


def _examine_database(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    with stores.database.engine.connect() as connection:
        yield from _examine_schema(connection)
        yield from _examine_clock(connection, now=now)


def _examine_schema(connection: Connection) -> Iterator[Finding]:
    found, expected = revisions.current_revision(connection), revisions.newest_revision()
    if found != expected:
        yield SchemaOutdated(found=found, expected=expected)
    missing = ledger.find_missing_guards(connection)
    if missing:
        yield GuardsMissing(names=", ".join(missing))


def _examine_clock(connection: Connection, *, now: datetime) -> Iterator[Finding]:
    newest = connection.execute(select(func.max(ledger_tables.entry.c.t))).scalar()
    if newest is not None and from_micros(newest) > now + _TOLERATED:
        yield ClockBehindLog(moment=from_micros(newest).isoformat(timespec="seconds"))
