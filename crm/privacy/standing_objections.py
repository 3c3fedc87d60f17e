"""What people object to, as it stands: the acts of `crm.privacy.objection` folded, in their order.

Below it, because what an objection takes the effect from has to know of it too.

Source: Art. 21(1)-(3) DSGVO.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.db import among
from crm.models.lawfulness import ObjectionAct, ObjectionEvent
from crm.privacy.purposes import Channel, Purpose

DIRECT_MARKETING: Final = "direct_marketing"


class Heard(StrEnum):
    """How an objection reached us, in words of ours: the row outlives the person, so it holds nothing that people typed."""

    CALL = "Telefonat"
    LETTER = "Brief"
    STAFF = "Mitteilung an Beschäftigte"
    LINK = "Abmeldelink"
    OLD_SYSTEM = "Vorsystem"
    SUPPRESSION_LIST = "Werbesperrdatei"


class Mistake(StrEnum):
    """Why an objection that staff entered is none."""

    WRONG_PERSON = "wrong_person"
    SLIP = "slip"
    MISHEARD = "misheard"


_MISTAKES: Final = frozenset(Mistake)

# Built once, because every page about people asks it.
_EVENT = ObjectionEvent.__table__.c
_EVENTS = (
    select(_EVENT.subject_id, _EVENT.scope, _EVENT.channel, _EVENT.act, _EVENT.origin, _EVENT.effective_at)
    .where(among(_EVENT.subject_id, "subject_ids"))
    .order_by(_EVENT.id)
)


@dataclass(frozen=True, slots=True)
class Objection:
    """What a person objects to: a scope and a channel, or every channel."""

    scope: str
    channel: Channel | None = None


def covering(purpose: Purpose, channel: Channel) -> tuple[Objection, ...]:
    """Return the objections of which each takes a purpose this channel."""
    advertising = (Objection(DIRECT_MARKETING), Objection(DIRECT_MARKETING, channel)) if purpose.direct_marketing else ()
    return (Objection(purpose.code), *advertising)


def find_ways(session: Session, subject_ids: Sequence[str]) -> Mapping[str, Mapping[Objection, Mapping[str, datetime]]]:
    """Return for each person and objection the ways by which it came and stands; none of them is left where it ended.

    A wish ends the objection as such, a correction only what came in that one way.
    """
    standing: dict[str, dict[Objection, dict[str, datetime]]] = defaultdict(dict)
    for subject_id, scope, channel, act, origin, effective_at in session.execute(_EVENTS, {"subject_ids": subject_ids}):
        came = standing[subject_id].setdefault(Objection(scope, Channel(channel) if channel else None), {})
        if act == ObjectionAct.RAISED:
            came[origin] = effective_at
        elif act == ObjectionAct.LIFTED:
            came.clear()
        else:
            came.pop(Heard.STAFF if origin in _MISTAKES else origin, None)
    return standing
