"""Contacts: list, page, form, notes, mail, rights."""

from crm.web.contacts import affiliating, card, form, listing, notes, objecting, objection_link, page, restricting, rights, writing
from crm.web.contacts.blueprint import bp

__all__ = [
    "affiliating",
    "bp",
    "card",
    "form",
    "listing",
    "notes",
    "objecting",
    "objection_link",
    "page",
    "restricting",
    "rights",
    "writing",
]
