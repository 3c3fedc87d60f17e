"""Exports: a reason, a purpose that limits the columns, a limit, a second person above it, and a file that expires."""
