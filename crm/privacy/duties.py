"""Is there something to do wherever a duty is open? A task that somebody deleted or marked as done with SQL would never be done.

Opening the first task of a person or a case lets the ground of the duty begin, and the last one that is settled ends
it. The ground is bound to the log, tasks are not; so a ground that stands without either of them says that one is gone.

Source: Art. 5(2), 12(3), 14(3), 21(1), 32(1)(d) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.db import Database
from crm.models.lawfulness import GroundEvent
from crm.models.privacy_task import PrivacyTask
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import lawfulness
from crm.privacy.tasks import DUTY
from crm.vault import Subject, SubjectState

_AT_ONCE = 500  # people of one look


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


def _without_cause(session: Session, subject_ids: Sequence[str], now: datetime) -> list[str]:
    if not subject_ids:
        return []
    grounds = lawfulness.find_grounds(session, subject_ids, now=now)
    tasks = select(PrivacyTask.subject_id).where(PrivacyTask.subject_id.in_(subject_ids), PrivacyTask.done_at.is_(None))
    cases = select(CaseSubject.subject_id).join(RequestCase, RequestCase.id == CaseSubject.case_id)
    cases = cases.where(CaseSubject.subject_id.in_(subject_ids), RequestCase.state != CaseState.CLOSED)
    causes = {*session.scalars(tasks), *session.scalars(cases)}
    return [each for each in subject_ids if DUTY in grounds.get(each, {}) and each not in causes]
