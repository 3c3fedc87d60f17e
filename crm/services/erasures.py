"""When somebody was erased, for pages that have nothing else to show of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.models.company import Company
from crm.privacy.erasure.job import find_job, find_unordered


@dataclass(frozen=True, slots=True)
class Erased:
    """Whose erasure it was and how far it is: ordered, and since when the key is gone."""

    subject_id: str
    ordered_at: datetime
    destroyed_at: datetime | None


def find_erased(session: Session, *, subject_id: str) -> Erased | None:
    """Return the erasure behind a pseudonym. No entry: there is nothing left that could be disclosed."""
    job = find_job(session, subject_id=subject_id)
    return Erased(subject_id, job.ordered_at, job.destroyed_at) if job else None


def is_explained(session: Session, *, subject_id: str) -> bool:
    """Say whether an order of erasure explains why this person counts as erased; a state can be written with SQL."""
    return not find_unordered(session, subject_id=subject_id)


def find_trader(session: Session, *, company_id: str) -> str | None:
    """Return the pseudonym of the person a company was."""
    return session.scalar(select(Company.subject_id).where(Company.id == company_id))
