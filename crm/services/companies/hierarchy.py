"""Which company belongs to which (Konzern): each has one parent at most, and no way up leads back to it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.errors import InvalidInputError
from crm.models.company import Company
from crm.services.companies.choosing import CompanyAmbiguousError, CompanyUnknownError, choose_company

SHOWN: Final = 20  # companies below one, on its page
_DEEPEST: Final = 50  # steps up; nobody owns through more


class CircleError(InvalidInputError):
    """A company would belong to itself."""

    message = "Diese Firma gehört selbst zu der, die Sie bearbeiten. Wählen Sie eine andere, oder lassen Sie das Feld leer."


def choose_parent(session: Session, *, text: str, company_id: str | None) -> str | None:
    """Return the company that `text` names as the parent of this one, or None for no text.

    Args:
        company_id: None for a company that is new, to which none can belong yet.

    Raises:
        CompanyUnknownError, CompanyAmbiguousError: it names none, or several.
        CircleError: the company would belong to itself.
    """
    try:
        parent_id = choose_company(session, text=text)
    except (CompanyUnknownError, CompanyAmbiguousError) as error:
        raise type(error)(field="parent") from error
    if parent_id and company_id and company_id in {parent_id, *(each.id for each in find_above(session, company_id=parent_id))}:
        raise CircleError(field="parent")
    return parent_id


def find_above(session: Session, *, company_id: str) -> Sequence[Company]:
    """Return what a company belongs to, the nearest first."""
    found: dict[str, Company] = {}
    last = session.get(Company, company_id)
    # Two who change at once on PostgreSQL could close a circle; whoever walks it ends where they began.
    while last and last.parent_id and last.parent_id not in {company_id, *found} and len(found) < _DEEPEST:
        last = session.get(Company, last.parent_id)
        if last:
            found[last.id] = last
    return list(found.values())


def find_below(session: Session, *, company_id: str) -> Sequence[Company]:
    """Return the companies that belong to this one directly, in the order of their names."""
    below = select(Company).where(Company.parent_id == company_id).order_by(Company.sort_key, Company.id)
    return session.scalars(below.limit(SHOWN)).all()
