"""Activities: the own list, form, and what came of them."""

from crm.web.activities import finishing, form, listing
from crm.web.activities.blueprint import bp

__all__ = ["bp", "finishing", "form", "listing"]
