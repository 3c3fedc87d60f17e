"""Contacts: list, view, create, change, note."""
