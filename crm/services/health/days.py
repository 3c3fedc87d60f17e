"""Does everybody fall due on the day that the rules give?"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from crm.privacy import due_integrity, due_work
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


class VouchersMoved(Finding):
    """Invoices that would go too early or never, because somebody moved their last day."""

    check = "days"
    state = State.WRONG
    message = (
        "Bei %(count)s Rechnungen ist der letzte Tag der Aufbewahrung nicht der, den die Regel ergibt (Kennungen: %(invoices)s). "
        "Berechnen Sie alle Tage mit „lethe retention refresh“ neu; wurde keine Regel geändert, klären Sie, wer die Zeilen geändert hat."
    )


class DaysSound(Finding):
    """Every day is the one that the rules give."""

    check = "days"
    state = State.OK
    message = "Die Tage des Vergessens sind die, die sich aus den Regeln ergeben (%(compared)s Personen verglichen)."


def examine_days(stores: Stores, *, now: datetime) -> Iterator[Finding]:
    """Compute the day of everybody, and of what is kept about them, anew, and compare; changes nothing."""
    compared, wrong = due_integrity.find_wrong(stores.database, zone=ZoneInfo(stores.settings.time_zone), now=now)
    with stores.database.reading() as session:
        moved = due_work.find_moved(session)
    if wrong:
        yield DaysWrong(count=len(wrong), subjects=some_of(wrong))
    if moved:
        yield VouchersMoved(count=len(moved), invoices=some_of(moved))
    if not wrong and not moved:
        yield DaysSound(compared=compared)
