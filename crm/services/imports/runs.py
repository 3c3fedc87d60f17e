"""The memory of an import across stops: what is decided is written in the batch that decides it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from crm.db import new_id
from crm.errors import CrmError
from crm.models.import_run import ImportFile, ImportRemark, ImportRun
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.imports.decided import Decided
from crm.services.imports.export import Export
from crm.services.imports.report import Remark, Report, empty_report
from crm.services.imports.rows import Reason, Verdict
from crm.services.imports.terms import Terms

_COUNTED = (*(verdict.value for verdict in Verdict), "overdue")
# Built once, because every batch ends with it.
_NOTE = (
    update(ImportFile)
    .where(ImportFile.run_id == bindparam("of_run"), ImportFile.number == bindparam("of_file"), ImportFile.last_row == bindparam("after"))
    .values(last_row=bindparam("until"), **{name: getattr(ImportFile, name) + bindparam(f"more_{name}") for name in _COUNTED})
)


class ImportRunningError(CrmError):
    """Another process is working on the same import."""

    message = "Dieser Import läuft schon in einem anderen Prozess. Warten Sie, bis er fertig ist."


@dataclass(slots=True)
class Run:
    """An import that has begun; `last_rows` says how far each file is decided."""

    id: str
    last_rows: list[int]


def begin(session: Session, *, export: Export, terms: Terms, now: datetime) -> Run:
    """Begin an import, or go on with the one that was stopped: the same files on the same terms."""
    fingerprint = _fingerprint(export, terms)
    run_id = session.scalar(select(ImportRun.id).where(ImportRun.fingerprint == fingerprint, ImportRun.finished_at.is_(None)).limit(1))
    if run_id is None:
        run_id = _start(session, fingerprint, export, terms, now)
    rows = session.execute(select(ImportFile.last_row).where(ImportFile.run_id == run_id).order_by(ImportFile.number))
    return Run(run_id, list(rows.scalars()))


def _start(session: Session, fingerprint: str, export: Export, terms: Terms, now: datetime) -> str:
    run_id = new_id()
    session.add(
        ImportRun(
            id=run_id, system=export.system, fingerprint=fingerprint, started_by=terms.actor.pseudonym, started_at=now, finished_at=None
        )
    )
    session.flush()
    zeros = {"last_row": 0, "created": 0, "merged": 0, "refused": 0, "skipped": 0, "overdue": 0}
    session.execute(insert(ImportFile), [{"run_id": run_id, "number": number, **zeros} for number in range(len(export.files))])
    audit.record(session, Action.IMPORT_STARTED, actor=terms.actor, now=now, kind=export.system, purpose=terms.purpose.code)
    return run_id


def _fingerprint(export: Export, terms: Terms) -> str:
    parts = (export.fingerprint, terms.purpose.code, terms.migration, terms.owner_id or "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def note(session: Session, run: Run, number: int, rows: Sequence[Decided]) -> None:
    """Write down what became of a batch, in the unit of work of the batch itself.

    Raises:
        ImportRunningError: somebody else has decided these rows meanwhile.
    """
    counts = Counter(each.verdict.value for each in rows)
    counts["overdue"] = sum(each.overdue for each in rows)
    place = {"of_run": run.id, "of_file": number, "after": run.last_rows[number], "until": rows[-1].row}
    noted = session.connection().execute(_NOTE, {**place, **{f"more_{name}": counts[name] for name in _COUNTED}})
    if noted.rowcount != 1:
        raise ImportRunningError
    remarks = [
        {"run_id": run.id, "file_number": number, "row": each.row, "reason": reason.name} for each in rows for reason in each.reasons
    ]
    if remarks:
        session.execute(insert(ImportRemark), remarks)


def read_report(session: Session, run: Run, *, export: Export) -> Report:
    """Return the report of everything that is decided so far, in this process or an earlier one."""
    report = empty_report(export)
    for row in session.scalars(select(ImportFile).where(ImportFile.run_id == run.id)):
        file = report.files[row.number]
        file.counts.update({verdict: getattr(row, verdict.value) for verdict in Verdict})
        file.overdue = row.overdue
    remarks = session.scalars(select(ImportRemark).where(ImportRemark.run_id == run.id).order_by(ImportRemark.id))
    for remark in remarks:
        report.files[remark.file_number].remarks.append(Remark(remark.row, Reason[remark.reason]))
    return report


def finish(session: Session, *, run_id: str, terms: Terms, now: datetime) -> None:
    """End an import whose report was delivered; its remarks go, because they have been told."""
    session.execute(delete(ImportRemark).where(ImportRemark.run_id == run_id))
    system = session.scalar(
        update(ImportRun).where(ImportRun.id == run_id, ImportRun.finished_at.is_(None)).values(finished_at=now).returning(ImportRun.system)
    )
    if system:
        taken = session.execute(select(ImportFile.created, ImportFile.merged).where(ImportFile.run_id == run_id))
        count = sum(created + merged for created, merged in taken)
        audit.record(session, Action.IMPORT_FINISHED, actor=terms.actor, now=now, kind=system, purpose=terms.purpose.code, count=count)
