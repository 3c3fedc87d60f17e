"""Figures of sales: the quarter as page, CSV and PDF, the deals behind it, and what permits to compare staff."""

from crm.web.reports import agreement, deals, downloads, quarter
from crm.web.reports.blueprint import bp

__all__ = ["agreement", "bp", "deals", "downloads", "quarter"]
