"""Names of companies for pages about people that were already disclosed."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.db import among
from crm.models.company import Company

_COMPANY = Company.__table__.c
_NAMES = select(_COMPANY.id, _COMPANY.name).where(among(_COMPANY.id, "ids"), _COMPANY.name.is_not(None))


def find_names(session: Session, company_ids: Collection[str]) -> dict[str, str]:
    """Return the names of these companies by id; sole traders are absent, because their name is a person's."""
    if not company_ids:
        return {}
    rows = session.execute(_NAMES, {"ids": list(company_ids)})
    return {company_id: name or "" for company_id, name in rows}
