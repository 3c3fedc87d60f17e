"""Addresses: links come from the configured origin, never from the Host header, and lead nowhere else."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from flask import current_app, request, url_for

ORIGIN: Final = "LETHE_ORIGIN"


def absolute_url(endpoint: str, **values: Any) -> str:
    """Return the full address of a page for use in mails, built on the configured origin."""
    origin: str = current_app.config[ORIGIN]
    return origin.rstrip("/") + url_for(endpoint, **values)


def addresses_by_id(endpoint: str, argument: str) -> Callable[[str], str]:
    """Return what gives each row of a list its address of `endpoint`; built once, because a row only changes the id.

    For pseudonyms, which need no quoting.
    """
    mark = "0" * 32
    values: dict[str, Any] = {argument: mark}
    before, _mark, after = url_for(endpoint, **values).partition(mark)
    return lambda pseudonym: f"{before}{pseudonym}{after}"


def local_path(candidate: str | None, *, otherwise: str = "/") -> str:
    """Return `candidate` if it is a path on this site, else `otherwise`, so that no link forwards to strangers."""
    if not candidate or not candidate.startswith("/") or candidate.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(candidate)
    printable = candidate.isprintable() and "\\" not in candidate
    return candidate if printable and not parts.scheme and not parts.netloc else otherwise


def here() -> str:
    """Return the address of this page to come back to, or `/` where it cannot be opened again by a link."""
    if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return "/"
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query and request.method == "GET" else request.path
