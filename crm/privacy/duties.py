"""The duty towards a person to whom something is owed: the ground on which the coordinator may look at their data meanwhile.

It begins with the first task or case about somebody, and ends with the last one that is settled. The ground is bound to
the log, tasks are not; so one that stands without either of them says that a task was deleted or marked as done with SQL.

Source: Art. 6(1)(c) with Art. 5(1)(e), 5(2), 12(3), 14(3), 17, 21(1), 32(1)(d) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Database
from crm.models.lawfulness import GroundEvent
from crm.models.privacy_task import PrivacyTask
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import lawfulness, purposes
from crm.privacy.lawfulness import NewGround
from crm.privacy.purposes import Purpose
from crm.vault import Subject, SubjectState

DUTY: Final = "request_handling"  # the purpose of `config/purposes.toml` that open tasks and cases open
_AT_ONCE = 500  # people of one look


def begin(session: Session, subject_ids: Sequence[str], *, now: datetime) -> dict[str, list[str]]:
    """Start the ground for those who have none yet; return the digests of the new rows by person, for the entries of the act."""
    duty = find_duty(session)
    if duty is None:
        return {}
    known = lawfulness.find_grounds(session, subject_ids, now=now)
    fresh = [each for each in subject_ids if DUTY not in known.get(each, {})]
    rows = lawfulness.start_grounds(session, [NewGround(subject_id=each, purpose=duty, since=now) for each in fresh], now=now)
    return {subject_id: [row] for subject_id, row in zip(fresh, rows, strict=True)}


def end(session: Session, subject_ids: Sequence[str], *, but_case: str | None = None, actor: Actor, now: datetime) -> None:
    """End the ground for those whom no open task or case concerns any more.

    Args:
        but_case: the case that is being closed, or lets go of them.
    """
    duty = find_duty(session)
    if duty is not None:
        for each in _without_cause(session, subject_ids, now, but_case=but_case):
            lawfulness.end_ground(session, subject_id=each, purpose=duty, ends_at=now, actor=actor, now=now)


def find_duty(session: Session) -> Purpose | None:
    """Return the purpose that open tasks and cases open; None where the coordinator has set that there is none."""
    return next((each for each in purposes.find_all(session) if each.code == DUTY), None)


def find_without_cause(database: Database, *, now: datetime) -> list[str]:
    """Return the living people towards whom a duty is open without a task or case, in a fixed order."""
    found, last = list[str](), ""
    while True:
        with database.reading() as session:
            begun = select(GroundEvent.subject_id).join(Subject, Subject.id == GroundEvent.subject_id).distinct()
            begun = begun.where(Subject.state == SubjectState.LIVING, GroundEvent.purpose == DUTY, GroundEvent.subject_id > last)
            subject_ids = session.scalars(begun.order_by(GroundEvent.subject_id).limit(_AT_ONCE)).all()
            without = _without_cause(session, subject_ids, now)
        if without:
            with database.reading() as session:  # asked twice: what was settled between ground and task is no finding
                found += _without_cause(session, without, now)
        if not subject_ids:
            return found
        last = subject_ids[-1]


def _without_cause(session: Session, subject_ids: Sequence[str], now: datetime, *, but_case: str | None = None) -> list[str]:
    if not subject_ids:
        return []
    grounds = lawfulness.find_grounds(session, subject_ids, now=now)
    tasks = select(PrivacyTask.subject_id).where(PrivacyTask.subject_id.in_(subject_ids), PrivacyTask.done_at.is_(None))
    cases = select(CaseSubject.subject_id).join(RequestCase, RequestCase.id == CaseSubject.case_id)
    cases = cases.where(CaseSubject.subject_id.in_(subject_ids), RequestCase.state != CaseState.CLOSED)
    if but_case is not None:
        cases = cases.where(RequestCase.id != but_case)
    causes = {*session.scalars(tasks), *session.scalars(cases)}
    return [each for each in subject_ids if DUTY in grounds.get(each, {}) and each not in causes]
