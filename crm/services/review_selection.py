"""Who is in the review of an actor: whose day comes soon, whom an import found overdue, who was kept without a day, who is dormant."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.clock import begin_of
from crm.models.contact import Contact
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.models.retention import DueKind, RetentionDue, RetentionKeep
from crm.privacy import dormant, due
from crm.privacy.erasure import ended
from crm.privacy.erasure.policy import run_policy
from crm.services.staff_names import find_account_id
from crm.vault import Subject, SubjectState

_SHOWN = 500  # people of one review; who has more begins with those longest overdue


def find_ids(session: Session, actor: Actor, today: date) -> list[str]:
    """Return who waits for a decision of this actor, those longest overdue first, as far as one review reads."""
    longest_first = func.coalesce(RetentionDue.due_on, today)
    return list(session.scalars(_waits_for(session, actor, today).order_by(longest_first, Subject.id).limit(_SHOWN)))


def count_waiting(session: Session, *, actor: Actor, today: date) -> int:
    """Return how many people wait for a decision of this actor."""
    return session.scalar(select(func.count()).select_from(_waits_for(session, actor, today).subquery())) or 0


def _waits_for(session: Session, actor: Actor, today: date) -> Select[str, str | None]:
    return select_reviewed(session, actor, today).where(~_kept(session, today), ~ended.asks_for_something(Subject.id))


def is_decidable(session: Session, subject_id: str, actor: Actor, today: date) -> bool:
    """Say whether this actor may decide about somebody, who may have been kept lately."""
    one = select_reviewed(session, actor, today).where(Subject.id == subject_id, ~ended.asks_for_something(Subject.id))
    return session.execute(one).first() is not None


def select_reviewed(session: Session, actor: Actor, today: date) -> Select[str, str | None]:
    """Return those whom this actor decides about, with the rule of their day if one is known.

    All for the coordinator, else the contacts they look after; whose time was up before an import is for the coordinator alone.
    """
    of_person = and_(RetentionDue.subject_id == Subject.id, RetentionDue.kind == DueKind.PERSON)
    living = select(Subject.id, RetentionDue.rule).outerjoin(RetentionDue, of_person).where(Subject.state == SubjectState.LIVING)
    wanted = living.where(Subject.id.in_(_waiting(session, today)))
    if actor.role is Role.PRIVACY:
        return wanted
    own = exists().where(Contact.subject_id == Subject.id, Contact.owner_id == find_account_id(session, actor))
    return wanted.where(own, Subject.id.not_in(_found_overdue()))


def _waiting(session: Session, today: date) -> Select[str]:
    """Select whose day comes soon, whom an import found overdue, and of whom no day ends what they are kept for: kept so, or dormant."""
    soon = today + timedelta(days=run_policy().days_before)
    ending = select(RetentionDue.subject_id).where(RetentionDue.kind == DueKind.PERSON, RetentionDue.due_on <= soon)
    has_day = exists().where(RetentionDue.subject_id == RetentionKeep.subject_id, RetentionDue.kind == DueKind.PERSON)
    everybody = union(
        ending, _found_overdue(), select(RetentionKeep.subject_id).where(~has_day), dormant.select_dormant(session, today=today)
    ).subquery()
    return select(everybody.c.subject_id)


def _found_overdue() -> Select[str]:
    return select(PrivacyTask.subject_id).where(PrivacyTask.kind == TaskKind.TIME_UP, PrivacyTask.done_at.is_(None))


def _kept(session: Session, today: date) -> ColumnElement[bool]:
    """Say whom somebody decided to keep; the question comes again before that ends, but not on the day of the decision."""
    soon = today + timedelta(days=run_policy().days_before)
    lately = RetentionKeep.kept_at >= begin_of(today, due.zone_of(session))
    return exists().where(RetentionKeep.subject_id == Subject.id, or_(RetentionKeep.until > soon, lately))
