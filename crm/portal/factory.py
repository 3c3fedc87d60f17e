"""Makes the portal's WSGI application."""

from typing import Final

from flask import Flask

from crm.portal import pages
from crm.runtime import Runtime
from crm.site.access import PUBLIC, AccessMatrix
from crm.site.factory import PORTAL, create_site

ACCESS: Final[AccessMatrix] = {"portal.index": PUBLIC, "portal.health": PUBLIC}
COOKIE: Final = "lethe_portal"


def create_app(runtime: Runtime) -> Flask:
    """Return the portal. Nobody signs in here, and without a form no cookie is set."""
    return create_site(runtime, name=PORTAL, access=ACCESS, blueprints=(pages.blueprint,), cookie_name=COOKIE)
