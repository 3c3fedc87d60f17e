"""Is everybody who is erased, or is being erased, so because an act ordered it? A state is one word, written with SQL in no time."""

from collections.abc import Iterator

from crm.db import Database
from crm.privacy.erasure import job
from crm.services.health.findings import Finding, State, some_of


class StatesUnexplained(Finding):
    """People who look erased though nobody ordered it: what is there of them stays, and nobody finds it."""

    check = "states"
    state = State.WRONG
    message = (
        "Als gelöscht geführt, ohne dass ein Auftrag zur Löschung es erklärt: %(count)s (Kennungen: %(subjects)s). "
        "Lethe löscht daraufhin nichts, aber niemand findet diese Personen mehr. "
        "Stellen Sie die Zeilen in „subject“ aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


def examine_states(database: Database) -> Iterator[Finding]:
    """Look for people whose state no order of erasure explains; needs no key."""
    with database.reading() as session:
        found = job.find_unordered(session)
    if found:
        yield StatesUnexplained(count=len(found), subjects=some_of(found))
