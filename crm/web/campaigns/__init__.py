"""Campaigns: list, page with the response by customer group, form, members, responses."""

from crm.web.campaigns import audience, form, links, listing, page, responses
from crm.web.campaigns.blueprint import bp

__all__ = ["audience", "bp", "form", "links", "listing", "page", "responses"]
