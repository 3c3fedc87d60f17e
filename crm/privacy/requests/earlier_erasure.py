"""What is decided about somebody whom another case erased meanwhile: nothing more to erase, and still an answer that says what is kept.

Source: Art. 12(3), 15(1), 17(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.models.erasure import ErasureJob
from crm.privacy.periods import find_shipped
from crm.privacy.requests.choices import Choice, Verdict
from crm.privacy.requests.facts import DataKind, KeepGround
from crm.privacy.requests.last_days import CASE_FILE, EVIDENCE
from crm.privacy.requests.proposal import find_documents, kept_by_rule


def find_erased_at(session: Session, subject_ids: Sequence[str], *, now: datetime) -> datetime | None:
    """Return when the last of these people was erased, now where that is just being done; None: none of them was."""
    jobs = ErasureJob.subject_id.in_(subject_ids)
    count, done, last = session.execute(
        select(func.count(), func.count(ErasureJob.destroyed_at), func.max(ErasureJob.destroyed_at)).where(jobs)
    ).one()
    return (last if done == count else now) if count else None


def what_is_kept(session: Session, subject_ids: Sequence[str], *, today: date) -> tuple[Choice, ...]:
    """Return what is still there of erased people, each with its reason and its day."""
    documents = [each for _, each in find_documents(session, subject_ids, today) if each.verdict is Verdict.KEEP]
    evidence = kept_by_rule(DataKind.CONSENTS, KeepGround.ACCOUNTABILITY, find_shipped()[EVIDENCE], today)
    return (*documents, evidence, kept_by_rule(DataKind.CASE_FILE, KeepGround.ACCOUNTABILITY, find_shipped()[CASE_FILE], today))
