"""Settles claims: restricts, takes over what is right, ends what was objected to, or refuses with a reason that the person reads.

What is decided takes effect in the same transaction; the person is told by the answer, and a restriction that stood while the
claim was examined ends only then.

Source: Art. 12(4)-(6), 16, 18, 21(1) DSGVO.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import Contact
from crm.models.field_groups import GROUP_OF
from crm.models.request_case import CaseKind, CaseState, Identity, RequestCase
from crm.privacy import disclosure, lawfulness, objection, purposes, rectification, restriction
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY
from crm.privacy.objection import Objection
from crm.privacy.purposes import Purpose
from crm.privacy.requests import one_person, order, people, recipients, sealed
from crm.privacy.requests.acts import Act
from crm.privacy.requests.claims import GROUNDS, REFUSALS, WEIGHED, ClaimRefusal, ClaimVerdict, Line, Settled
from crm.privacy.requests.errors import (
    CaseStateError,
    ClaimReasonMissingError,
    IdentityOpenError,
    NobodyFoundError,
    NothingRightError,
    NotOfferedError,
    PersonChangedError,
    PurposesUnchosenError,
    WeighingMissingError,
)
from crm.privacy.requests.pending import SETTLED
from crm.privacy.requests.taking import take_case
from crm.privacy.requests.texts import require_fitting
from crm.privacy.restriction import RestrictionReason

_KNOWN: Final = frozenset({Identity.KNOWN, Identity.MAIL_CONFIRMED})
_OPEN_TO_OBJECTION: Final = frozenset({"6-1-e", "6-1-f"})
REFUSAL: Final = "claim-refusal"  # names of fields, where a refusal of the desk is shown
_WEIGHING, _PURPOSES = "claim-weighing", "claim-purpose"


def restrict(session: Session, *, case_id: str, version: int, ground: RestrictionReason, actor: Actor, now: datetime) -> RequestCase:
    """Restrict the data from now on, in one of the cases of Art. 18(1), as the person asks.

    Raises:
        NotOfferedError: it is no such case.
        IdentityOpenError, NobodyFoundError, SeveralPersonsError: it is not settled whose data these are.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.

    Source: Art. 18(1) DSGVO.
    """
    case = _take(session, CaseKind.RESTRICTION, case_id=case_id, version=version, actor=actor)
    if ground not in GROUNDS:
        raise NotOfferedError(field="claim-ground")
    found = _require_person(session, case, actor=actor, now=now)
    standing = restriction.find_reasons(session, found)
    free = [each for each in found if ground not in standing.get(each, ())]
    restriction.impose(session, subject_ids=free, reason=ground, actor=actor, now=now)
    return _settle(session, case, Settled(verdict=ClaimVerdict.GRANTED, ground=ground), actor=actor, now=now)


def find_contested(session: Session, subject_ids: Sequence[str], *, now: datetime) -> tuple[Purpose, ...]:
    """Return the purposes a person can object to: those that rest on a public task or a legitimate interest and stand now."""
    found = lawfulness.find_grounds(session, subject_ids, now=now)
    standing = {code for grounds in found.values() for code, ground in grounds.items() if ground.holds(now)}
    return tuple(each for each in purposes.find_all(session) if each.code in standing and each.basis in _OPEN_TO_OBJECTION)


def uphold(
    session: Session,
    *,
    case_id: str,
    version: int,
    codes: Collection[str],
    weighing: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> RequestCase:
    """Follow an objection: the chosen purposes end for this person at once, and do not come back with the next import.

    Where others go on, both sides are weighed, and the person reads our compelling grounds.

    Raises:
        PurposesUnchosenError: nothing is chosen, or something that is not there.
        WeighingMissingError, ClaimReasonMissingError, TextTooLongError, TurnedTextError: a part goes on, and it is not said why.
        IdentityOpenError, NobodyFoundError, SeveralPersonsError: it is not settled whose data these are.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.

    Source: Art. 21(1) sentence 2, 17(1)(c) DSGVO.
    """
    case = _take(session, CaseKind.USE_OBJECTION, case_id=case_id, version=version, actor=actor)
    found = _require_person(session, case, actor=actor, now=now)
    contested = find_contested(session, found, now=now)
    ended = [each for each in contested if each.code in codes]
    if not ended or set(codes) - {each.code for each in contested}:
        raise PurposesUnchosenError(field=_PURPOSES)
    kept = [each.code for each in contested if each.code not in codes]
    if kept:
        _require_weighing(weighing, reason)
    _end(session, case, found, ended, actor=actor, now=now)
    return _settle(session, case, _upheld([each.code for each in ended], kept, weighing, reason), actor=actor, now=now)


def _upheld(ended: Sequence[str], kept: Sequence[str], weighing: str, reason: str) -> Settled:
    """Return the decision: what goes on beside what ends does so for compelling grounds."""
    return Settled(
        verdict=ClaimVerdict.IN_PART if kept else ClaimVerdict.GRANTED,
        ground=ClaimRefusal.COMPELLING if kept else "",
        reason=reason.strip() if kept else "",
        weighing=weighing.strip(),
        purposes=tuple(ended),
        kept=tuple(kept),
    )


def _end(session: Session, case: RequestCase, found: Sequence[str], ended: Sequence[Purpose], *, actor: Actor, now: datetime) -> None:
    objections = [(each, Objection(purpose.code)) for each in found for purpose in ended]
    objection.raise_many(session, objections, origin=objection.origin_of_case(case.number), actor=actor, now=now)
    for subject_id, grounds in lawfulness.find_grounds(session, found, now=now).items():
        for purpose in ended:
            if purpose.code in grounds:
                lawfulness.end_ground(session, subject_id=subject_id, purpose=purpose, ends_at=now, actor=actor, now=now)


def find_versions(session: Session, subject_ids: Sequence[str]) -> tuple[int, ...]:
    """Return how the entries of a person stand, for a form that shows what they say."""
    return tuple(session.get_one(Contact, each).version for each in subject_ids)


def open_fields(session: Session, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, str]:
    """Return what the fields of a person say, over all entries; one entry in the log for each of them."""
    groups = frozenset(GROUP_OF.values())
    opened = disclosure.open_for_request(session, subject_ids=subject_ids, groups=groups, actor=actor, now=now)
    said = {name: dict.fromkeys(fields[name] for fields in opened.values() if fields.get(name)) for name in GROUP_OF}
    return {name: " / ".join(values) for name, values in said.items()}


def rectify(
    session: Session,
    *,
    case_id: str,
    version: int,
    seen: Sequence[int],
    right: Mapping[str, str],
    reasons: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> RequestCase:
    """Take over what the person says is right, field by field, or leave a field as it is and say why.

    Args:
        seen: how the entries stood when whoever decides compared them.
        right: what is right, by field, as it can be taken.
        reasons: why a field is not taken over; who is named here is not.

    Raises:
        NothingRightError: no field says what is right.
        PersonChangedError: somebody changed the person meanwhile.
        ClaimReasonMissingError, TextTooLongError, TurnedTextError: a field is left, and it is not said why.
        IdentityOpenError, NobodyFoundError, SeveralPersonsError: it is not settled whose data these are.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.

    Source: Art. 16, 5(1)(d), 12(4) DSGVO.
    """
    case = _take(session, CaseKind.RECTIFICATION, case_id=case_id, version=version, actor=actor)
    found = _require_person(session, case, actor=actor, now=now)
    if not right:
        raise NothingRightError(field="claim-right")
    if tuple(seen) != find_versions(session, found):
        raise PersonChangedError
    for name, reason in reasons.items():
        _require_reason(reason, field=f"claim-reason-{name}")
    before = open_fields(session, found, actor=actor, now=now)
    _take_over(session, found, {name: value for name, value in right.items() if name not in reasons}, actor=actor, now=now)
    lines = tuple(Line(field=name, old=before[name], new=value, reason=reasons.get(name, "").strip()) for name, value in right.items())
    return _settle(session, case, _compared(lines), actor=actor, now=now)


def _compared(lines: tuple[Line, ...]) -> Settled:
    left = sum(bool(each.reason) for each in lines)
    verdict = ClaimVerdict.REFUSED if left == len(lines) else ClaimVerdict.IN_PART if left else ClaimVerdict.GRANTED
    return Settled(verdict=verdict, ground=ClaimRefusal.ACCURATE if left else "", lines=lines)


def _take_over(session: Session, found: Sequence[str], fields: Mapping[str, str], *, actor: Actor, now: datetime) -> None:
    duty = purposes.find_all(session).get(DUTY)
    for subject_id, version in zip(found, find_versions(session, found), strict=True):
        rectification.apply_changes(
            session, subject_id=subject_id, fields=fields, purpose=duty, expected_version=version, actor=actor, now=now
        )


def refuse(
    session: Session, *, case_id: str, version: int, ground: ClaimRefusal, weighing: str, reason: str, actor: Actor, now: datetime
) -> RequestCase:
    """Refuse with a ground and a reason that the person reads; an objection after both sides were weighed.

    Raises:
        NotOfferedError: a claim of this kind is not refused on that.
        WeighingMissingError, ClaimReasonMissingError, TextTooLongError, TurnedTextError: it is not said why.
        IdentityOpenError: it is not settled whose request this is, and it is not refused for that.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.

    Source: Art. 12(4)-(6), 18(1), 21(1) sentence 2 DSGVO.
    """
    case = take_case(session, act=Act.SETTLE, case_id=case_id, version=version, actor=actor)
    if ground not in REFUSALS[CaseKind(case.kind)]:
        raise NotOfferedError(field="claim-refused-on")
    if ground is not ClaimRefusal.NOT_IDENTIFIED and case.identity not in _KNOWN:
        raise IdentityOpenError
    if ground in WEIGHED:
        _require_weighing(weighing, reason)
    _require_reason(reason, field=REFUSAL)
    settled = Settled(verdict=ClaimVerdict.REFUSED, ground=ground, reason=reason.strip(), weighing=weighing.strip())
    return _settle(session, case, settled, actor=actor, now=now)


def _take(session: Session, kind: CaseKind, *, case_id: str, version: int, actor: Actor) -> RequestCase:
    case = take_case(session, act=Act.SETTLE, case_id=case_id, version=version, actor=actor)
    if case.kind != kind:
        raise CaseStateError
    return case


def _require_person(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> list[str]:
    if case.identity not in _KNOWN:
        raise IdentityOpenError
    found = people.find_living_of(session, case)
    if not found:
        raise NobodyFoundError
    one_person.require_one(session, found, actor=actor, now=now)
    return found


def _require_weighing(weighing: str, reason: str) -> None:
    if not weighing.strip():
        raise WeighingMissingError(field=_WEIGHING)
    require_fitting(weighing, field=_WEIGHING)
    _require_reason(reason, field=REFUSAL)


def _require_reason(reason: str, *, field: str) -> None:
    if not reason.strip():
        raise ClaimReasonMissingError(field=field)
    require_fitting(reason, field=field)


def _settle(session: Session, case: RequestCase, settled: Settled, *, actor: Actor, now: datetime) -> RequestCase:
    case.state, case.decided_at, case.decided_by = CaseState.ANSWERING, now, actor.pseudonym
    order.place(session, case, ())
    sealed.add(session, case, "sealed_decision", {SETTLED: settled.as_stored()})
    if settled.verdict is not ClaimVerdict.REFUSED:
        recipients.collect(session, case, people.find_living_of(session, case), ended=settled.purposes, now=now)
    result, basis = settled.verdict, settled.ground or None
    people.enter(session, case, Action.REQUEST_DECIDED, actor=actor, now=now, result=result, basis=basis)
    return case
