"""Imports: read an export of another system, validate all of it, take its people in through the door."""
