"""Rows of the list of contacts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.site.view_models.contact import PurposeChip


class ContactColumn(StrEnum):
    """Columns that depend on the purpose; a column it does not open is not on the page at all."""

    POSITION = "position"
    CITY = "city"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One person of the list.

    Attributes:
        name: "Wehmeier, Katharina"; people without a name are shown as "ohne Namen".
        values: what stands in the columns that the purpose opens, "" where a person has nothing there.
        company_url: of the company, where it has a name here and the reader may open it.
        due_soon: the day of erasure is within 90 days.
    """

    url: str
    name: str
    values: dict[ContactColumn, str]
    company: str | None = None
    company_url: str | None = None
    owner: str | None = None
    chips: tuple[PurposeChip, ...] = ()
    last_contact: date | None = None
    due_on: date | None = None
    due_soon: bool = False
