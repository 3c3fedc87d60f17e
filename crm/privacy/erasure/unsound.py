"""Whose rows were changed past the program, so that nobody is forgotten on their word.

Whoever writes SQL could end a ground, mark the task as done that keeps somebody for a month, or close their case, and the next run
would destroy the person for good. So before a run orders an erasure by rule, what it goes by is compared with what the log says.

Source: Art. 5(1)(f), 5(2), 32(1)(b) DSGVO.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.db import among
from crm.models.privacy_task import DECIDED_WITHIN, PrivacyTask, TaskKind
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import due, keeping, plain_columns, restriction, row_integrity
from crm.privacy.restriction import RestrictionReason

_A_DAY = timedelta(days=1)
_TO_DECIDE = select(PrivacyTask.subject_id, PrivacyTask.due_on).where(
    among(PrivacyTask.__table__.c.subject_id, "subject_ids"), PrivacyTask.kind == TaskKind.TIME_UP, PrivacyTask.done_at.is_(None)
)
_IN_OPEN_CASE = (
    select(CaseSubject.subject_id)
    .join(RequestCase, RequestCase.id == CaseSubject.case_id)
    .where(among(CaseSubject.__table__.c.subject_id, "subject_ids"), RequestCase.state != CaseState.CLOSED)
)


def find_changed(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return of whom the contact, what keeps them, or what says when their time is up is not what the program wrote.

    Raises:
        KeyUnavailableError: that cannot be said at the moment.
    """
    return (
        plain_columns.find_unsound(session, subject_ids)
        | keeping.find_unsound(session, subject_ids)
        | row_integrity.find_changed(session, subject_ids)
        | _find_without_hold(session, subject_ids)
    )


def _find_without_hold(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return who is restricted because somebody has yet to decide, and lacks the task or the case in which they do.

    The restriction is bound to the log; tasks and the state of a case are taken at their word only as far as they agree with it.
    """
    reasons = restriction.find_reasons(session, subject_ids)
    overdue = [each for each, why in reasons.items() if RestrictionReason.TIME_UP in why]
    asking = [each for each, why in reasons.items() if RestrictionReason.ERASURE_PENDING in why]
    return {*(set(overdue) - _find_with_task(session, overdue)), *(set(asking) - _find_with_case(session, asking))}


def _find_with_task(session: Session, subject_ids: Collection[str]) -> set[str]:
    """Return who has an open task to decide, with all the time for it that an import gave."""
    zone = due.zone_of(session)
    found = set()
    for subject_id, due_on in session.execute(_TO_DECIDE, {"subject_ids": list(subject_ids)}):
        start = restriction.find_start(session, subject_id=subject_id, reason=RestrictionReason.TIME_UP)
        # The restriction may have been entered a moment after the task, on the other side of midnight.
        if start is not None and due_on >= due.last_day(start, within=DECIDED_WITHIN, zone=zone) - _A_DAY:
            found.add(subject_id)
    return found


def _find_with_case(session: Session, subject_ids: Collection[str]) -> set[str]:
    return set(session.scalars(_IN_OPEN_CASE, {"subject_ids": list(subject_ids)}))
