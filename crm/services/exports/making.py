"""Makes the lines of an export, in batches that can be stopped anywhere; the export is entered when it is whole."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Database
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.export_file import ExportFile, ExportKind, ExportLine, ExportState
from crm.privacy import audit, due, exporting, purposes
from crm.privacy.actions import Action
from crm.privacy.exporting import Line
from crm.privacy.purposes import Purpose
from crm.services import staff_names
from crm.services.exports import link_lines
from crm.services.exports.fetching import find_allowed
from crm.services.exports.requesting import COMPANY
from crm.settings import Settings

_AT_ONCE: Final = 500
_LINE = cast("Table", ExportLine.__table__).c
_FILL = (
    update(cast("Table", ExportLine.__table__))
    .where(_LINE.export_id == bindparam("of_export"), _LINE.position == bindparam("at_position"))
    .values(sealed_line=bindparam("line"))
)
_Row = tuple[int, str | None, str | None]


def make_all(database: Database, *, settings: Settings, clock: Callable[[], datetime]) -> int:
    """Make every export that is to be made and return how many; those of which a line is gone go as a whole."""
    with database.reading() as session:
        waiting = session.scalars(
            select(ExportFile.id).where(ExportFile.state == ExportState.MAKING).order_by(ExportFile.requested_at)
        ).all()
        broken = exporting.find_incomplete(session)
    if broken:
        with database.writing() as session:
            exporting.withdraw(session, broken)
    for export_id in waiting:
        make(database, export_id=export_id, settings=settings, clock=clock)
    return len(waiting)


def make(database: Database, *, export_id: str, settings: Settings, clock: Callable[[], datetime]) -> None:
    """Make one export; who may not be in it any more is left out silently, as in a list.

    Args:
        settings: with the origin of the portal, to which personal links lead.
    """
    while True:
        with database.writing_in_bulk() as session:
            file = session.get(ExportFile, export_id, with_for_update=True)
            if file is None or file.state != ExportState.MAKING:
                return
            if not _make_batch(session, file, settings, clock()):
                _finish(session, file, clock())
                return


def _make_batch(session: Session, file: ExportFile, settings: Settings, now: datetime) -> bool:
    """Make the next lines; return whether there were any."""
    wanted = select(ExportLine.position, ExportLine.subject_id, ExportLine.company_id)
    rows: Sequence[_Row] = session.execute(
        wanted.where(ExportLine.export_id == file.id, ExportLine.sealed_line.is_(None)).order_by(ExportLine.position).limit(_AT_ONCE)
    ).all()
    if not rows:
        return False
    purpose, columns = purposes.find_all(session).get(file.purpose), json.loads(file.columns)
    if file.kind == ExportKind.COMPANIES:
        cells = _companies(session, rows, columns)
    else:
        subjects = [subject_id for _, subject_id, _ in rows if subject_id]
        opened = _open_people(session, file, subjects, purpose, settings, now)
        cells = _people(session, rows, opened, columns)
    lines = [(Line(file.id, position, subject_id), cells[position]) for position, subject_id, _ in rows if position in cells]
    sealed = exporting.seal_lines(session, lines)
    if lines:
        values = [
            {"of_export": file.id, "at_position": line.position, "line": value} for (line, _), value in zip(lines, sealed, strict=True)
        ]
        session.connection().execute(_FILL, values)
    left_out = [position for position, *_ in rows if position not in cells]
    session.execute(delete(ExportLine).where(ExportLine.export_id == file.id, ExportLine.position.in_(left_out)))
    return True


def _open_people(
    session: Session, file: ExportFile, subjects: Sequence[str], purpose: Purpose, settings: Settings, now: datetime
) -> Mapping[str, Mapping[str, str]]:
    found = find_allowed(session, file, subjects, purpose=purpose, now=now)
    allowed, actor = [each for each in subjects if each in found], _requester(session, file)
    if file.kind == ExportKind.LINKS:
        return link_lines.make(session, file, allowed, purpose=purpose, settings=settings, actor=actor, now=now)
    return exporting.open_fields(session, subject_ids=allowed, purpose=purpose, actor=actor)


def _people(
    session: Session, rows: Sequence[_Row], opened: Mapping[str, Mapping[str, str]], columns: Sequence[str]
) -> dict[int, list[str]]:
    employers = _employers(session, list(opened)) if COMPANY in columns else {}
    return {
        position: [opened[subject_id].get(name, "") if name != COMPANY else employers.get(subject_id, "") for name in columns]
        for position, subject_id, _ in rows
        if subject_id and subject_id in opened
    }


def _employers(session: Session, subject_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the names of legal persons that people work for; a sole trader's company bears a person's name and stays out."""
    wanted = select(Contact.subject_id, Company.name).join(Company, Company.id == Contact.company_id)
    rows = session.execute(wanted.where(Contact.subject_id.in_(subject_ids), Company.name.is_not(None))).all()
    return {subject_id: name or "" for subject_id, name in rows}


def _companies(session: Session, rows: Sequence[_Row], columns: Sequence[str]) -> dict[int, list[str]]:
    ids = [company_id for *_, company_id in rows if company_id]
    found = {each.id: each for each in session.scalars(select(Company).where(Company.id.in_(ids), Company.name.is_not(None)))}
    return {
        position: [getattr(found[company_id], name) or "" for name in columns] for position, _, company_id in rows if company_id in found
    }


def _finish(session: Session, file: ExportFile, now: datetime) -> None:
    """Enter the export, once for everybody who is in it, and let it be fetched."""
    purpose, columns = purposes.find_all(session).get(file.purpose), json.loads(file.columns)
    mine = ExportLine.export_id == file.id
    subjects = list(
        session.scalars(select(ExportLine.subject_id).where(mine, ExportLine.subject_id.is_not(None)).order_by(ExportLine.position))
    )
    file.row_count = session.scalar(select(func.count()).select_from(ExportLine).where(mine)) or 0
    file.state = (ExportState.READY if file.row_count else ExportState.GONE).value
    file.expires_on = exporting.last_day(now.astimezone(due.zone_of(session)).date())
    facts: dict[str, Any] = {"purpose": purpose.code, "basis": purpose.basis, "kind": file.kind}
    if file.kind != ExportKind.COMPANIES:
        facts |= {"subjects": subjects, "groups": exporting.groups_of(purpose, columns)}
    else:
        facts |= {"count": file.row_count}
    audit.record(session, Action.EXPORT_MADE, actor=_requester(session, file), now=now, **facts)


def _requester(session: Session, file: ExportFile) -> Actor:
    return staff_names.find_actor(session, account_id=file.requested_by, role=file.requested_in)


def forget_records(session: Session, *, before: datetime) -> int:
    """Forget who exported what so long ago that nobody has to answer for it any more; the files went long before."""
    old = delete(ExportFile).where(ExportFile.state.in_([ExportState.GONE, ExportState.REFUSED]), ExportFile.requested_at < before)
    return cast("CursorResult[Any]", session.execute(old)).rowcount
