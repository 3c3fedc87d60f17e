"""What rests while a case is open: data are restricted from the first moment where the right that is used demands it.

Who asks for erasure, objects for reasons of their own, or contests that data are right and wishes so, is restricted
until the answer has told them how it ends. Whom another case, staff or a decision restricts for the same reason stays so.

Source: Art. 17(1), 18(1)(a), (d), 18(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.lawfulness import ToldBy
from crm.models.request_case import CaseKind, CaseState, CaseSubject, RequestCase
from crm.privacy import restriction
from crm.privacy.requests import sealed
from crm.privacy.restriction import RestrictionReason

RESTS: Final = "restrict"  # the word of a request for rectification that says that the data shall rest meanwhile
SETTLED: Final = "settled"  # the word of a decision that says how a claim ends
_BEGUN: Final = "restricted"  # the word of a decision that names whom the case itself restricted


def reason_of(session: Session, case: RequestCase) -> RestrictionReason | None:
    """Return why the people of this case are restricted while it is open; None: they are not."""
    kind = CaseKind(case.kind)
    if kind is CaseKind.ERASURE:
        return RestrictionReason.ERASURE_PENDING
    if kind is CaseKind.USE_OBJECTION:
        return RestrictionReason.OBJECTION_PENDING
    if kind is CaseKind.RECTIFICATION and sealed.open_part(session, case, "sealed_request").get(RESTS):
        return RestrictionReason.ACCURACY_CONTESTED
    return None


def begin(session: Session, case: RequestCase, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Restrict people who came to a case; who is restricted for this reason already is so once."""
    reason = reason_of(session, case)
    if reason is None:
        return
    standing = restriction.find_reasons(session, subject_ids)
    free = [each for each in subject_ids if reason not in standing.get(each, ())]
    restriction.impose(session, subject_ids=free, reason=reason, actor=actor, now=now)
    if case.kind != CaseKind.ERASURE:
        shared = set(subject_ids) - set(_without_other_case(session, subject_ids, case))
        _note_begun(session, case, _find_begun(session, case) | {*free, *shared})


def take_back(session: Session, case: RequestCase, subject_id: str, *, actor: Actor, now: datetime) -> None:
    """Let go of somebody who was not meant."""
    reason = reason_of(session, case)
    if reason is None:
        return
    free = find_released(session, case, [subject_id])
    restriction.take_back(session, subject_ids=free, reason=reason, actor=actor, now=now)
    if case.kind != CaseKind.ERASURE:
        _note_begun(session, case, _find_begun(session, case) - {subject_id})


def end(
    session: Session, case: RequestCase, living: Sequence[str], *, told_at: datetime, told_by: ToldBy, actor: Actor, now: datetime
) -> None:
    """Let go of the people of an answered case; the answer has told them that the restriction ends.

    Source: Art. 18(3) DSGVO.
    """
    reason = reason_of(session, case)
    if reason is not None:
        free = find_released(session, case, living)
        restriction.lift(session, subject_ids=free, reason=reason, told_at=told_at, told_by=told_by, actor=actor, now=now)


def find_released(session: Session, case: RequestCase, subject_ids: Sequence[str]) -> list[str]:
    """Return those of the people whom this case restricts while it is open, and nothing else for the same reason."""
    reason = reason_of(session, case)
    free = _without_other_case(session, subject_ids, case)
    if reason is None:
        return []
    if case.kind == CaseKind.ERASURE:
        return free
    begun = _find_begun(session, case)
    return [each for each in free if each in begun and not _is_granted(session, each, reason)]


def _without_other_case(session: Session, subject_ids: Sequence[str], case: RequestCase) -> list[str]:
    """Return those of the people whom no other open case of this kind is about."""
    others = (
        select(CaseSubject.subject_id)
        .join(RequestCase, RequestCase.id == CaseSubject.case_id)
        .where(CaseSubject.subject_id.in_(subject_ids), RequestCase.id != case.id, RequestCase.state != CaseState.CLOSED)
        .where(RequestCase.kind == case.kind)
    )
    held = set(session.scalars(others))
    return [each for each in subject_ids if each not in held]


def _is_granted(session: Session, subject_id: str, reason: RestrictionReason) -> bool:
    """Say whether a decision of another case restricts this person for the same reason since it stands."""
    since = restriction.find_start(session, subject_id=subject_id, reason=reason)
    if since is None:
        return False
    decided = (
        select(RequestCase)
        .join(CaseSubject, CaseSubject.case_id == RequestCase.id)
        .where(CaseSubject.subject_id == subject_id, RequestCase.kind == CaseKind.RESTRICTION, RequestCase.decided_at >= since)
    )
    settled = (sealed.open_part(session, each, "sealed_decision").get(SETTLED) or {} for each in session.scalars(decided))
    return any(each.get("verdict") == "granted" and each.get("ground") == reason for each in settled)


def _find_begun(session: Session, case: RequestCase) -> set[str]:
    return set(sealed.open_part(session, case, "sealed_decision").get(_BEGUN, ()))


def _note_begun(session: Session, case: RequestCase, subject_ids: set[str]) -> None:
    sealed.add(session, case, "sealed_decision", {_BEGUN: sorted(subject_ids)})
