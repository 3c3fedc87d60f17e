"""Is every open duty towards somebody also something that stands on a work list?"""

from collections.abc import Iterator
from datetime import datetime

from crm.db import Database
from crm.privacy import duties
from crm.services.health.findings import Finding, State, some_of


class TasksLost(Finding):
    """Tasks that somebody deleted or marked as done past every act."""

    check = "tasks"
    state = State.WRONG
    message = (
        "Bei %(count)s Personen steht eine Pflicht offen, zu der es weder eine offene Aufgabe noch einen offenen Fall gibt "
        "(Kennungen: %(subjects)s): Eine Aufgabe wurde außerhalb von Lethe gelöscht oder als erledigt gesetzt. "
        "Stellen Sie die Zeilen (privacy_task) aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


class TasksSound(Finding):
    """Wherever a duty is open there is something to do."""

    check = "tasks"
    state = State.OK
    message = "Zu jeder offenen Pflicht gegenüber einer Person gibt es eine Aufgabe oder einen Fall."


def examine_duties(database: Database, *, now: datetime) -> Iterator[Finding]:
    """Look for duties of which nobody would be reminded; opens nobody."""
    lost = duties.find_without_cause(database, now=now)
    yield TasksLost(count=len(lost), subjects=some_of(lost)) if lost else TasksSound()
