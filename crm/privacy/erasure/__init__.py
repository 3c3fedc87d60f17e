"""Löschkonzept: which rule ends which data, and when."""
