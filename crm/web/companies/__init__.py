"""Companies: list, page, form."""

from crm.web.companies import form, listing, page
from crm.web.companies.blueprint import bp

__all__ = ["bp", "form", "listing", "page"]
