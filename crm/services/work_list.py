"""What is due for somebody: privacy tasks, and own contacts whose time is nearly up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import Contact
from crm.models.field_groups import FieldGroup
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.privacy import disclosure, lawfulness
from crm.privacy.disclosure import Disclosed
from crm.privacy.erasure.policy import StartEvent, due_on, find_rules
from crm.privacy.purposes import Purpose, Purposes
from crm.services.contacts.forgetting import Forgetting, deciding, find_forgetting
from crm.services.staff_names import find_account_id

SHOWN = 10
OWN_KINDS = (TaskKind.ORIGIN_UNKNOWN, TaskKind.NOTICE_DUE)
SOON = timedelta(days=90)
_LOOKED_AT = 200  # contacts that may be due; the first ones are shown


@dataclass(frozen=True, slots=True)
class DueTask:
    """One task; `person` is None where the purpose does not show them."""

    subject_id: str
    kind: TaskKind
    due_on: date
    person: Disclosed | None


@dataclass(frozen=True, slots=True)
class DueTasks:
    """The tasks that are due first, and how many there are besides."""

    tasks: tuple[DueTask, ...]
    more: int


def find_own_tasks(session: Session, *, purpose: Purpose, actor: Actor, now: datetime) -> DueTasks:
    """Return what is open about the contacts the actor looks after: origin unknown, notice due; one entry for the names."""
    account_id = find_account_id(session, actor)
    own = exists().where(Contact.subject_id == PrivacyTask.subject_id, Contact.owner_id == account_id)
    return _find(session, (PrivacyTask.kind.in_(OWN_KINDS), own), purpose, actor, now)


def find_all_tasks(session: Session, *, purpose: Purpose, actor: Actor, now: datetime) -> DueTasks:
    """Return everything that is open, for those who answer for the privacy of all; names only as far as the purpose goes."""
    return _find(session, (), purpose, actor, now)


def _find(session: Session, conditions: tuple[ColumnElement[bool], ...], purpose: Purpose, actor: Actor, now: datetime) -> DueTasks:
    still_open = (PrivacyTask.done_at.is_(None), *conditions)
    first = session.scalars(
        select(PrivacyTask).where(*still_open).order_by(PrivacyTask.due_on, PrivacyTask.subject_id, PrivacyTask.id).limit(SHOWN)
    ).all()
    if not first:
        return DueTasks((), 0)
    count = session.scalar(select(func.count()).select_from(PrivacyTask).where(*still_open)) or 0
    named = _name(session, [task.subject_id for task in first], purpose, actor, now)
    tasks = tuple(DueTask(task.subject_id, TaskKind(task.kind), task.due_on, named.get(task.subject_id)) for task in first)
    return DueTasks(tasks, count - len(tasks))


def _name(session: Session, subject_ids: Sequence[str], purpose: Purpose, actor: Actor, now: datetime) -> dict[str, Disclosed]:
    ids = list(dict.fromkeys(subject_ids))
    people = disclosure.open_people(session, subject_ids=ids, groups={FieldGroup.IDENTITY}, purpose=purpose, actor=actor, now=now)
    return {person.subject_id: person for person in people}


@dataclass(frozen=True, slots=True)
class EndingContact:
    """One own contact whose last ground ends soon, or has ended; `person` is None where the purpose does not show them."""

    subject_id: str
    due_on: date
    purposes: tuple[Purpose, ...]
    person: Disclosed | None


def find_ending(
    session: Session, *, purpose: Purpose, purposes: Purposes, actor: Actor, now: datetime, zone: ZoneInfo
) -> tuple[EndingContact, ...]:
    """Return own contacts whose period ends within 90 days, the first to go first; one entry for the names.

    Whose time ends is told for all of them, because somebody has to look; names come only with the purpose at hand.
    """
    due = _find_due(session, purposes, actor, now, zone)[:SHOWN]
    if not due:
        return ()
    named = _name(session, [subject_id for subject_id, _ in due], purpose, actor, now)
    return tuple(
        EndingContact(subject_id, on, last.purposes, named.get(subject_id)) for subject_id, last in due if (on := last.due_on) is not None
    )


def _find_due(session: Session, purposes: Purposes, actor: Actor, now: datetime, zone: ZoneInfo) -> list[tuple[str, Forgetting]]:
    last_contacts = session.execute(
        select(Contact.subject_id, Contact.last_contact_at)
        .where(Contact.owner_id == find_account_id(session, actor), Contact.last_contact_at <= _latest_that_counts(now))
        .order_by(Contact.last_contact_at)
        .limit(_LOOKED_AT)
    )
    moments = {row.subject_id: row.last_contact_at for row in last_contacts}
    states = lawfulness.find_states(session, list(moments), now=now)
    horizon = now.astimezone(zone).date() + SOON
    due = []
    for subject_id, state in states.items():
        last = (
            deciding(find_forgetting(moments[subject_id], purposes, state, now=now, zone=zone))
            if state.living and not state.restricted
            else None
        )
        if last and last.due_on and last.due_on <= horizon:
            due.append((subject_id, last, last.due_on))
    return [(subject_id, last) for subject_id, last, _ in sorted(due, key=lambda each: each[2])]


def _latest_that_counts(now: datetime) -> datetime:
    """Return the moment after which no last contact can lead to an end within 90 days, by the shortest rule there is."""
    lengths = [due_on(rule, now.date()) - now.date() for rule in find_rules().values() if rule.start is StartEvent.LAST_CONTACT]
    return now - min(lengths) + SOON + timedelta(days=2) if lengths else now
