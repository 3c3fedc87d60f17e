"""Requests of htmx, which want a part of a page instead of a whole one."""

from flask import request


def is_fragment_request() -> bool:
    """Say whether the answer will be put into a page that is already shown."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"
