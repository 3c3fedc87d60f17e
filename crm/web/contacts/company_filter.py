"""The company above the list of contacts: typed with suggestions, because a list of twenty thousand names helps nobody."""

from dataclasses import dataclass

from flask import url_for

from crm.db import Database, Session
from crm.models.company import Company, CompanyKind
from crm.services.companies.choosing import CompanyAmbiguousError, CompanyUnknownError, choice_title, choose_company
from crm.services.companies.entry import find_company
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.view_models import SuggestView
from crm.web.typed import typed_line

_NAME, _KNOWN = "company", "company_id"


@dataclass(frozen=True, slots=True)
class ChosenCompany:
    """The company that narrows the list.

    Attributes:
        id: None for all companies, and where what was typed names none.
        typed: what stands in the field.
        error: why what was typed narrows nothing.
    """

    id: str | None = None
    typed: str = ""
    error: str | None = None

    def view(self) -> SuggestView:
        """Return the field above the list."""
        return SuggestView(
            name=_NAME,
            title=_("Firma"),
            value=self.typed,
            known_name=_KNOWN,
            known=self.id or "",
            suggest_url=url_for("companies.suggest"),
            placeholder=_("Alle Firmen"),
            error=self.error,
        )


def of_address(session: Session) -> ChosenCompany:
    """Return the company whose id the address names."""
    company_id = typed_line(_NAME)
    if not company_id:
        return ChosenCompany()
    company = find_company(session, company_id=company_id)
    if company is None:
        return ChosenCompany(
            company_id, "", _("Diese Auswahl gibt es hier nicht (mehr). Wählen Sie eine andere, oder leeren Sie die Filter.")
        )
    return ChosenCompany(company_id, _words(company))


def of_form(database: Database) -> ChosenCompany:
    """Return the company that was typed; the one that stood there before by its id, since names need not be unique."""
    typed = typed_line(_NAME)
    if not typed:
        return ChosenCompany()
    with database.reading() as session:
        before = find_company(session, company_id=typed_line(_KNOWN))
        if before is not None and typed == _words(before):
            return ChosenCompany(before.id, typed)
        try:
            return ChosenCompany(choose_company(session, text=typed), typed)
        except (CompanyUnknownError, CompanyAmbiguousError) as error:
            return ChosenCompany(None, typed, sentence_of(error))


def _words(company: Company) -> str:
    """Return how the field names a company; a sole trader bears a person's name, which a filter does not open."""
    return choice_title(company) if company.kind == CompanyKind.LEGAL_PERSON else _("Einzelunternehmen")
