"""What is due for somebody: privacy tasks, and own contacts whose time is nearly up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import Contact
from crm.models.field_groups import FieldGroup
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.models.retention import DueKind, RetentionDue
from crm.privacy import disclosure, due, lawfulness, restriction
from crm.privacy.disclosure import Disclosed
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Purpose
from crm.services.staff_names import find_account_id
from crm.vault import Subject, SubjectState

SHOWN = 10
OWN_KINDS = (TaskKind.ORIGIN_UNKNOWN, TaskKind.NOTICE_DUE)
SOON = timedelta(days=90)  # from here on a contact whose time ends is shown as one that ends soon
_LOOKED_AT = 200  # contacts that may be due; the first ones are shown


@dataclass(frozen=True, slots=True)
class DueTask:
    """One task.

    Attributes:
        person: None where the purpose does not show them.
        elsewhere: purposes of the actor's role that would.
    """

    subject_id: str
    task_id: str
    kind: TaskKind
    due_on: date
    person: Disclosed | None = None
    elsewhere: tuple[Purpose, ...] = ()


@dataclass(frozen=True, slots=True)
class DueTasks:
    """The tasks that are due first, and how many there are besides."""

    tasks: tuple[DueTask, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at a list of tasks, and for which purpose.

    Attributes:
        own: the purposes of the role acted in.
        shown: how many tasks the list shows at most.
    """

    actor: Actor
    purpose: Purpose
    own: tuple[Purpose, ...]
    shown: int = SHOWN


def find_own_tasks(session: Session, *, reader: Reader, now: datetime) -> DueTasks:
    """Return what is open about the contacts the actor looks after: origin unknown, notice due; one entry for the names."""
    own = exists().where(Contact.subject_id == PrivacyTask.subject_id, Contact.owner_id == find_account_id(session, reader.actor))
    found = find_tasks(session, PrivacyTask.kind.in_(OWN_KINDS), own, shown=reader.shown)
    return _with_names(session, found, reader, now)


def find_all_tasks(session: Session, *, reader: Reader, now: datetime) -> DueTasks:
    """Return everything that is open, for those who answer for the privacy of all; one entry for the names."""
    return _with_names(session, find_tasks(session, shown=reader.shown), reader, now)


def find_tasks(session: Session, *conditions: ColumnElement[bool], shown: int) -> DueTasks:
    """Return what is open, the first due first, by pseudonym."""
    still_open = (PrivacyTask.done_at.is_(None), *conditions)
    in_order = (PrivacyTask.due_on, PrivacyTask.subject_id, PrivacyTask.id)
    first = session.scalars(select(PrivacyTask).where(*still_open).order_by(*in_order).limit(shown)).all()
    count = session.scalar(select(func.count()).select_from(PrivacyTask).where(*still_open)) or 0
    return DueTasks(tuple(DueTask(each.subject_id, each.id, TaskKind(each.kind), each.due_on) for each in first), count - len(first))


def looks_after_anybody(session: Session, *, actor: Actor) -> bool:
    """Return whether any contact is given to the actor."""
    account_id = find_account_id(session, actor)
    return bool(session.scalar(select(exists().where(Contact.owner_id == account_id))))


def _with_names(session: Session, found: DueTasks, reader: Reader, now: datetime) -> DueTasks:
    subject_ids = list(dict.fromkeys(task.subject_id for task in found.tasks))
    if not subject_ids:
        return found
    named = _name(session, subject_ids, reader.purpose, reader.actor, now)
    states = lawfulness.find_states(session, [each for each in subject_ids if each not in named], now=now)
    elsewhere = {
        subject_id: tuple(each for each in reader.own if lawfulness.standing(each, state, now=now) is Standing.ALLOWED)
        for subject_id, state in states.items()
    }
    tasks = [replace(each, person=named.get(each.subject_id), elsewhere=elsewhere.get(each.subject_id, ())) for each in found.tasks]
    return DueTasks(tuple(tasks), found.more)


def _name(session: Session, subject_ids: Sequence[str], purpose: Purpose, actor: Actor, now: datetime) -> dict[str, Disclosed]:
    people = disclosure.open_people(session, subject_ids=subject_ids, groups={FieldGroup.IDENTITY}, purpose=purpose, actor=actor, now=now)
    return {person.subject_id: person for person in people}


@dataclass(frozen=True, slots=True)
class EndingContact:
    """One own contact whose last ground ends soon, or has ended; `person` is None where the purpose does not show them."""

    subject_id: str
    due_on: date
    purposes: tuple[Purpose, ...]
    person: Disclosed | None


def find_ending(session: Session, *, purpose: Purpose, actor: Actor, now: datetime, zone: ZoneInfo) -> tuple[EndingContact, ...]:
    """Return own contacts whose period ends within 90 days, the first to go first; one entry for the names.

    Whose time ends is told for all of them, because somebody has to look; names come only with the purpose at hand.
    """
    days = _find_days(session, actor, now.astimezone(zone).date())
    if not days:
        return ()
    named = _name(session, list(days), purpose, actor, now)
    rules = due.find_forgetting(session, list(days), zone=zone, now=now)
    return tuple(EndingContact(each, on, rules[each][-1].purposes, named.get(each)) for each, on in days.items())


def _find_days(session: Session, actor: Actor, today: date) -> dict[str, date]:
    """Return own contacts that nothing restricts by the last day of their period."""
    # Concatenated with nothing, so that the index of days is taken: few periods end soon, and somebody may own everybody.
    owner = Contact.owner_id.concat("")
    own = (
        select(RetentionDue.subject_id, RetentionDue.due_on)
        .join(Contact, Contact.subject_id == RetentionDue.subject_id)
        .join(Subject, Subject.id == RetentionDue.subject_id)
        .where(owner == find_account_id(session, actor), Subject.state == SubjectState.LIVING)
        .where(RetentionDue.kind == DueKind.PERSON, RetentionDue.due_on <= today + SOON)
        .order_by(RetentionDue.due_on, RetentionDue.subject_id)
        .limit(_LOOKED_AT)
    )
    days = dict(session.execute(own).all())
    restricted = restriction.find_restricted(session, list(days))
    return dict([(each, on) for each, on in days.items() if each not in restricted][:SHOWN])
