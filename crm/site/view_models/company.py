"""Companies: list, page, form."""

from dataclasses import dataclass

from crm.site.view_models.controls import FieldSet


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRow:
    """One company of the list; `sole_trader` because then the company is itself a person."""

    company_id: str
    name: str
    city: str | None = None
    segment: str | None = None
    owner: str | None = None
    contacts: int | None = None
    sole_trader: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """The head of a company page.

    Attributes:
        subline: one line under the name ("Maschinenbau · Kassel · Kunde seit 2019").
    """

    company_id: str
    name: str
    subline: str
    sole_trader: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SameCompany:
    """A company of the same name."""

    name: str
    city: str | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFormView:
    """The form of a company, what was typed included.

    Attributes:
        name_of_person: the name, where a contact is called like that, or empty.
        confirmed_duplicate, confirmed_name: what was answered to the questions of an earlier page.
    """

    action_url: str
    cancel_url: str
    is_new: bool
    fieldsets: tuple[FieldSet, ...]
    version: int = 0
    error: str | None = None
    duplicates: tuple[SameCompany, ...] = ()
    name_of_person: str = ""
    confirmed_duplicate: bool = False
    confirmed_name: str = ""
