"""Tickets: questions, faults and complaints of customers, what was said about them, and by when we promised an answer."""
