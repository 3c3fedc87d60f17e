"""Tickets: list, page, form, and texts for replies."""

from crm.web.tickets import form, listing, page, people, reply_templates, saying
from crm.web.tickets.blueprint import bp

__all__ = ["bp", "form", "listing", "page", "people", "reply_templates", "saying"]
