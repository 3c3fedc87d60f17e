"""Makes the portal's WSGI application."""

from typing import Final

from flask import Flask
from flask.typing import ResponseReturnValue

from crm.errors import UnavailableError
from crm.portal import access, answer, erasure, objection, own_reasons, pages, personal, rectification, response, restriction, withdrawal
from crm.portal.letterbox import OutOfReachError
from crm.runtime import PortalRuntime
from crm.site.access import PUBLIC, AccessMatrix
from crm.site.errors import explain_refusal
from crm.site.factory import PORTAL, create_site
from crm.site.incidents import report

ACCESS: Final[AccessMatrix] = {
    "portal.index": PUBLIC,
    "portal.contact": PUBLIC,
    "portal.health": PUBLIC,
    "objection.form": PUBLIC,
    "objection.send": PUBLIC,
    "erasure.form": PUBLIC,
    "erasure.send": PUBLIC,
    "access.form": PUBLIC,
    "access.send": PUBLIC,
    "restriction.form": PUBLIC,
    "restriction.send": PUBLIC,
    "rectification.form": PUBLIC,
    "rectification.send": PUBLIC,
    "own_reasons.form": PUBLIC,
    "own_reasons.send": PUBLIC,
    "withdrawal.form": PUBLIC,
    "withdrawal.send": PUBLIC,
    "answer.show": PUBLIC,
    "answer.send_code": PUBLIC,
    "answer.fetch": PUBLIC,
    "personal.show": PUBLIC,
    "personal.act": PUBLIC,
    "personal.show_unsubscribe": PUBLIC,
    "personal.unsubscribe": PUBLIC,
    "personal.status": PUBLIC,
    "response.show": PUBLIC,
    "response.respond": PUBLIC,
    "response.stop": PUBLIC,
}
COOKIE: Final = "lethe_portal"


def create_app(runtime: PortalRuntime) -> Flask:
    """Return the portal. Nobody signs in here, so no session cookie is set and no key is needed to sign one."""
    asked = (objection.blueprint, erasure.blueprint, access.blueprint)
    claims = (restriction.blueprint, rectification.blueprint, own_reasons.blueprint, withdrawal.blueprint)
    blueprints = (pages.blueprint, *asked, *claims, answer.blueprint, personal.blueprint, response.blueprint)
    app = create_site(runtime, name=PORTAL, access=ACCESS, blueprints=blueprints, cookie_name=COOKIE, cookie_key=None)
    app.register_error_handler(UnavailableError, _explain_for_customer)
    return app


def _explain_for_customer(error: UnavailableError) -> ResponseReturnValue:
    """Say what a customer can do; what is out of reach is for whoever looks after the machine."""
    report(error)
    return explain_refusal(OutOfReachError())
