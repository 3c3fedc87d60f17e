"""What somebody has to do about a person by a day: opened by the use case that gives rise to it, settled by an act.

An open task is a duty towards the person (`duties`): while it is open, the data protection coordinator may look at their data.

Source: Art. 6(1)(c) with Art. 5(1)(e), 12(3), 14, 17, 21(1) DSGVO.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows, new_id
from crm.errors import InvalidInputError, NotFoundError
from crm.models.contact import Contact
from crm.models.field_groups import FieldGroup
from crm.models.lawfulness import NoticeEvent
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.privacy import audit, bound_rows, duties, indexing, lawfulness, purposes, sealing
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_access
from crm.privacy.errors import OriginMissingError, PrivacyError
from crm.privacy.lawfulness import PersonState
from crm.privacy.new_person import Notice
from crm.privacy.objection import DIRECT_MARKETING
from crm.privacy.purposes import Purpose
from crm.vault import ErasedError, Vault

UNKNOWN_ORIGIN = "unbekannt"  # what stands at a contact until somebody finds the origin out
_NO_ORIGINS = frozenset({UNKNOWN_ORIGIN, "unknown"})


class TaskSettledError(PrivacyError):
    """Somebody else was faster."""

    article = "Art. 5(2)"
    message = "Diese Aufgabe ist schon erledigt. Auf Ihrem Arbeitsplatz steht, was noch offen ist."


class OriginStillUnknownError(InvalidInputError):
    """An origin that is none."""

    message = (
        "Mit „unbekannt“ ist die Herkunft nicht geklärt. Schreiben Sie, woher die Daten stammen, zum Beispiel „Visitenkarte, Messe 2024“."
    )


def open_many(session: Session, tasks: Sequence[tuple[str, TaskKind, date]], *, actor: Actor, now: datetime) -> None:
    """Open tasks: (person, what to do, last day). The caller enters the act that gives rise to them."""
    rows = [
        {"subject_id": subject_id, "id": new_id(), "kind": kind, "created_at": now, "due_on": due_on, "done_at": None}
        for subject_id, kind, due_on in tasks
    ]
    if rows:
        insert_rows(session.connection(), PrivacyTask, rows)
        _let_duty_begin(session, list(dict.fromkeys(subject_id for subject_id, _, _ in tasks)), actor, now)


def _let_duty_begin(session: Session, subject_ids: Sequence[str], actor: Actor, now: datetime) -> None:
    begun = duties.begin(session, subject_ids, now=now)
    duty = duties.find_duty(session)
    if duty is not None:
        started = [
            audit.Entry(action=Action.GROUND_STARTED, subject_id=each, purpose=duty.code, basis=duty.basis, rows=rows)
            for each, rows in begun.items()
        ]
        audit.record_all(session, started, actor=actor, now=now)
        indexing.announce_changed(session, list(begun), now=now)


def get_task(session: Session, *, subject_id: str, task_id: str) -> PrivacyTask:
    """Return one task, open or settled.

    Raises:
        NotFoundError: there is none.
    """
    task = session.get(PrivacyTask, (subject_id, task_id))
    if task is None:
        raise NotFoundError
    return task


def state_origin(session: Session, task: PrivacyTask, *, origin: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Note where the data came from, now that somebody found out; settles the task.

    Raises:
        OriginMissingError, OriginStillUnknownError: that is no origin.
        TaskSettledError: somebody else was faster.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.

    Source: Art. 14(2)(f), 15(1)(g) DSGVO.
    """
    if not origin:
        raise OriginMissingError(field="origin")
    if not is_origin(origin):
        raise OriginStillUnknownError(field="origin")
    require_access(session, subject_id=task.subject_id, purpose=purpose, actor=actor, now=now)
    Vault.of(session).begin_write(session, [task.subject_id])
    _settle(session, task, TaskKind.ORIGIN_UNKNOWN, actor, now)
    _write_origin(session, task.subject_id, origin, purpose, actor, now)


def take_over_origin(session: Session, *, subject_id: str, origin: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Note where the data came from, now that another record of the person says it; settles the task, if there is one.

    Asks for no role, because an import acts for the controller.

    Raises:
        ErasedError: the person is erased.

    Source: Art. 5(1)(d), 14(2)(f), 15(1)(g) DSGVO.
    """
    Vault.of(session).begin_write(session, [subject_id])
    _settle_all(session, subject_id, TaskKind.ORIGIN_UNKNOWN, actor, now)
    _write_origin(session, subject_id, origin, purpose, actor, now)


def is_origin(text: str) -> bool:
    """Say whether this tells where data came from; a word for not knowing it does not."""
    return bool(text) and text.casefold() not in _NO_ORIGINS


def _write_origin(session: Session, subject_id: str, origin: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    contact = session.get(Contact, subject_id)
    if contact is None:
        raise ErasedError
    known = sealing.open_origin(session, contact)
    written = sealing.seal_groups(session, subject_id, sealing.group_origin(origin))
    contact.sealed_origin, contact.changed_at, contact.version = written[FieldGroup.ORIGIN], now, contact.version + 1
    audit.record(
        session,
        Action.ORIGIN_STATED,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        groups=tuple(written),
        sealed=tuple(written.values()),
        details={"origin": [known, origin]},
    )


def note_informed(session: Session, task: PrivacyTask, *, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Note that the person was told about the processing; settles the task.

    Raises:
        TaskSettledError: somebody else was faster.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.

    Source: Art. 14 DSGVO.
    """
    require_access(session, subject_id=task.subject_id, purpose=purpose, actor=actor, now=now)
    _settle(session, task, TaskKind.NOTICE_DUE, actor, now)
    told = NoticeEvent(
        subject_id=task.subject_id, act=Notice.GIVEN, article="14", version="1", due_at=None, effective_at=now, recorded_at=now
    )
    session.add(told)
    audit.record(
        session,
        Action.NOTICE_GIVEN,
        actor=actor,
        now=now,
        subject_id=task.subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        rows=[bound_rows.digest_of(told)],
    )


def uphold_objection(session: Session, task: PrivacyTask, *, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """End the grounds of the purposes that the person contests, because nothing outweighs it; settles every task about that.

    Where none of these purposes is in use any more, nothing is left to weigh, and settling the tasks is all.

    Raises:
        TaskSettledError: somebody else was faster.
        PurposeNotAllowedError, NoLawfulBasisError, ErasedError: as the door says.

    Source: Art. 21(1) DSGVO.
    """
    state = require_access(session, subject_id=task.subject_id, purpose=purpose, actor=actor, now=now)
    _settle(session, task, TaskKind.OBJECTION_RAISED, actor, now)
    _settle_all(session, task.subject_id, TaskKind.OBJECTION_RAISED, actor, now)
    for each in find_contested(session, state):
        lawfulness.end_ground(session, subject_id=task.subject_id, purpose=each, ends_at=now, actor=actor, now=now)


def settle_time_up(session: Session, *, subject_id: str, actor: Actor, now: datetime) -> None:
    """Settle the task of somebody whom an import brought in overdue, now that somebody decided to keep them; none is as good."""
    _settle_all(session, subject_id, TaskKind.TIME_UP, actor, now)


def find_contested(session: Session, state: PersonState) -> tuple[Purpose, ...]:
    """Return the purposes with a ground that the person contests as such; advertising needs no weighing."""
    scopes = {each.scope for each in state.objections if each.channel is None and each.scope != DIRECT_MARKETING}
    return tuple(each for each in purposes.find_all(session) if each.code in scopes and each.code in state.grounds)


def _settle_all(session: Session, subject_id: str, kind: TaskKind, actor: Actor, now: datetime) -> None:
    mine = (PrivacyTask.subject_id == subject_id, PrivacyTask.kind == kind, PrivacyTask.done_at.is_(None))
    for task in session.scalars(select(PrivacyTask).where(*mine)).all():
        _settle(session, task, kind, actor, now)


def _settle(session: Session, task: PrivacyTask, kind: TaskKind, actor: Actor, now: datetime) -> None:
    """Close a task of this kind in the unit of work of the act that settles it, and the duty with the last one."""
    mine = (PrivacyTask.subject_id == task.subject_id, PrivacyTask.id == task.id)
    settled = session.execute(
        update(PrivacyTask)
        .where(*mine, PrivacyTask.kind == kind, PrivacyTask.done_at.is_(None))
        .values(done_at=now)
        .returning(PrivacyTask.id)
    )
    if settled.first() is None:
        raise TaskSettledError
    duties.end(session, [task.subject_id], actor=actor, now=now)
