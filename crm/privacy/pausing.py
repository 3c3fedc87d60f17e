"""A pause of all runs of the Löschkonzept, with a reason and an end that is never far; afterwards they catch up, day by day.

Source: Art. 5(1)(e), 32(1)(b) DSGVO; SDM M60.P06.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.privacy import policy_versions

KIND: Final = "retention_pause"
_RUN: Final = "run"
LONGEST_REASON: Final = 200  # characters
# As long as a run does not take the standstill for a clock that jumped.
LONGEST: Final = timedelta(days=30)


class PauseReasonError(InvalidInputError):
    """Nobody says why."""

    message = "Bitte schreiben Sie, warum nichts gelöscht werden soll; höchstens %(longest)s Zeichen."


class PauseDayError(InvalidInputError):
    """A pause without an end would be the end of the Löschkonzept."""

    message = "Eine Pause braucht einen letzten Tag, von heute an gerechnet in höchstens 30 Tagen."


@dataclass(frozen=True, slots=True)
class Pause:
    """Why nothing is forgotten, and the last day of it; `set_by` is a pseudonym."""

    reason: str
    until: date
    version: int


def find(session: Session, *, today: date) -> Pause | None:
    """Return the pause that holds on a day."""
    stored = policy_versions.find_newest(session, KIND, _RUN)
    if not stored.definition or not stored.definition["until"]:
        return None
    until = date.fromisoformat(stored.definition["until"])
    return Pause(stored.definition["reason"], until, stored.version) if today <= until else None


def begin(session: Session, *, reason: str, until: date | None, today: date, actor: Actor, now: datetime) -> None:
    """Let nothing be forgotten by a run until a day, that day included.

    Raises:
        PauseReasonError, PauseDayError: names the field that cannot be taken.
    """
    if not 0 < len(reason) <= LONGEST_REASON:
        raise PauseReasonError(field="reason", longest=LONGEST_REASON)
    if until is None or not today <= until <= today + LONGEST:
        raise PauseDayError(field="until")
    policy_versions.append(session, KIND, _RUN, {"reason": reason, "until": until.isoformat()}, actor=actor, now=now)


def end(session: Session, *, actor: Actor, now: datetime) -> None:
    """Let runs go on; the next one catches up on the days of the pause."""
    policy_versions.append(session, KIND, _RUN, {"reason": "", "until": None}, actor=actor, now=now)
