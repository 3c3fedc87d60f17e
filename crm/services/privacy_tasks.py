"""One task in view, and the acts that settle it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import NotFoundError
from crm.models.field_groups import FieldGroup
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.privacy import disclosure, lawfulness, tasks
from crm.privacy.disclosure import Disclosed
from crm.privacy.purposes import Purpose, Purposes
from crm.services.contacts.fields import clean_origin
from crm.services.contacts.view import find_allowing, get_contact
from crm.services.work_list import OWN_KINDS
from crm.vault import ErasedError


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task as its page shows it.

    Attributes:
        person: None where the purpose does not show them.
        allowing: purposes of the actor's role that would.
        contested: purposes in use that the person has objected to.
    """

    task: PrivacyTask
    person: Disclosed | None
    allowing: tuple[Purpose, ...]
    contested: tuple[Purpose, ...]
    restricted: bool


def open_task(
    session: Session, *, subject_id: str, task_id: str, purpose: Purpose, purposes: Purposes, actor: Actor, now: datetime
) -> TaskView:
    """Open one task with the name of the person; one entry.

    Raises:
        NotFoundError: no such task is for this role.
        ErasedError: the person is gone, and with them the task.
    """
    task = _get_task(session, subject_id, task_id, actor)
    state = lawfulness.find_states(session, [subject_id], now=now)[subject_id]
    if not state.living:
        raise ErasedError
    opened = disclosure.open_people(session, subject_ids=[subject_id], groups={FieldGroup.IDENTITY}, purpose=purpose, actor=actor, now=now)
    return TaskView(
        task=task,
        person=next(iter(opened), None),
        allowing=tuple(find_allowing(session, subject_id=subject_id, purposes=purposes, actor=actor, now=now)),
        contested=tasks.find_contested(session, state),
        restricted=state.restricted,
    )


def _get_task(session: Session, subject_id: str, task_id: str, actor: Actor) -> PrivacyTask:
    """Return a task that is for this role: the coordinator answers for all, those who look after contacts for their origin and notice."""
    get_contact(session, subject_id=subject_id)
    task = tasks.get_task(session, subject_id=subject_id, task_id=task_id)
    if actor.role is not Role.PRIVACY and TaskKind(task.kind) not in OWN_KINDS:
        raise NotFoundError
    return task


def state_origin(session: Session, *, subject_id: str, task_id: str, origin: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Note where the data came from.

    Raises: as `crm.privacy.tasks.state_origin`; InvalidInputError: the text is too long or holds invisible characters.
    """
    task = _get_task(session, subject_id, task_id, actor)
    tasks.state_origin(session, task, origin=clean_origin(origin), purpose=purpose, actor=actor, now=now)


def note_informed(session: Session, *, subject_id: str, task_id: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Note that the person was told.

    Raises: as `crm.privacy.tasks.note_informed`.
    """
    tasks.note_informed(session, _get_task(session, subject_id, task_id, actor), purpose=purpose, actor=actor, now=now)


def uphold_objection(session: Session, *, subject_id: str, task_id: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Stop using the data for what the person contests.

    Raises: as `crm.privacy.tasks.uphold_objection`.
    """
    tasks.uphold_objection(session, _get_task(session, subject_id, task_id, actor), purpose=purpose, actor=actor, now=now)
