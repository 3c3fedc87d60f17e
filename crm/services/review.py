"""Aufräumen: people whose time is up or nearly up, one by one: let go, or keep with a reason until a day.

Source: Art. 5(1)(e), 5(2), 17(1)(a) DSGVO.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError, NotFoundError
from crm.models.contact import Contact
from crm.models.erasure import ErasureCause
from crm.models.retention import DueKind, KeepReason, RetentionDue, RetentionKeep
from crm.privacy import audit, disclosure, due, tasks
from crm.privacy.actions import Action
from crm.privacy.disclosure import Disclosed
from crm.privacy.due import Forgetting
from crm.privacy.erasure import job, plan, unconfirmed
from crm.privacy.erasure.policy import add_months, run_policy
from crm.privacy.errors import PrivacyError
from crm.privacy.purposes import Purpose
from crm.services.contacts.listing import LIST_GROUPS
from crm.services.staff_names import find_account_id
from crm.vault import Subject, SubjectState

_SHOWN = 500  # people of one review; who has more begins with those longest overdue


class KeepReasonMissingError(InvalidInputError):
    """Nobody says why the person is to be kept."""

    message = "Bitte wählen Sie einen Grund. Ohne Grund darf niemand über die Frist hinaus bleiben."


class KeepDayError(InvalidInputError):
    """The day until which somebody is to be kept is past or too far away."""

    message = "Dieser Tag geht nicht. Wählen Sie einen Tag nach heute und spätestens den %(latest)s; dann wird wieder gefragt."


class CaseOpenError(PrivacyError):
    """The person asks for something themselves; that is decided first."""

    article = "Art. 12(3)"
    message = "Zu dieser Person ist ein Antrag offen. Er wird zuerst entschieden; danach kommt sie hierher zurück."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One person of the review.

    Attributes:
        person: None where the purpose does not show them.
        place: which one of how many it is, from 1.
        previous_id, next_id: the neighbours, for the way by keyboard.
    """

    subject_id: str
    person: Disclosed | None
    forgetting: Forgetting
    owner_id: str | None
    place: int
    count: int
    previous_id: str | None
    next_id: str | None


def open_next(
    session: Session, *, subject_id: str | None, purpose: Purpose, actor: Actor, now: datetime, zone: ZoneInfo
) -> Reviewed | None:
    """Open one person of the review, the first without `subject_id` or when that one is decided; one entry. None: nobody is left."""
    ids = _find_ids(session, actor, now.astimezone(zone).date())
    if not ids:
        return None
    at = ids.index(subject_id) if subject_id in ids else 0
    shown = ids[at]
    opened = disclosure.open_people(session, subject_ids=[shown], groups=LIST_GROUPS, purpose=purpose, actor=actor, now=now)
    return Reviewed(
        subject_id=shown,
        person=next(iter(opened), None),
        forgetting=due.find_forgetting(session, [shown], zone=zone, now=now)[shown][-1],
        owner_id=session.scalar(select(Contact.owner_id).where(Contact.subject_id == shown)),
        place=at + 1,
        count=len(ids),
        previous_id=ids[at - 1] if at else None,
        next_id=ids[at + 1] if at + 1 < len(ids) else None,
    )


def count_waiting(session: Session, *, actor: Actor, today: date) -> int:
    """Return how many people wait for a decision of this actor."""
    return len(_find_ids(session, actor, today))


def let_go(session: Session, *, subject_id: str, actor: Actor, now: datetime, zone: ZoneInfo) -> None:
    """Order the erasure of somebody whose time is up or nearly up.

    Raises:
        NotFoundError: the person is not in this actor's review.
        CaseOpenError: a request of theirs is decided first.
    """
    rule = _require_reviewed(session, subject_id, actor, now.astimezone(zone).date()).rule
    job.order(session, subject_id=subject_id, cause=ErasureCause.REVIEW, rule=rule, case_id=None, actor=actor, now=now)


def keep(session: Session, *, subject_id: str, reason: str, until: date | None, actor: Actor, now: datetime, zone: ZoneInfo) -> None:
    """Keep somebody beyond the period, for a reason and until a day; then the question comes again.

    Raises:
        KeepReasonMissingError, KeepDayError: reason or day are missing or not allowed.
        NotFoundError: the person is not in this actor's review.
        CaseOpenError: a request of theirs is decided first.
    """
    today = now.astimezone(zone).date()
    latest = latest_keep(today)
    if reason not in set(KeepReason):
        raise KeepReasonMissingError(field="reason")
    if until is None or not today < until <= latest:
        raise KeepDayError(field="until", latest=latest.strftime("%d.%m.%Y"))
    rule = _require_reviewed(session, subject_id, actor, today).rule
    session.execute(delete(RetentionKeep).where(RetentionKeep.subject_id == subject_id))
    session.add(RetentionKeep(subject_id=subject_id, reason=reason, until=until, kept_by=actor.pseudonym, kept_at=now))
    session.flush()
    tasks.settle_time_up(session, subject_id=subject_id, actor=actor, now=now)
    audit.record(session, Action.PERSON_KEPT, actor=actor, now=now, subject_id=subject_id, kind=reason, result=rule)


def latest_keep(today: date) -> date:
    """Return the last day until which somebody may be kept today."""
    return add_months(today, run_policy().longest_keep_months)


def _require_reviewed(session: Session, subject_id: str, actor: Actor, today: date) -> RetentionDue:
    found = session.scalars(_reviewed(session, actor, today).where(RetentionDue.subject_id == subject_id)).first()
    if found is None:
        raise NotFoundError
    if session.scalar(select(plan.asks_for_something(RetentionDue.subject_id)).where(RetentionDue.subject_id == subject_id)):
        raise CaseOpenError
    return found


def _find_ids(session: Session, actor: Actor, today: date) -> list[str]:
    wanted = _reviewed(session, actor, today).where(~_kept(session, today), ~plan.asks_for_something(RetentionDue.subject_id))
    rows = session.scalars(wanted.order_by(RetentionDue.due_on, RetentionDue.subject_id).limit(_SHOWN))
    return [each.subject_id for each in rows]


def _reviewed(session: Session, actor: Actor, today: date) -> Select[RetentionDue]:
    """Return the days of those whom this actor decides about: all for the coordinator, else the contacts they look after."""
    soon = today + timedelta(days=run_policy().days_before)
    living = exists().where(Subject.id == RetentionDue.subject_id, Subject.state == SubjectState.LIVING)
    wanted = select(RetentionDue).where(RetentionDue.kind == DueKind.PERSON, RetentionDue.due_on <= soon, living)
    if actor.role is Role.PRIVACY:
        return wanted
    own = exists().where(Contact.subject_id == RetentionDue.subject_id, Contact.owner_id == find_account_id(session, actor))
    return wanted.where(own)


def _kept(session: Session, today: date) -> ColumnElement[bool]:
    """Say whom somebody decided to keep; the question comes again before that ends, but not on the day of the decision."""
    soon = today + timedelta(days=run_policy().days_before)
    lately = RetentionKeep.kept_at >= unconfirmed.first_moment(today, due.zone_of(session))
    return exists().where(RetentionKeep.subject_id == RetentionDue.subject_id, or_(RetentionKeep.until > soon, lately))
