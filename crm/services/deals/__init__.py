"""Deals: what may be sold to whom (Verkaufschancen)."""
