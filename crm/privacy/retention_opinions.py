"""What the data protection officer says of a change of a Löschregel, in their own words: a version of its own, bound to its entry.

What the coordinator notes of an opinion with the change is hearsay; this is not. It binds nobody: who decides is the controller, and
deviating from an opinion takes a reason of their own. Whoever thinks again gives a new opinion, and the earlier one stays.

Source: Art. 5(2), 38(1), 38(3), 39(1)(a) DSGVO.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.policy import PolicyVersion
from crm.privacy import policy_versions, retention_changes
from crm.privacy.errors import StaleVersionError
from crm.privacy.retention_changes import Opinion, RuleChange, Standing
from crm.privacy.retention_errors import OwnOpinionMissingError, OwnOpinionTextMissingError

KIND: Final = "retention_opinion"
ANSWERS: Final = (Opinion.AGREES, Opinion.DISSENTS)
_OPEN: Final = frozenset({Standing.WAITS, Standing.HOLDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOpinion:
    """What the officer says of one version of a rule."""

    code: str
    change: int
    opinion: Opinion
    text: str
    given_by: str
    given_at: datetime


def find_given(session: Session, codes: Collection[str]) -> dict[tuple[str, int], GivenOpinion]:
    """Return the newest opinion on each version of these rules."""
    rows = select(PolicyVersion).where(PolicyVersion.kind == KIND, PolicyVersion.code.in_(codes)).order_by(PolicyVersion.version)
    given = (_read(row) for row in session.scalars(rows))
    return {(each.code, each.change): each for each in given}


def find_open(session: Session, code: str) -> RuleChange | None:
    """Return the change of a rule that an opinion can be given on: the newest, as long as it waits or holds."""
    newest = next(iter(retention_changes.find_changes(session, code)), None)
    return newest if newest and newest.standing in _OPEN else None


def find_unanswered(session: Session) -> list[str]:
    """Return the rules with a change whose day has not come, and of which the officer has not said anything themselves."""
    waiting = retention_changes.find_waiting(session)
    given = find_given(session, waiting)
    return sorted(code for code, change in waiting.items() if (code, change.version) not in given)


def give(session: Session, *, code: str, change: int, opinion: str, text: str, actor: Actor, now: datetime) -> None:
    """Say what the officer thinks of the newest change of a rule.

    Args:
        change: the version that was seen; an opinion on another one would say what nobody thought.

    Raises:
        StaleVersionError: there is a newer change by now, or none.
        InvalidInputError: names the field that cannot be taken.
    """
    if opinion not in ANSWERS:
        raise OwnOpinionMissingError(field="opinion")
    if opinion == Opinion.DISSENTS and not text:
        raise OwnOpinionTextMissingError(field="opinion_text")
    newest = find_open(session, code)
    if newest is None or newest.version != change:
        raise StaleVersionError
    policy_versions.append(session, KIND, code, {"change": change, "opinion": opinion, "text": text}, actor=actor, now=now)


def _read(row: PolicyVersion) -> GivenOpinion:
    said = json.loads(row.definition)
    return GivenOpinion(
        code=row.code,
        change=said["change"],
        opinion=Opinion(said["opinion"]),
        text=said["text"],
        given_by=row.set_by,
        given_at=row.set_at,
    )
