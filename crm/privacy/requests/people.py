"""The people a case is about: restricted from the first moment where their right demands it, and let go of when they were not meant.

Source: Art. 17(1), 18 DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.lawfulness import ToldBy
from crm.models.request_case import CaseSubject, RequestCase
from crm.privacy import audit, bound_rows, duties
from crm.privacy.actions import Action
from crm.privacy.requests import pending
from crm.vault import ErasedError, Subject, SubjectState


def find_people(session: Session, case_id: str) -> list[str]:
    """Return the pseudonyms of the people of a case, in a fixed order."""
    return list(session.scalars(select(CaseSubject.subject_id).where(CaseSubject.case_id == case_id).order_by(CaseSubject.subject_id)))


def find_living(session: Session, subject_ids: Sequence[str]) -> list[str]:
    """Return who of these is not erased, in the given order."""
    living = set(session.scalars(select(Subject.id).where(Subject.id.in_(subject_ids), Subject.state == SubjectState.LIVING)))
    return [each for each in dict.fromkeys(subject_ids) if each in living]


def find_living_of(session: Session, case: RequestCase) -> list[str]:
    """Return the people of a case who are not erased, in a fixed order."""
    return find_living(session, find_people(session, case.id))


def enter(
    session: Session, case: RequestCase, action: Action, *, actor: Actor, now: datetime, result: str | None = None, basis: str | None = None
) -> None:
    """Enter an act about a case, once everything is written: the entry names the row of the case and its people."""
    now_so = bound_rows.digests_of_case(session, case)
    entry = audit.Entry(action=action, subject_id=case.subject_id, kind=case.kind, rows=now_so, result=result, basis=basis)
    audit.record_all(session, [entry], actor=actor, now=now)


def attach(session: Session, case: RequestCase, found: Sequence[tuple[str, str]], *, actor: Actor, now: datetime) -> None:
    """Add people to a case; where what it asks for demands it, nobody uses their data for anything else from now on.

    Args:
        found: (person, how they were found).

    Raises:
        ErasedError: one of them is erased.
    """
    known = set(find_people(session, case.id))
    fresh = {subject_id: found_by for subject_id, found_by in found if subject_id not in known}
    if not fresh:
        return
    if len(find_living(session, list(fresh))) != len(fresh):
        raise ErasedError
    session.add_all(CaseSubject(case_id=case.id, subject_id=each, found_by=found_by) for each, found_by in fresh.items())
    session.flush()
    pending.begin(session, case, list(fresh), actor=actor, now=now)
    grounds = duties.begin(session, list(fresh), now=now)
    now_so = bound_rows.digests_of_case(session, case)
    entries = [
        audit.Entry(action=Action.REQUEST_ASSIGNED, subject_id=each, kind=case.kind, result="added", rows=[*grounds.get(each, ()), *now_so])
        for each in fresh
    ]
    audit.record_all(session, entries, actor=actor, now=now)


def detach(session: Session, case: RequestCase, subject_id: str, *, actor: Actor, now: datetime) -> None:
    """Let go of somebody who was not meant: they asked for nothing, so they need not be told."""
    if subject_id not in find_people(session, case.id):
        return
    session.execute(delete(CaseSubject).where(CaseSubject.case_id == case.id, CaseSubject.subject_id == subject_id))
    pending.take_back(session, case, subject_id, actor=actor, now=now)
    now_so = bound_rows.digests_of_case(session, case)
    audit.record(
        session, Action.REQUEST_ASSIGNED, actor=actor, now=now, subject_id=subject_id, kind=case.kind, rows=now_so, result="removed"
    )
    duties.end(session, [subject_id], actor=actor, now=now)


def release(session: Session, case: RequestCase, *, told_at: datetime, told_by: ToldBy, actor: Actor, now: datetime) -> None:
    """Let go of everybody of an answered case who was not erased; the answer has told them that the restriction ends.

    Source: Art. 18(3) DSGVO.
    """
    living = find_living_of(session, case)
    pending.end(session, case, living, told_at=told_at, told_by=told_by, actor=actor, now=now)
    duties.end(session, living, but_case=case.id, actor=actor, now=now)
