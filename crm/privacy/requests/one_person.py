"""One case, one person, one letter: entries of one person are decided together, different people are not.

Source: Art. 5(1)(f), 12(3) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure
from crm.privacy.requests.errors import SeveralPersonsError
from crm.search.normalise import fold


def require_one(session: Session, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Refuse a decision about entries that cannot all be one person's; their names are opened for the comparison.

    Raises:
        SeveralPersonsError: two of them have different names.
    """
    if len(subject_ids) < 2:  # noqa: PLR2004 - one entry is one person
        return
    opened = disclosure.open_for_request(session, subject_ids=subject_ids, groups={FieldGroup.IDENTITY}, actor=actor, now=now)
    if not all(may_be_one(one, other) for one, other in combinations(opened.values(), 2)):
        raise SeveralPersonsError


def may_be_one(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Say whether two entries can be about one person: what both of them say of the name agrees, an initial with its name."""
    return all(_agree(fold(one.get(part, "")), fold(other.get(part, ""))) for part in ("first_name", "last_name"))


def _agree(one: str, other: str) -> bool:
    shorter, longer = sorted((one.rstrip("."), other.rstrip(".")), key=len)
    return shorter in {"", longer} or (len(shorter) == 1 and longer.startswith(shorter))
