"""The call screen."""

from crm.web.calls import acting, page
from crm.web.calls.blueprint import bp

__all__ = ["acting", "bp", "page"]
