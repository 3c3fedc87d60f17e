"""Kept documents: all of them, those of one person, filing and fetching."""

from crm.web.documents import filing, listing
from crm.web.documents.blueprint import UPLOADS, bp

__all__ = ["UPLOADS", "bp", "filing", "listing"]
