"""Fetches a file that is ready: by who asked for it alone, and only while everybody in it may be in it.

Source: Art. 5(1)(f), 17(1), 18(1), 21, 32 DSGVO.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.documents.formulas import harmless
from crm.errors import NotFoundError
from crm.models.export_file import ExportFile, ExportKind, ExportLine, ExportState
from crm.privacy import audit, disclosure, due, exporting, purposes
from crm.privacy.actions import Action
from crm.privacy.exporting import Line
from crm.privacy.purposes import Purpose
from crm.services import staff_names
from crm.services.exports import link_lines
from crm.services.exports.errors import ExportGoneError


@dataclass(frozen=True, slots=True)
class Fetched:
    """The opened lines of a file, in the order of its columns."""

    kind: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def fetch(session: Session, *, export_id: str, actor: Actor, now: datetime) -> Fetched:
    """Open a file; one entry.

    Raises:
        NotFoundError: there is none, or somebody else asked for it.
        ExportGoneError: it has expired, or somebody in it may not be in it any more.
        PurposeNotAllowedError: the actor's role does not act for its purpose (any more).
    """
    file = session.get(ExportFile, export_id)
    if file is None or file.requested_by != staff_names.find_account_id(session, actor):
        raise NotFoundError
    purpose = purposes.find_all(session).get(file.purpose)
    disclosure.require_role(purpose, actor)
    if file.state != ExportState.READY or file.expires_on < now.astimezone(due.zone_of(session)).date():
        raise ExportGoneError
    wanted = select(ExportLine.position, ExportLine.subject_id, ExportLine.sealed_line)
    found = session.execute(wanted.where(ExportLine.export_id == export_id).order_by(ExportLine.position)).all()
    lines = [(Line(export_id, position, subject_id), sealed) for position, subject_id, sealed in found if sealed]
    subjects = [line.subject_id for line, _ in lines if line.subject_id]
    allowed = find_allowed(session, file, subjects, purpose=purpose, now=now)
    if len(lines) != file.row_count or len(allowed) != len(subjects):
        raise ExportGoneError
    rows = exporting.open_lines(session, lines)
    columns = tuple(json.loads(file.columns))
    audit.record(
        session,
        Action.EXPORT_FETCHED,
        actor=actor,
        now=now,
        count=len(rows),
        purpose=file.purpose,
        basis=purpose.basis,
        kind=file.kind,
        groups=exporting.groups_of(purpose, columns) if subjects else (),
    )
    return Fetched(file.kind, columns, rows)


def find_allowed(session: Session, file: ExportFile, subject_ids: Sequence[str], *, purpose: Purpose, now: datetime) -> set[str]:
    """Return who of these people may be in the file."""
    if file.kind == ExportKind.LINKS:
        return link_lines.find_allowed(session, file, subject_ids, purpose=purpose, now=now)
    return exporting.find_allowed(session, subject_ids, purpose=purpose, now=now)


def as_csv(fetched: Fetched, *, titles: Mapping[str, str]) -> bytes:
    """Return a file for a spreadsheet: semicolons, a mark that it is UTF-8, and no cell that is a formula."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(titles[name]) for name in fetched.columns])
    writer.writerows([harmless(cell) for cell in row] for row in fetched.rows)
    return text.getvalue().encode("utf-8-sig")
