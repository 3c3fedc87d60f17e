"""Finds the companies that the people of a batch belong to; makes those that leads only name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.company import Company, CompanyKind
from crm.services.companies.entry import CompanyEntry, create_many
from crm.services.imports.rows import PersonRow
from crm.services.imports.sources import KnownRecord


def find_employers(
    session: Session, rows: Sequence[PersonRow], *, known: dict[str, KnownRecord], owner_id: str | None, actor: Actor, now: datetime
) -> dict[int, str]:
    """Return the company of each row that has one, by row.

    Args:
        known: companies of the old system by record id.
    """
    named = {row.employer.name for row in rows if row.employer.name and not row.employer.is_own_business}
    by_name = _find_by_name(session, named)
    missing = sorted(named - by_name.keys())
    entries = [CompanyEntry(fields={"name": name}, owner_id=owner_id) for name in missing]
    by_name |= dict(zip(missing, create_many(session, entries=entries, actor=actor, now=now), strict=True))
    found = {}
    for row in rows:
        record = known.get(row.employer.record_id or "")
        company_id = record.company_id if record else by_name.get(row.employer.name or "")
        if company_id:
            found[row.row] = company_id
    return found


def _find_by_name(session: Session, names: set[str]) -> dict[str, str]:
    if not names:
        return {}
    rows = session.execute(
        select(Company.name, Company.id)
        .where(Company.kind == CompanyKind.LEGAL_PERSON, Company.name.in_(names))
        .order_by(Company.id.desc())
    )
    return {name: company_id for name, company_id in rows if name}
