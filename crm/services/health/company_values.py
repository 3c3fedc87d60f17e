"""Is what daily work says about companies alone, their files above all, what Lethe wrote, and is every file still there?"""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm import ledger
from crm.db import Database
from crm.models.customer_file import CustomerFile
from crm.privacy import work_texts
from crm.privacy.actions import Action
from crm.services.health.findings import Finding, State, some_of


class CompanyValuesTampered(Finding):
    """Values of rows that are about nobody and do not open: changed, or put into another row."""

    check = "company_values"
    state = State.WRONG
    message = (
        "Versiegelte Werte von Firmen, die sich nicht öffnen lassen, weil sie außerhalb von Lethe verändert oder vertauscht wurden: "
        "%(count)s Zeilen (Kennungen: %(ids)s). Stellen Sie sie aus einer Sicherung wieder her."
    )


class CompanyFilesMiscounted(Finding):
    """More or fewer files of companies alone than entries say were added and not removed."""

    check = "company_values"
    state = State.WRONG
    message = (
        "Dateien von Firmen: %(rows)s sind da, %(entered)s müssten es laut Protokoll sein. Dateien wurden außerhalb von Lethe gelöscht "
        "oder hinzugefügt. Stellen Sie sie aus einer Sicherung wieder her, und klären Sie, wer es war."
    )


class CompanyValuesSound(Finding):
    """What is about companies alone opens, and every file is there."""

    check = "company_values"
    state = State.OK
    message = "Alle %(values)s versiegelten Werte von Firmen lassen sich öffnen, und keine ihrer Dateien fehlt."


def examine_company_values(database: Database) -> Iterator[Finding]:
    """Open everything sealed that is about a company and no person, and count the files.

    Raises:
        KeyUnavailableError: the keys cannot be had at the moment.
    """
    with database.reading() as session:
        unopened, values = work_texts.find_unopened_of_nobody(session), work_texts.count_of_nobody(session)
        rows, entered = _count_files(session)
    if rows != entered:  # asked twice: a file that is added between the two counts is no finding
        with database.reading() as session:
            rows, entered = _count_files(session)
    if unopened:
        yield CompanyValuesTampered(count=len(unopened), ids=some_of(unopened))
    if rows != entered:
        yield CompanyFilesMiscounted(rows=rows, entered=entered)
    if not unopened and rows == entered:
        yield CompanyValuesSound(values=values)


def _count_files(session: Session) -> tuple[int, int]:
    """Return how many files about nobody there are, and how many there should be as the log says."""
    rows = session.scalar(select(func.count()).where(CustomerFile.subject_id.is_(None))) or 0
    added, removed = (ledger.count_about_nobody(session, action) for action in (Action.FILE_ADDED, Action.FILE_REMOVED))
    return rows, added - removed
