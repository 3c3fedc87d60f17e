"""The list of cases: pseudonymous facts only; who lists them is entered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY

PAGE_SIZE: Final = 50
# What waits for somebody: a decision, a second person, or an answer that has to be posted.
WAITS: Final = (CaseState.OPEN, CaseState.SECOND, CaseState.ANSWERING)


class Shown(StrEnum):
    """Which cases a list shows."""

    OPEN = "open"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of cases, the most urgent first, and how many people each is about.

    Attributes:
        after: number of the last case where more follow.
    """

    cases: Sequence[RequestCase]
    people: Mapping[str, int]
    count: int
    after: str | None


def list_cases(session: Session, *, shown: Shown, after: str | None, actor: Actor, now: datetime) -> CasePage:
    """Return one page of cases; one entry.

    Args:
        after: number of the last case of the page before.
    """
    wanted = () if shown is Shown.ALL else (RequestCase.state != CaseState.CLOSED,)
    count = session.scalar(select(func.count()).select_from(RequestCase).where(*wanted)) or 0
    rows = session.scalars(
        select(RequestCase).where(*wanted, *_behind(session, after)).order_by(RequestCase.due_on, RequestCase.number).limit(PAGE_SIZE + 1)
    ).all()
    cases = rows[:PAGE_SIZE]
    audit.record(session, Action.REQUESTS_LISTED, actor=actor, now=now, count=len(cases), purpose=DUTY, basis="6-1-c")
    return CasePage(cases, count_people(session, [each.id for each in cases]), count, cases[-1].number if len(rows) > PAGE_SIZE else None)


def _behind(session: Session, after: str | None) -> tuple[ColumnElement[bool], ...]:
    last = session.execute(select(RequestCase.due_on, RequestCase.number).where(RequestCase.number == after)).first() if after else None
    if last is None:
        return ()
    return (or_(RequestCase.due_on > last.due_on, and_(RequestCase.due_on == last.due_on, RequestCase.number > last.number)),)


def count_people(session: Session, case_ids: Sequence[str]) -> dict[str, int]:
    """Return how many people each case is about."""
    of_cases = select(CaseSubject.case_id, func.count()).where(CaseSubject.case_id.in_(case_ids)).group_by(CaseSubject.case_id)
    return {row[0]: row[1] for row in session.execute(of_cases)}


def find_due(session: Session, *, states: Sequence[CaseState], limit: int) -> tuple[Sequence[RequestCase], int]:
    """Return the most urgent cases that wait for somebody, and how many there are besides."""
    waiting = (RequestCase.state.in_(states),)
    first = session.scalars(select(RequestCase).where(*waiting).order_by(RequestCase.due_on, RequestCase.number).limit(limit)).all()
    count = session.scalar(select(func.count()).select_from(RequestCase).where(*waiting)) or 0
    return first, count - len(first)


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A wish to be forgotten that an import brought before there were cases."""

    subject_id: str
    due_on: date


def find_tasks(session: Session) -> Sequence[WaitingTask]:
    """Return the wishes from imports that are no case yet, the most urgent first."""
    waiting = (PrivacyTask.kind == TaskKind.ERASURE_REQUESTED, PrivacyTask.done_at.is_(None))
    rows = session.execute(
        select(PrivacyTask.subject_id, PrivacyTask.due_on).where(*waiting).order_by(PrivacyTask.due_on, PrivacyTask.subject_id)
    )
    return [WaitingTask(row.subject_id, row.due_on) for row in rows.all()[:PAGE_SIZE]]
