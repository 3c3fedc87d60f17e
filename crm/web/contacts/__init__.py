"""Contacts: list, page, form, notes, rights."""

from crm.web.contacts import affiliating, form, listing, notes, objecting, objection_link, page, restricting, rights, writing
from crm.web.contacts.blueprint import bp

__all__ = ["affiliating", "bp", "form", "listing", "notes", "objecting", "objection_link", "page", "restricting", "rights", "writing"]
