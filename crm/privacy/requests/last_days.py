"""Until when evidence and case file of a request are kept: known only when the data are erased and the case is answered.

A decision names the days as far as they can be foreseen; between deciding and answering a year can turn. Documents and a
profile that is kept have a day of their own, which stays. Letters name these days, so nobody can change the periods of the two rules.

Source: Art. 5(1)(a), 12(1) DSGVO; Löschkonzept, RET-04 and RET-22.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from crm.privacy.periods import due_on, find_shipped
from crm.privacy.requests.choices import Choice, Verdict
from crm.privacy.requests.facts import DataKind

EVIDENCE: Final = "RET-04"
CASE_FILE: Final = "RET-22"
_DAY: Final = timedelta(days=1)


def settle_days(choices: Sequence[Choice], *, executed_on: date | None, written_on: date) -> tuple[Choice, ...]:
    """Return the choices with the days that are true when the answer is written.

    Args:
        executed_on: the day on which data were destroyed; none: nothing was, or not yet.
        written_on: the day of the answer, with which the case ends.
    """
    return tuple(_settled(choices, executed_on or written_on, written_on))


def foresee_days(choices: Sequence[Choice], *, decided_on: date, cooling_for: timedelta) -> tuple[Choice, ...]:
    """Return the choices with the days that the answer will name if the decision falls on a day and nothing holds it up.

    Evidence of a profile that stays in use has no day yet.
    """
    goes_on = decided_on + cooling_for if any(each.verdict is Verdict.ERASE for each in choices) else decided_on
    settled = {each.kind: each for each in _settled(choices, goes_on, goes_on)}
    return tuple(settled.get(each.kind, replace(each, until=None)) for each in choices)


def _settled(choices: Sequence[Choice], erased_on: date, written_on: date) -> Iterator[Choice]:
    begins_on = _evidence_begins(choices, erased_on)
    for each in choices:
        if each.kind is DataKind.CASE_FILE:
            yield _until(each, CASE_FILE, written_on)
        elif each.kind is not DataKind.CONSENTS:
            yield each
        elif begins_on:
            yield _until(each, EVIDENCE, begins_on)


def _evidence_begins(choices: Sequence[Choice], erased_on: date) -> date | None:
    """Return when the period of evidence begins: with the erasure of the profile; none where the profile is not erased at all."""
    profile = next((each for each in choices if each.kind is DataKind.PROFILE), None)
    if profile is None or profile.verdict is Verdict.ERASE:
        return erased_on
    return profile.until + _DAY if profile.until else None


def _until(choice: Choice, rule: str, begins_on: date) -> Choice:
    return replace(choice, until=due_on(find_shipped()[rule], begins_on))
