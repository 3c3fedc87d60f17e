"""Reading files in: sending one, assigning its columns, trying it, starting it, and what it came to."""

from crm.web.imports import columns_page, listing, sending
from crm.web.imports.blueprint import UPLOADS, bp

__all__ = ["UPLOADS", "bp", "columns_page", "listing", "sending"]
