"""Löschkonzept, rule by rule: what holds, what held, what is to hold, and the concept on paper."""

from crm.web.concept import editing, opinion, paper, protocol  # noqa: F401 - their routes
from crm.web.concept.blueprint import bp

__all__ = ["bp"]
