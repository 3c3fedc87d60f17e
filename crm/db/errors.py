"""Why the database does not answer or is not changed, said once, so that entry points need no library of it."""

from sqlalchemy.exc import DBAPIError

from crm.errors import CrmError, UnavailableError


class DatabaseUnavailableError(UnavailableError):
    """The database is locked for too long, out of reach, or damaged; nothing was changed."""

    message = "Die Datenbank antwortet gerade nicht. Es wurde nichts geändert; versuchen Sie es gleich noch einmal."


class DiskFullError(UnavailableError):
    """There is no room to write; nothing was changed."""

    message = "Auf dem Server ist kein Speicherplatz mehr frei. Es wurde nichts geändert; bitte geben Sie der Administration Bescheid."


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


def explain(error: DBAPIError) -> UnavailableError:
    """Return what an operational error of the database means for whoever waits for an answer."""
    reason = str(error.orig).lower()
    return DiskFullError() if "full" in reason or "no space" in reason else DatabaseUnavailableError()
