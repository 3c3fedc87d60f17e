"""Why the database does not answer, said once, so that entry points need no library of it."""

from sqlalchemy.exc import DBAPIError

from crm.errors import UnavailableError


class DatabaseUnavailableError(UnavailableError):
    """The database is locked for too long, out of reach, or damaged; nothing was changed."""

    message = "Die Datenbank antwortet gerade nicht. Es wurde nichts geändert; versuchen Sie es gleich noch einmal."


class DiskFullError(UnavailableError):
    """There is no room to write; nothing was changed."""

    message = "Auf dem Server ist kein Speicherplatz mehr frei. Es wurde nichts geändert; bitte geben Sie der Administration Bescheid."


def explain(error: DBAPIError) -> UnavailableError:
    """Return what an operational error of the database means for whoever waits for an answer."""
    reason = str(error.orig).lower()
    return DiskFullError() if "full" in reason or "no space" in reason else DatabaseUnavailableError()
