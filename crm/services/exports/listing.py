"""Lists exports: one's own, and those that wait for a second person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.models.export_file import ExportFile, ExportLine, ExportState
from crm.privacy import due
from crm.services import staff_names
from crm.services.exports.requesting import open_reason
from crm.services.staff_names import StaffNames

_SHOWN: Final = 50
DECIDES: Final = Role.PRIVACY


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedExport:
    """One export in a list.

    Attributes:
        state: as it is now: a file of which a line is gone is gone.
        requested_by: the colleague's name; None for an account that is gone.
    """

    id: str
    kind: str
    purpose: str
    columns: tuple[str, ...]
    row_count: int
    state: ExportState
    requested_at: datetime
    requested_by: str | None
    expires_on: date
    reason: str


def list_own(session: Session, *, actor: Actor, now: datetime) -> list[ListedExport]:
    """Return one's own exports, the latest first."""
    return _list(session, ExportFile.requested_by == staff_names.find_account_id(session, actor), now)


def list_waiting(session: Session, *, actor: Actor, now: datetime) -> list[ListedExport]:
    """Return the exports of others that wait for a decision; nothing for whoever does not decide."""
    if actor.role is not DECIDES:
        return []
    of_others = ExportFile.requested_by != staff_names.find_account_id(session, actor)
    return _list(session, of_others & (ExportFile.state == ExportState.WAITING), now)


def _list(session: Session, condition: ColumnElement[bool], now: datetime) -> list[ListedExport]:
    files = session.scalars(select(ExportFile).where(condition).order_by(ExportFile.requested_at.desc(), ExportFile.id).limit(_SHOWN)).all()
    names = staff_names.find_staff_names(session)
    lines = _count_lines(session, [each.id for each in files if each.state == ExportState.READY])
    today = now.astimezone(due.zone_of(session)).date()
    return [_listed(session, each, names, lines, today) for each in files]


def _count_lines(session: Session, export_ids: Sequence[str]) -> dict[str, int]:
    wanted = select(ExportLine.export_id, func.count()).where(ExportLine.export_id.in_(export_ids)).group_by(ExportLine.export_id)
    return dict(session.execute(wanted).all())


def _listed(session: Session, file: ExportFile, names: StaffNames, lines: dict[str, int], today: date) -> ListedExport:
    state = ExportState(file.state)
    is_over = state is ExportState.READY and (lines.get(file.id, 0) != file.row_count or file.expires_on < today)
    return ListedExport(
        id=file.id,
        kind=file.kind,
        purpose=file.purpose,
        columns=tuple(json.loads(file.columns)),
        row_count=file.row_count,
        state=ExportState.GONE if is_over else state,
        requested_at=file.requested_at,
        requested_by=names.by_account.get(file.requested_by),
        expires_on=file.expires_on,
        reason=open_reason(session, file),
    )
