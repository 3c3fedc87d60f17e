"""Invoices: list, page, recording by hand."""

from crm.web.invoices import form, listing, page, people
from crm.web.invoices.blueprint import bp

__all__ = ["bp", "form", "listing", "page", "people"]
