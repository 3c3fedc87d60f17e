"""Tries uploads and takes them in, in the background: whoever sent the file may leave the page, and a stop at any moment loses nothing.

Source: Art. 5(1)(c), (e), 32 DSGVO.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.clock import Clock
from crm.db import Database
from crm.errors import CrmError, InvalidInputError, NotFoundError
from crm.models.import_upload import ImportUpload, UploadState
from crm.privacy import audit, disclosure, purposes
from crm.privacy.actions import Action
from crm.privacy.errors import PrivacyError
from crm.services import staff_names
from crm.services.imports import runs
from crm.services.imports.export import Export
from crm.services.imports.fields import RowKind
from crm.services.imports.importing import Importer
from crm.services.imports.policy import import_policy
from crm.services.imports.report import Report
from crm.services.imports.rows import ABOUT_ERASED, Reason, is_left_out
from crm.services.imports.spreadsheet import open_table, read_snapshot
from crm.services.imports.terms import Terms
from crm.services.uploads import errors, keeping, outcome
from crm.services.uploads.options import mapping_of
from crm.settings import Settings

_NOTED_EVERY: Final = 400  # rows
_WAITING: Final = (UploadState.CHECKING, UploadState.QUEUED, UploadState.RUNNING)
# What stands in a file twice or is gone need not be corrected.
_NOT_TO_CORRECT: Final = frozenset({Reason.ALREADY_IMPORTED, Reason.DELETED, Reason.CONVERTED, Reason.MEMBER_TWICE})


@dataclass(frozen=True, slots=True)
class _Job:
    """One upload, opened to be tried or taken in."""

    upload_id: str
    kind: RowKind
    export: Export
    terms: Terms


def work_off(database: Database, *, settings: Settings, clock: Clock) -> int:
    """Try and take in everything that waits, the oldest first, and return how many files that were."""
    number = 0
    while waiting := _find_next(database):
        number += 1
        upload_id, state = waiting
        try:
            with database.reading() as session:
                job = _open(session, session.get_one(ImportUpload, upload_id), clock.now())
            _work(database, job, state, settings=settings, clock=clock)
        except (InvalidInputError, PrivacyError, NotFoundError, errors.ReaderGoneError) as error:
            _fail(database, upload_id, state, error, clock.now())
    return number


def _find_next(database: Database) -> tuple[str, str] | None:
    oldest = select(ImportUpload.id, ImportUpload.state).where(ImportUpload.state.in_(_WAITING)).order_by(ImportUpload.uploaded_at).limit(1)
    with database.reading() as session:
        found = session.execute(oldest).first()
    return (found.id, found.state) if found else None


def _open(session: Session, upload: ImportUpload, now: datetime) -> _Job:
    """Read the file for whoever sent it: in their role, if they still have it, for the purpose of their page."""
    purpose = purposes.find_all(session).get(upload.purpose)
    actor = staff_names.find_actor(session, account_id=upload.uploaded_by, role=upload.uploaded_in)
    if upload.uploaded_by not in staff_names.find_holders(session, actor.roles):
        raise errors.ReaderGoneError
    disclosure.require_role(purpose, actor)
    options, file = keeping.open_options(session, upload), keeping.open_file(session, upload)
    kind, header = RowKind(upload.kind), open_table(file, import_policy()).header
    export = read_snapshot(file, mapping=mapping_of(options, header, kind), groups=purpose.groups, custom=purpose.custom, now=now)
    owner = None if kind is RowKind.INVOICE else upload.uploaded_by
    return _Job(upload.id, kind, export, Terms(purpose=purpose, migration=options.migration, owner_id=owner, actor=actor))


def _work(database: Database, job: _Job, state: str, *, settings: Settings, clock: Clock) -> None:
    importer = Importer(database, job.export, terms=job.terms, settings=settings, clock=clock)
    progress = _make_progress(database, job.upload_id)
    if state == UploadState.CHECKING:
        report = importer.foretell(progress=progress)
        with database.writing() as session:
            _end_check(session, job, report, clock.now())
        return
    _set(database, job.upload_id, state=UploadState.RUNNING.value)
    applied = importer.apply(progress=progress)
    with database.writing() as session:
        _end_import(session, job, applied.report, clock.now())
        runs.finish(session, run_id=applied.run_id, terms=job.terms, now=clock.now())


def _make_progress(database: Database, upload_id: str) -> Callable[[int], None]:
    done = noted = 0

    def progress(rows: int) -> None:
        nonlocal done, noted
        done += rows
        if done - noted >= _NOTED_EVERY:
            noted = done
            _set(database, upload_id, rows_done=done)

    return progress


def _set(database: Database, upload_id: str, **values: object) -> None:
    with database.writing() as session:
        session.execute(update(ImportUpload).where(ImportUpload.id == upload_id).values(**values))


def _end_check(session: Session, job: _Job, report: Report, now: datetime) -> None:
    """Show what would happen, unless somebody has changed their mind meanwhile."""
    upload = session.get_one(ImportUpload, job.upload_id, with_for_update=True)
    if upload.state != UploadState.CHECKING:
        return
    upload.state, upload.rows_done = UploadState.CHECKED.value, 0
    upload.sealed_report = keeping.seal(session, upload.id, "sealed_report", outcome.of_report(report).encode())
    actor = job.terms.actor
    audit.record(session, Action.UPLOAD_CHECKED, count=upload.rows, kind=upload.kind, purpose=upload.purpose, actor=actor, now=now)


def _end_import(session: Session, job: _Job, report: Report, now: datetime) -> None:
    """Keep the report and, for a day, the rows that were refused; the file itself goes at once."""
    upload = session.get_one(ImportUpload, job.upload_id, with_for_update=True)
    upload.state, upload.rows_done, upload.ended_at, upload.sealed_file = UploadState.DONE.value, upload.rows, now, None
    upload.sealed_report = keeping.seal(session, upload.id, "sealed_report", outcome.of_report(report).encode())
    if refused := _refused(job, report):
        header = job.export.files[0].table.header
        content = json.dumps({"header": header, "rows": refused}).encode()
        upload.sealed_refused = keeping.seal(session, upload.id, "sealed_refused", content)


def _refused(job: _Job, report: Report) -> list[tuple[int, str, Sequence[str]]]:
    """Return the rows to correct, each with its reason; of who was erased here only the number."""
    reasons = {each.row: each.reason for each in reversed(report.files[0].remarks) if is_left_out(each.reason, job.kind)}
    records = (record for record in job.export.files[0].table.records() if record.row in reasons)
    found = [(record.row, reasons[record.row], record.cells) for record in records]
    return [(row, reason.name, [] if reason in ABOUT_ERASED else cells) for row, reason, cells in found if reason not in _NOT_TO_CORRECT]


def _fail(database: Database, upload_id: str, state: str, error: CrmError, now: datetime) -> None:
    """Say why it stopped: before anything was taken in, the columns can still be assigned anew."""
    with database.writing() as session:
        upload = session.get_one(ImportUpload, upload_id, with_for_update=True)
        upload.sealed_report = keeping.seal(session, upload_id, "sealed_report", outcome.of_error(error).encode())
        upload.rows_done = 0
        if state == UploadState.RUNNING or upload.sealed_file is None:
            upload.state, upload.ended_at, upload.sealed_file = UploadState.FAILED.value, now, None
        else:
            upload.state = UploadState.MAPPING.value
