"""Why the database does not answer or is not changed, said once, so that entry points need no library of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from sqlalchemy.exc import DBAPIError, OperationalError

from crm.errors import CrmError, UnavailableError


class DatabaseUnavailableError(UnavailableError):
    """The database is locked for too long, out of reach, or damaged; nothing was changed."""

    message = "Die Datenbank antwortet gerade nicht. Es wurde nichts geändert; versuchen Sie es gleich noch einmal."


class DiskFullError(UnavailableError):
    """There is no room to write; nothing was changed."""

    message = "Auf dem Server ist kein Speicherplatz mehr frei. Es wurde nichts geändert; bitte geben Sie der Administration Bescheid."


class DatabaseReadOnlyError(UnavailableError):
    """The database may be read and not written, and even a look at people leaves an entry."""

    message = (
        "Die Datenbank lässt sich nur lesen, nicht schreiben. Es wurde nichts geändert; "
        "prüfen Sie die Rechte des Datenordners und ob sein Dateisystem schreibgeschützt ist."
    )


class DatabaseUnopenedError(UnavailableError):
    """The file of the database, or one beside it, cannot be opened."""

    message = (
        "Die Datei der Datenbank lässt sich nicht öffnen: Sie fehlt, oder der Datenordner ist schreibgeschützt. "
        "Es wurde nichts geändert; prüfen Sie, wem der Ordner gehört und ob sein Dateisystem beschreibbar ist."
    )


class DatabaseDamagedError(UnavailableError):
    """The file of the database is no whole database any more."""

    message = (
        "Die Datei der Datenbank ist beschädigt oder keine Datenbank. Beenden Sie Lethe, heben Sie die Datei auf und spielen Sie die "
        "neueste Sicherung ein."
    )


class OriginsReadableError(CrmError):
    """A database of an older version says of people in plain text where their data came from; nothing was changed."""

    message = (
        "Diese Datenbank sagt bei Kontakten noch unversiegelt, woher ihre Daten stammen, und wird deshalb nicht umgestellt. "
        "Richten Sie Lethe in einem neuen Ordner ein, importieren Sie die Kontakte dort aus der Quelle und vernichten Sie den alten Ordner "
        "und seine Sicherungen."
    )


class OriginsSealedError(CrmError):
    """An older version cannot read where data of people came from; nothing was changed."""

    message = (
        "Diese Datenbank sagt von Kontakten versiegelt, woher ihre Daten stammen; für eine ältere Version ginge das verloren. "
        "Bleiben Sie bei dieser Version."
    )


class RecordsReadableError(CrmError):
    """A database of an older version says in plain text which records of another system people are; nothing was changed."""

    message = (
        "Diese Datenbank führt die Kennungen von Personen in ihrem früheren System noch lesbar und wird deshalb nicht umgestellt. "
        "Richten Sie Lethe in einem neuen Ordner ein, importieren Sie die Kontakte dort aus der Quelle und vernichten Sie den alten Ordner "
        "und seine Sicherungen."
    )


class RecordsTaggedError(CrmError):
    """An older version cannot recognise the records of another system by their keyed hash; nothing was changed."""

    message = (
        "Diese Datenbank erkennt Datensätze des früheren Systems nur noch an einem Abdruck; eine ältere Version nähme sie doppelt auf. "
        "Bleiben Sie bei dieser Version."
    )


class Fault(Enum):
    """What hinders a database, as far as its error says so."""

    FULL = "full"
    READ_ONLY = "read-only"
    DAMAGED = "damaged"
    UNOPENED = "unopened"


# Words of SQLite and PostgreSQL; their drivers give no common code.
_SIGNS = {
    Fault.READ_ONLY: ("readonly", "read-only", "read only"),
    Fault.DAMAGED: ("malformed", "not a database", "invalid page"),
    Fault.UNOPENED: ("unable to open",),
    Fault.FULL: ("is full", "disk full", "no space"),
}
_MEANING: dict[Fault, type[UnavailableError]] = {
    Fault.FULL: DiskFullError,
    Fault.READ_ONLY: DatabaseReadOnlyError,
    Fault.DAMAGED: DatabaseDamagedError,
    Fault.UNOPENED: DatabaseUnopenedError,
}


def find_fault(error: Exception) -> Fault | None:
    """Return what hinders the database, or None where the error is about something else or does not say."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHMSIZE:
        return Fault.FULL  # SQLite cannot make the file that every reader needs, and says no more than "disk I/O error"
    reason = str(cause).lower()
    return next((fault for fault, signs in _SIGNS.items() if any(sign in reason for sign in signs)), None)


def explain(error: Exception) -> UnavailableError:
    """Return what an error of the database means for whoever waits for an answer."""
    fault = find_fault(error)
    return _MEANING[fault]() if fault else DatabaseUnavailableError()


@contextmanager
def explaining() -> Iterator[None]:
    """Turn a database that is locked, full, read-only, damaged or out of reach into a refusal that pages and commands know.

    What else a database refuses, such as a row that breaks a rule, is a fault of ours and stays what it is.
    """
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        raise explain(error) from error
    except (DBAPIError, sqlite3.DatabaseError) as error:  # the second: what is no database fails before SQLAlchemy sees it
        if find_fault(error) is None:
            raise
        raise explain(error) from error
