"""The door for files that leave: who may be in an export, and each line under the key of the person it is about.

Opening here makes no entry of its own: the export is entered once, with everybody who is in it, before anybody can fetch it.

Source: Art. 5(1)(b), (c), (f), 17(1), 18(1), 21, 25(2), 32 DSGVO.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Compartment, in_batches
from crm.models.export_file import ExportFile, ExportLine, ExportState
from crm.models.field_groups import FIELDS, FieldGroup
from crm.privacy import audit, custom_values, disclosure, lawfulness
from crm.privacy.actions import Action
from crm.privacy.lawfulness import Standing
from crm.privacy.periods import due_on
from crm.privacy.purposes import Purpose
from crm.privacy.retention_rules import find_rules
from crm.vault import Place, Vault

RULE: Final = "RET-36"


@dataclass(frozen=True, slots=True)
class Line:
    """Where one line of an export stands, and whom it is about; nobody for a company that is a legal person."""

    export_id: str
    position: int
    subject_id: str | None


def last_day(session: Session, requested_on: date) -> date:
    """Return the last day of an export file."""
    return due_on(find_rules(session)[RULE], requested_on)


def find_allowed(session: Session, subject_ids: Sequence[str], *, purpose: Purpose, now: datetime) -> set[str]:
    """Return who of these people may be in a file for the purpose: nobody restricted, erased, or who objects to it."""
    allowed = set()
    for batch in in_batches(list(subject_ids)):
        states = lawfulness.find_states(session, batch, now=now)
        allowed |= {each for each, state in states.items() if lawfulness.standing(purpose, state, now=now) is Standing.ALLOWED}
    return allowed


def open_fields(session: Session, *, subject_ids: Sequence[str], purpose: Purpose, actor: Actor) -> Mapping[str, Mapping[str, str]]:
    """Open the fields of people who may be in a file, of the groups the purpose opens and a list may show, custom ones among them.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    disclosure.require_role(purpose, actor)
    opened = disclosure.open_groups(session, subject_ids, [group for group in purpose.groups if group in FIELDS])
    values = custom_values.open_values(session, list(opened), purpose.custom)
    in_file = {each.name: each.in_file for each in purpose.custom}
    return {
        subject_id: fields | {name: in_file[name](value) for name, value in values.get(subject_id, {}).items()}
        for subject_id, fields in opened.items()
    }


def open_card(session: Session, *, subject_id: str, purpose: Purpose, actor: Actor, now: datetime) -> Mapping[str, str]:
    """Open the fields of one person for a card that leaves; one entry that says so.

    Raises: as `disclosure.require_access`.
    """
    disclosure.require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    fields = disclosure.open_groups(session, [subject_id], [group for group in purpose.groups if group in FIELDS]).get(subject_id, {})
    filled = [group for group in purpose.groups if not set(FIELDS.get(group, ())).isdisjoint(fields)]
    facts: dict[str, Any] = {"purpose": purpose.code, "basis": purpose.basis, "groups": filled}
    audit.record(session, Action.CARD_EXPORTED, actor=actor, now=now, subject_id=subject_id, **facts)
    return fields


def groups_of(purpose: Purpose, columns: Sequence[str]) -> tuple[FieldGroup, ...]:
    """Return the groups that these columns belong to, for the entry."""
    custom = {each.group for each in purpose.custom if each.name in columns}
    return tuple(group for group in purpose.groups if group in custom or not set(FIELDS.get(group, ())).isdisjoint(columns))


def seal_lines(session: Session, lines: Sequence[tuple[Line, Sequence[str]]]) -> list[bytes]:
    """Seal lines, in order.

    Raises:
        ErasedError: nothing is written about one of these people any more.
    """
    vault = Vault.of(session)
    vault.begin_write(session, [line.subject_id for line, _ in lines if line.subject_id])
    contents = [(_place(line, line.subject_id), _encode(cells)) for line, cells in lines if line.subject_id]
    sealed = iter(vault.seal_many(session, contents))
    return [next(sealed) if line.subject_id else vault.seal_own(*_own(line), _encode(cells)) for line, cells in lines]


def open_lines(session: Session, lines: Sequence[tuple[Line, bytes]]) -> list[list[str]]:
    """Open lines, in order; the caller enters that the file was fetched."""
    vault = Vault.of(session)
    vault.prefetch([line.subject_id for line, _ in lines if line.subject_id], Compartment.PROFILE)
    opened = iter(vault.open_many([(_place(line, line.subject_id), sealed) for line, sealed in lines if line.subject_id]))
    return [json.loads(next(opened) if line.subject_id else vault.open_own(*_own(line), sealed)) for line, sealed in lines]


def withdraw(session: Session, export_ids: Sequence[str]) -> int:
    """Let files go before their time and return how many; that they were there stays known."""
    drop_lines(session, export_ids)
    gone = (
        update(ExportFile).where(ExportFile.id.in_(export_ids), ExportFile.state != ExportState.GONE).values(state=ExportState.GONE.value)
    )
    return cast("CursorResult[Any]", session.execute(gone)).rowcount


def drop_lines(session: Session, export_ids: Sequence[str]) -> None:
    """Let the lines of files go."""
    session.execute(delete(ExportLine).where(ExportLine.export_id.in_(export_ids)))


def find_incomplete(session: Session) -> list[str]:
    """Return the files of which a line is gone, because its person was erased: what is left leads to nobody's whole list."""
    lines = select(func.count()).select_from(ExportLine).where(ExportLine.export_id == ExportFile.id).scalar_subquery()
    return list(session.scalars(select(ExportFile.id).where(ExportFile.state == ExportState.READY, ExportFile.row_count != lines)))


def count_over(session: Session, *, day: date) -> int:
    """Return how many files the run of this day lets go."""
    return session.scalar(select(func.count()).select_from(ExportFile).where(is_there(), ExportFile.expires_on < day)) or 0


def let_expire(session: Session, *, day: date, actor: Actor, now: datetime) -> int:
    """Let the files go whose period ended before this day and return how many; the entry names only their number."""
    number = withdraw(session, list(session.scalars(select(ExportFile.id).where(is_there(), ExportFile.expires_on < day))))
    if number:
        audit.record(session, Action.EXPORT_EXPIRED, actor=actor, now=now, count=number, result=RULE)
    return number


def is_there() -> ColumnElement[bool]:
    """Say which files are, or may still come to be."""
    return ExportFile.state.in_([ExportState.WAITING.value, ExportState.MAKING.value, ExportState.READY.value])


def _encode(cells: Sequence[str]) -> bytes:
    return json.dumps(list(cells), ensure_ascii=False, separators=(",", ":")).encode()


def _place(line: Line, subject_id: str) -> Place:
    return Place(subject_id, Compartment.PROFILE, "export_line", "sealed_line", f"{line.export_id}:{line.position}")


def _own(line: Line) -> tuple[str, str, str]:
    return "export_line", "sealed_line", f"{line.export_id}:{line.position}"
