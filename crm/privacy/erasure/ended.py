"""Whose period has ended on a day, and whom something holds back: read from the days that were kept ready.

Source: Art. 5(1)(e), 17(3) DSGVO.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.db import among
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.models.retention import DueKind, RetentionDue, RetentionKeep
from crm.privacy import holds, restriction, row_integrity
from crm.privacy.erasure import unsound
from crm.vault import Subject, SubjectState

THINGS: Final = (DueKind.NOTE, DueKind.TICKET, DueKind.INVOICE, DueKind.CUSTOM_VALUE)  # what goes by a period of its own


_BOUND_THINGS: Final = {DueKind.NOTE: "note"}  # of which an entry names each row


@dataclass(frozen=True, slots=True)
class Planned:
    """One person or thing that is due: by which rule, since when its period ran and which day was the last of it."""

    subject_id: str
    kind: DueKind
    object_id: str
    rule: str
    started_on: date
    due_on: date


class HeldBy(StrEnum):
    """What keeps somebody whose time is up for now."""

    KEEP = "keep"  # somebody decided to keep them, until a day
    TASK = "task"  # somebody has yet to decide, because they came in with an import
    REQUEST = "request"  # they ask for something themselves
    RESTRICTION = "restriction"  # they obtained that their data are kept (Art. 18(1))
    HOLD = "hold"  # a tax audit or a lawsuit forbids it for now
    CHANGED = "changed"  # their row was changed past the program, so that their day is not to be believed


@dataclass(frozen=True, slots=True)
class Held:
    """One person who is due and stays for now, and why."""

    subject_id: str
    rule: str
    due_on: date
    why: tuple[HeldBy, ...]


def find_unsound(session: Session, *, day: date) -> set[str]:
    """Return the people due on a day of whom a row was changed past the program: nothing is destroyed on its word.

    Raises:
        KeyUnavailableError: that cannot be said at the moment.
    """
    people = session.execute(_due(DueKind.PERSON, day)).scalars().all()
    return unsound.find_changed(session, people)


def find_unsound_owners(session: Session, kind: DueKind, things: Sequence[Planned]) -> set[str]:
    """Return whose things of a kind, of those who have one of these, were changed past the program, as far as the log can tell."""
    table, owners = _BOUND_THINGS.get(kind), sorted({each.subject_id for each in things})
    return row_integrity.find_changed(session, owners, tables=frozenset({table})) if table and owners else set()


def find_due(
    session: Session, kind: DueKind, *, day: date, limit: int | None = None, besides: Collection[str] = frozenset()
) -> list[Planned]:
    """Return who or what is due on a day and held by nothing, the longest overdue first."""
    others = ~among(RetentionDue.__table__.c.subject_id, "besides")
    wanted = _due(kind, day).where(~_is_held(day), others).order_by(RetentionDue.due_on, RetentionDue.subject_id, RetentionDue.object_id)
    return [Planned(*row) for row in session.execute(wanted.limit(limit), {"besides": besides})]


def count_due_people(session: Session, *, day: date) -> int:
    """Return how many people are due on a day and held by nothing."""
    return session.scalar(select(func.count()).select_from(_due(DueKind.PERSON, day).where(~_is_held(day)).subquery())) or 0


def count_held(session: Session, *, day: date) -> int:
    """Return how many people are due on a day and stay for now."""
    return session.scalar(select(func.count()).select_from(_due(DueKind.PERSON, day).where(_is_held(day)).subquery())) or 0


def count_skipped(session: Session, *, day: date) -> Counter[str]:
    """Return by reason how many people and things about them are due on a day and stay."""
    counts: Counter[str] = Counter()
    for why, holds_back in _reasons(day).items():
        for kind in DueKind:
            counts[why] += session.scalar(select(func.count()).select_from(_due(kind, day).where(holds_back).subquery())) or 0
    counts[HeldBy.CHANGED] += len(find_unsound(session, day=day))
    for kind in _BOUND_THINGS:
        left = find_due(session, kind, day=day)
        owners = find_unsound_owners(session, kind, left)
        counts[HeldBy.CHANGED] += sum(each.subject_id in owners for each in left)
    return counts


def find_held(session: Session, *, day: date, doubtful: Collection[str] = frozenset()) -> list[Held]:
    """Return who is due on a day and stays for now, with every reason; the longest overdue first."""
    reasons = _reasons(day)
    rows = (
        _due(DueKind.PERSON, day)
        .add_columns(*reasons.values())
        .where(or_(_is_held(day), among(RetentionDue.__table__.c.subject_id, "doubtful")))
        .order_by(RetentionDue.due_on, RetentionDue.subject_id)
    )
    return [
        Held(
            row.subject_id,
            row.rule,
            row.due_on,
            (
                *(why for why, holds in zip(reasons, row[-len(reasons) :], strict=True) if holds),
                *([HeldBy.CHANGED] if row.subject_id in doubtful else []),
            ),
        )
        for row in session.execute(rows, {"doubtful": doubtful})
    ]


def count_living(session: Session) -> int:
    """Return how many people there are."""
    return session.scalar(select(func.count()).select_from(Subject).where(Subject.state == SubjectState.LIVING)) or 0


def _due(kind: DueKind, day: date) -> Select[*tuple[Any, ...]]:
    """Return the living whose period ended before the day: the last day of a period still belongs to it."""
    columns = (
        RetentionDue.subject_id,
        RetentionDue.kind,
        RetentionDue.object_id,
        RetentionDue.rule,
        RetentionDue.started_on,
        RetentionDue.due_on,
    )
    living = and_(Subject.id == RetentionDue.subject_id, Subject.state == SubjectState.LIVING)
    return select(*columns).join(Subject, living).where(RetentionDue.kind == kind, RetentionDue.due_on < day)


def _is_held(day: date) -> ColumnElement[bool]:
    """Say who stays for now."""
    return or_(*_reasons(day).values())


@lru_cache(maxsize=4)
def _reasons(day: date) -> Mapping[HeldBy, ColumnElement[bool]]:
    """Return what keeps somebody, and how it is seen; written once for a day, because its run asks over and over."""
    kept = exists().where(RetentionKeep.subject_id == RetentionDue.subject_id, RetentionKeep.until >= day)
    asked = exists().where(
        PrivacyTask.subject_id == RetentionDue.subject_id,
        PrivacyTask.kind == TaskKind.TIME_UP,
        PrivacyTask.done_at.is_(None),
        PrivacyTask.due_on >= day,
    )
    return {
        HeldBy.KEEP: kept,
        HeldBy.TASK: asked,
        HeldBy.REQUEST: asks_for_something(RetentionDue.subject_id),
        HeldBy.RESTRICTION: restriction.is_obtained_by(RetentionDue.subject_id),
        HeldBy.HOLD: _is_under_hold(day),
    }


def _is_under_hold(day: date) -> ColumnElement[bool]:
    person, rule = RetentionDue.subject_id, RetentionDue.rule
    of_person = and_(RetentionDue.kind == DueKind.PERSON, holds.holds_person(person, day))
    return or_(holds.holds_thing(person, rule, day), of_person)


def asks_for_something(subject_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Say who has a request in progress: it is answered before anything else is done to the person."""
    in_progress = RequestCase.state != CaseState.CLOSED
    own = exists().where(RequestCase.subject_id == subject_id, in_progress)
    about = exists().where(CaseSubject.subject_id == subject_id, CaseSubject.case_id == RequestCase.id, in_progress)
    return or_(own, about)
