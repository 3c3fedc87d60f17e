"""Requests of people: one case, one deadline, one way through, one answer (Betroffenenanfragen)."""
