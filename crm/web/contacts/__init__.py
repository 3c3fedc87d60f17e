"""Contacts: list, page, form, notes, rights."""

from crm.web.contacts import form, listing, notes, objecting, objection_link, page, restricting, rights
from crm.web.contacts.blueprint import bp

__all__ = ["bp", "form", "listing", "notes", "objecting", "objection_link", "page", "restricting", "rights"]
