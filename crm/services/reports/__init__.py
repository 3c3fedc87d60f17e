"""Figures of sales for the meeting: a quarter against the one before and the one a year ago."""
