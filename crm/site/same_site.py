"""A second line behind the CSRF token: requests for this site, and forms from no other.

The Host header must be the configured one, so that no foreign name (DNS rebinding) reaches the site, and a request that
changes something must not say that another site made it. Where no address is configured, only the second is asked,
against the host of the request itself. Names of the own machine always pass: health checks ask there.

Source: Art. 32(1)(b) DSGVO.
"""

from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, request

from crm.errors import CrmError, NotAllowedError

_CHANGES_NOTHING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_USUAL_PORTS: Final = {"http": 80, "https": 443}
# Browsers say "none" where somebody typed the address; a sister site under the same domain is another site here.
_OWN_FETCHES: Final = frozenset({"same-origin", "none"})


class UnknownHostError(CrmError):
    """The request asks for a name that is not ours."""

    message = "Lethe ist unter einer anderen Adresse zu Hause. Öffnen Sie %(address)s."


class ForeignOriginError(NotAllowedError):
    """Another site made the reader's browser send this request."""

    message = (
        "Diese Anfrage kam von einer fremden Seite. Es wurde nichts geändert. Öffnen Sie Lethe selbst und senden Sie von dort. "
        "Geschieht es auf Lethes eigenen Seiten, stimmt die eingestellte Adresse nicht: Sagen Sie es der Administration."
    )


class _Place(NamedTuple):
    scheme: str
    host: str
    port: int | None


def install(app: Flask, *, origin: str, is_configured: bool, exempt: Collection[str]) -> None:
    """Ask every request to `app`, before anything else does.

    Args:
        origin: address of the site as browsers see it.
        is_configured: somebody set the origin; a default says nothing about the names of this machine.
        exempt: endpoints that take forms from elsewhere; they are declared in one place with those without a CSRF token.
    """
    own = _require_place(origin)

    def require() -> None:
        if request.endpoint == "static":  # the page that refuses needs its looks
            return
        if is_configured:
            _require_own_host(own, address=origin)
        if request.method not in _CHANGES_NOTHING and request.endpoint not in exempt:
            _require_own_page(own)

    app.before_request(require)


def _require_own_host(own: _Place, *, address: str) -> None:
    asked = _asked(own.scheme)
    if asked is None or (asked.host not in _OWN_MACHINE and asked != own):
        raise UnknownHostError(address=address)


def _require_own_page(own: _Place) -> None:
    """Believe the browser where it says who asks; programs that say nothing have to bring the CSRF token anyway."""
    source = request.headers.get("Origin")
    if source is None:
        if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_FETCHES:
            raise ForeignOriginError
        return
    named = _place(source)
    if named == own:
        return
    # At the configured address only pages of exactly that address ask: the same name without TLS is another site.
    if named is None or _asked(own.scheme) == own or named != _asked(named.scheme):
        raise ForeignOriginError


def _asked(scheme: str) -> _Place | None:
    return _place(f"{scheme}://{request.headers.get('Host', '')}")


def _require_place(origin: str) -> _Place:
    place = _place(origin)
    if place is None:
        raise ValueError("the settings have checked that an origin names a host")
    return place


def _place(address: str) -> _Place | None:
    """Return what an address or an Origin header names, or None where it names nothing (`null`)."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return _Place(parts.scheme, host, port or _USUAL_PORTS.get(parts.scheme)) if host else None
