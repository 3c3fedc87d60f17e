"""Files attached to companies and deals: on their pages, kept, fetched, removed."""

from crm.web.files import keeping
from crm.web.files.blueprint import UPLOADS, bp

__all__ = ["UPLOADS", "bp", "keeping"]
