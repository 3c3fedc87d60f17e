"""Makes the portal's WSGI application."""

from typing import Final

from flask import Flask

from crm.portal import erasure, objection, pages, personal
from crm.runtime import PortalRuntime
from crm.site.access import PUBLIC, AccessMatrix
from crm.site.factory import PORTAL, create_site

ACCESS: Final[AccessMatrix] = {
    "portal.index": PUBLIC,
    "portal.contact": PUBLIC,
    "portal.health": PUBLIC,
    "objection.form": PUBLIC,
    "objection.send": PUBLIC,
    "erasure.form": PUBLIC,
    "erasure.send": PUBLIC,
    "personal.show": PUBLIC,
    "personal.act": PUBLIC,
    "personal.show_unsubscribe": PUBLIC,
    "personal.unsubscribe": PUBLIC,
    "personal.status": PUBLIC,
}
COOKIE: Final = "lethe_portal"


def create_app(runtime: PortalRuntime) -> Flask:
    """Return the portal. Nobody signs in here, so no session cookie is set and no key is needed to sign one."""
    blueprints = (pages.blueprint, objection.blueprint, erasure.blueprint, personal.blueprint)
    return create_site(runtime, name=PORTAL, access=ACCESS, blueprints=blueprints, cookie_name=COOKIE, cookie_key=None)
