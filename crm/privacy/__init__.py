"""Duties and guards: what a use case must not do without, one module per duty."""
