"""Are the plain columns of contacts and companies what the program wrote, and was every last contact before today?"""

from collections.abc import Iterator
from datetime import datetime

from crm.db import Database
from crm.privacy import plain_columns
from crm.services.health.findings import Finding, State, some_of


class ColumnsChanged(Finding):
    """Contacts or companies that do not bear the seal of the key store as they stand."""

    check = "columns"
    state = State.WRONG
    message = (
        "Außerhalb von Lethe geändert: letzter Kontakt, Zuordnung oder Stammdaten in %(count)s Zeilen (%(tables)s; Kennungen: %(ids)s). "
        "Niemand davon wird nach einer Frist vergessen. Stellen Sie die Zeilen aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


class ColumnsSound(Finding):
    """Every contact and every company bears its seal."""

    check = "columns"
    state = State.OK
    message = "Letzter Kontakt, Zuordnung und Stammdaten von Kontakten und Firmen sind, was Lethe schrieb (%(rows)s Zeilen geprüft)."


class ContactsAhead(Finding):
    """A last contact in the future keeps somebody longer than any rule."""

    check = "columns"
    state = State.WRONG
    message = (
        "Bei %(count)s Personen liegt der letzte Kontakt in der Zukunft (Kennungen: %(subjects)s); sie blieben länger, als eine Regel "
        "erlaubt. Prüfen Sie die Uhr; stimmt sie, stellen Sie die Zeilen aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


def examine_columns(database: Database) -> Iterator[Finding]:
    """Ask every row for its seal.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment.
    """
    with database.reading() as session:
        found = plain_columns.find_all_unsound(session)
        rows = plain_columns.count(session)
    if found:
        ids = [each for table in found.values() for each in table]
        yield ColumnsChanged(count=len(ids), tables=some_of(found), ids=some_of(ids))
    else:
        yield ColumnsSound(rows=rows)


def examine_contacts_ahead(database: Database, *, now: datetime) -> Iterator[Finding]:
    """Look for contacts that have not been yet; needs no key."""
    with database.reading() as session:
        ahead = plain_columns.find_ahead(session, now=now)
    if ahead:
        yield ContactsAhead(count=len(ahead), subjects=some_of(ahead))
