"""Exports: asking for one, deciding about a large one, fetching it."""

from crm.web.exports import download, form_page, link_page, listing
from crm.web.exports.blueprint import bp

__all__ = ["bp", "download", "form_page", "link_page", "listing"]
