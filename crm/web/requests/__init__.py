"""The desk of requests: list, case page, what is done to a case, opening one."""

from crm.web.requests import acting, claims, copies, deciding, listing, opening, page, recipients
from crm.web.requests.blueprint import bp

__all__ = ["acting", "bp", "claims", "copies", "deciding", "listing", "opening", "page", "recipients"]
