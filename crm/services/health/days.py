"""Does everybody fall due on the day that the rules give?"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from crm.privacy import due_integrity
from crm.services.health.findings import Finding, State, some_of
from crm.services.health.stores import Stores


class DaysWrong(Finding):
    """Days that somebody moved or deleted, or that were computed by other rules than those of today."""

    check = "days"
    state = State.WRONG
    message = (
        "Bei %(count)s Personen fehlt der Tag des Vergessens in der Datenbank, oder er ist ein anderer, als die Regeln ergeben "
        "(Kennungen: %(subjects)s). Berechnen Sie alle Tage mit „lethe retention refresh“ neu; "
        "wurde keine Regel geändert, klären Sie, wer die Zeilen geändert hat."
    )


class DaysSound(Finding):
    """Every day is the one that the rules give."""

    check = "days"
    state = State.OK
    message = "Die Tage des Vergessens sind die, die sich aus den Regeln ergeben (%(compared)s Personen verglichen)."


def examine_days(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    """Compute the day of everybody and every note anew, and compare; changes nothing."""
    compared, wrong = due_integrity.find_wrong(stores.database, zone=ZoneInfo(stores.settings.time_zone), now=now)
    yield DaysWrong(count=len(wrong), subjects=some_of(wrong)) if wrong else DaysSound(compared=compared)
