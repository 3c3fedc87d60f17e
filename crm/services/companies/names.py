"""Names of companies for pages about people that were already disclosed."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.models.company import Company


def find_names(session: Session, company_ids: Collection[str]) -> dict[str, str]:
    """Return the names of these companies by id; sole traders are absent, because their name is a person's."""
    if not company_ids:
        return {}
    rows = session.execute(select(Company.id, Company.name).where(Company.id.in_(company_ids), Company.name.is_not(None)))
    return {company_id: name or "" for company_id, name in rows}
