"""From the name of a company in a form to the company that is meant."""

from sqlalchemy.orm import Session

from crm.errors import InvalidInputError
from crm.models.company import Company
from crm.services.companies.listing import find_by_name

_BETWEEN = " · "


class CompanyUnknownError(InvalidInputError):
    """No company has this name."""

    message = "Diese Firma gibt es hier noch nicht. Wählen Sie sie aus der Liste, oder legen Sie sie zuerst unter „Firmen“ an."


class CompanyAmbiguousError(InvalidInputError):
    """Several companies have this name."""

    message = "Mehrere Firmen heißen so. Wählen Sie aus der Liste die mit dem richtigen Ort."


def choice_title(company: Company) -> str:
    """Return how a form names a company: with its place, because names need not be unique."""
    return _BETWEEN.join(part for part in (company.name, company.city) if part)


def choose_company(session: Session, *, text: str) -> str | None:
    """Return the company that `text` names, or None for no text.

    Raises:
        CompanyUnknownError, CompanyAmbiguousError: it names none, or several.
    """
    wanted = " ".join(text.split())
    if not wanted:
        return None
    found = find_by_name(session, name=wanted)
    if not found and _BETWEEN in wanted:
        name, _, city = wanted.rpartition(_BETWEEN)
        found = find_by_name(session, name=name, city=city)
    if not found:
        raise CompanyUnknownError(field="company")
    if len(found) > 1:
        raise CompanyAmbiguousError(field="company")
    return found[0].id
