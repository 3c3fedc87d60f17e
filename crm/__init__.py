"""Lethe: the CRM that can forget (das CRM, das vergessen kann)."""

__version__ = "0.1.0"
