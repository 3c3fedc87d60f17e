"""Widerspruch: against direct marketing at once and without reasons, against other purposes until decided.

Source: Art. 21(1)-(3) DSGVO.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows
from crm.models.lawfulness import ObjectionAct, ObjectionEvent, ToldBy
from crm.privacy import audit, bound_rows, due, indexing
from crm.privacy.actions import Action
from crm.privacy.purposes import Channel
from crm.privacy.standing_objections import DIRECT_MARKETING, Heard, Mistake, Objection, find_ways
from crm.vault import ObjectionLine, Right, RightsEntry, Subject, SubjectState, Vault

__all__ = [
    "DIRECT_MARKETING",
    "ForeignWordsError",
    "Heard",
    "Mistake",
    "Objection",
    "Raised",
    "StandingObjection",
    "correct",
    "correct_entry",
    "count_acts",
    "find_objections",
    "find_standing",
    "find_ways",
    "is_of_erased",
    "is_of_message",
    "lift",
    "origin_of_case",
    "origin_of_message",
    "raise_each",
    "raise_many",
    "raise_to_marketing",
    "stands_against_advertising",
]

_WORDS: Final = frozenset({*Heard, *Mistake})
# With the number of a case or message of ours, so that what came with it can be taken back; with the day of a wish.
_CASE, _MESSAGE = "Fall", "Portal"
_NUMBERED: Final = re.compile(rf"{_CASE} \d{{4}}-\d{{4,6}}|{_MESSAGE} [0-9a-f]{{32}}|({'|'.join(ToldBy)}) \d{{4}}-\d\d-\d\d")


def origin_of_case(number: str) -> str:
    """Return how the objections that came with a case are marked."""
    return f"{_CASE} {number}"


def origin_of_message(message_id: str) -> str:
    """Return how the objections of one message from the portal are marked, so that exactly these can be taken back."""
    return f"{_MESSAGE} {message_id}"


def is_of_message(origin: str) -> bool:
    """Say whether an objection came with a message from the portal."""
    return origin.startswith(f"{_MESSAGE} ")


@dataclass(frozen=True, slots=True)
class Raised:
    """An objection of one person and where it came from, in words of ours: `Heard`, `Mistake`, or what `_NUMBERED` describes.

    Attributes:
        result: what the entry of the log says of an act that ends it.

    Raises:
        ForeignWordsError: the origin is anything else.
    """

    subject_id: str
    objection: Objection
    origin: str
    result: str | None = None

    def __post_init__(self) -> None:
        if self.origin not in _WORDS and not _NUMBERED.fullmatch(self.origin):
            raise ForeignWordsError


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingObjection:
    """An objection that counts now.

    Attributes:
        came: each way by which the person let us know, with its moment, the first first; taking one back leaves the others.
    """

    objection: Objection
    came: Mapping[str, datetime]

    @property
    def since(self) -> datetime:
        """Return when the person last objected to it."""
        return max(self.came.values())


class ForeignWordsError(ValueError):
    """The origin of an objection would hold words that are not ours; a mistake in the program."""


def raise_many(session: Session, objections: Sequence[tuple[str, Objection]], *, origin: str, actor: Actor, now: datetime) -> None:
    """Enter objections of people that came from one place: (subject, objection)."""
    raise_each(session, [Raised(subject_id, each, origin) for subject_id, each in objections], actor=actor, now=now)


def raise_each(session: Session, objections: Sequence[Raised], *, actor: Actor, now: datetime) -> None:
    """Enter objections of people. Each counts from this moment, in every process.

    Asks for no reason and checks nothing, because an objection to direct marketing needs neither.

    Source: Art. 21(2), (3) DSGVO.
    """
    if objections:
        _append(session, objections, ObjectionAct.RAISED, actor=actor, now=now)


def correct(session: Session, *, origin: str, actor: Actor, now: datetime) -> Sequence[str]:
    """Take back the objections that came from `origin` because somebody else made them; return whose they were.

    What the person has objected to in another way stands, and who was erased meanwhile stays erased.
    """
    made = select(ObjectionEvent.subject_id).where(ObjectionEvent.origin == origin, ObjectionEvent.act == ObjectionAct.RAISED)
    of_living = made.join(Subject, Subject.id == ObjectionEvent.subject_id).where(Subject.state == SubjectState.LIVING)
    subject_ids = session.scalars(of_living.order_by(ObjectionEvent.id)).unique().all()
    wrong = [
        Raised(each, standing.objection, origin)
        for each in subject_ids
        for standing in find_standing(session, subject_id=each)
        if origin in standing.came
    ]
    if wrong:
        _append(session, wrong, ObjectionAct.CORRECTED, actor=actor, now=now)
    return [each.subject_id for each in wrong]


def is_of_erased(session: Session, *, origin: str) -> bool:
    """Say whether everybody who objected by way of `origin` has been erased since; False where nobody did."""
    raised = select(Subject.state).join(ObjectionEvent, ObjectionEvent.subject_id == Subject.id).where(ObjectionEvent.origin == origin)
    states = set(session.scalars(raised))
    return bool(states) and SubjectState.LIVING not in states


def find_standing(session: Session, *, subject_id: str) -> tuple[StandingObjection, ...]:
    """Return what one person objects to, with where it came from; the first objected first."""
    standing = find_ways(session, [subject_id]).get(subject_id, {})
    return tuple(StandingObjection(objection=about, came=came) for about, came in standing.items() if came)


def correct_entry(session: Session, *, subject_id: str, objection: Objection, mistake: Mistake, actor: Actor, now: datetime) -> None:
    """Take back an objection that staff entered though the person never objected; what was entered stays beside it.

    Source: Art. 5(1)(d) DSGVO.
    """
    wrong = Raised(subject_id, objection, mistake.value, mistake.value)
    _append(session, [wrong], ObjectionAct.CORRECTED, actor=actor, now=now)


def lift(session: Session, *, subject_id: str, objection: Objection, told: ToldBy, told_on: date, actor: Actor, now: datetime) -> None:
    """End an objection because the person expressly wishes it; the caller has made sure that they know what follows.

    Source: Art. 21(3) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.1.
    """
    wished = Raised(subject_id, objection, f"{told.value} {told_on.isoformat()}", told.value)
    _append(session, [wished], ObjectionAct.LIFTED, actor=actor, now=now)


_RIGHTS = {
    ObjectionAct.RAISED: Right.OBJECTION,
    ObjectionAct.CORRECTED: Right.OBJECTION_LIFTED,
    ObjectionAct.LIFTED: Right.OBJECTION_LIFTED,
}
_ACTIONS = {
    ObjectionAct.RAISED: Action.OBJECTION_RAISED,
    ObjectionAct.CORRECTED: Action.OBJECTION_CORRECTED,
    ObjectionAct.LIFTED: Action.OBJECTION_LIFTED,
}


def _append(session: Session, objections: Sequence[Raised], act: ObjectionAct, *, actor: Actor, now: datetime) -> None:
    """Enter acts about objections; first in the journal of the key store, so that no restored backup undoes them."""
    Vault.of(session).note_rights([_line(each, act, now) for each in objections])
    rows = [
        {
            "subject_id": each.subject_id,
            "scope": each.objection.scope,
            "channel": each.objection.channel,
            "act": act,
            "origin": each.origin,
            "effective_at": now,
            "recorded_at": now,
        }
        for each in objections
    ]
    insert_rows(session.connection(), ObjectionEvent, rows)
    entries = [
        audit.Entry(
            action=_ACTIONS[act],
            subject_id=each.subject_id,
            purpose=each.objection.scope,
            kind=each.objection.channel,
            rows=[row],
            result=each.result,
        )
        for each, row in zip(objections, bound_rows.digests(ObjectionEvent, rows), strict=True)
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    subject_ids = list(dict.fromkeys(each.subject_id for each in objections))
    due.refresh_consenting(session, subject_ids, now=now)  # whom a consent held is held by it no longer, or again
    indexing.announce_changed(session, subject_ids, now=now)


def _line(raised: Raised, act: ObjectionAct, now: datetime) -> RightsEntry:
    """Return the line of the journal, which says the act as its event does: only so can it be entered again after a restore."""
    about = raised.objection
    said = ObjectionLine(act=act.value, origin=raised.origin, channel=about.channel)
    return RightsEntry(right=_RIGHTS[act], noted_at=now, subject_id=raised.subject_id, purposes=(about.scope,), objection=said)


def raise_to_marketing(
    session: Session, *, subject_id: str, origin: str, actor: Actor, now: datetime, channel: Channel | None = None
) -> None:
    """Enter a Werbewiderspruch of one person, for one channel or for all."""
    raise_many(session, [(subject_id, Objection(DIRECT_MARKETING, channel))], origin=origin, actor=actor, now=now)


def remember(session: Session, *, subject_id: str, actor: Actor, now: datetime) -> None:
    """Enter what the suppression list remembers of an address that this person has from now on; again is the same as once.

    Source: Art. 21(3) DSGVO.
    """
    if Objection(DIRECT_MARKETING) not in find_objections(session, [subject_id]).get(subject_id, ()):
        raise_to_marketing(session, subject_id=subject_id, origin=Heard.SUPPRESSION_LIST, actor=actor, now=now)


def find_objections(session: Session, subject_ids: Sequence[str]) -> dict[str, frozenset[Objection]]:
    """Return what the people object to; acts count in their order, whatever their times say."""
    return {
        subject_id: frozenset(about for about, came in standing.items() if came)
        for subject_id, standing in find_ways(session, subject_ids).items()
    }


def stands_against_advertising(session: Session, subject_ids: Sequence[str], *, channel: Channel) -> bool:
    """Say whether one of these people objects to advertising by this channel, or by any."""
    covering = {Objection(DIRECT_MARKETING), Objection(DIRECT_MARKETING, channel)}
    return any(not covering.isdisjoint(each) for each in find_objections(session, subject_ids).values())


def count_acts(session: Session, *, acts: Collection[ObjectionAct]) -> dict[str, int]:
    """Return how often each person's objections were raised, or taken back; each act stands in the journal of the key store too."""
    these = select(ObjectionEvent.subject_id, func.count()).where(ObjectionEvent.act.in_(acts))
    return dict(session.execute(these.group_by(ObjectionEvent.subject_id)).all())
