"""Deals: board, list, forecast, page, form."""

from crm.web.deals import board, forecast, form, list_page, moving, page, people
from crm.web.deals.blueprint import bp

__all__ = ["board", "bp", "forecast", "form", "list_page", "moving", "page", "people"]
