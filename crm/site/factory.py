"""Makes the two sites: everything that both need, in the order in which it has to happen."""

from collections.abc import Iterable, Mapping
from typing import Final

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.local import LocalProxy

from crm import __version__
from crm.runtime import PortalRuntime, Runtime
from crm.site import access as access_matrix
from crm.site import addresses, assets, compression, errors, headers, i18n, incidents, navigation, pages, same_site, visitor, words
from crm.site.access import AccessMatrix
from crm.site.installation import RUNTIME
from crm.site.visitor import FindVisitor

STAFF: Final = "staff"
PORTAL: Final = "portal"

# The company's own site may hold the form of the objection, which has to be as easy to reach as its advertising (Art. 21(4), 12(2)).
# The request for erasure is taken from there too: it does nothing until the mail is confirmed, and whoever refused it by its
# origin would refuse people whose browser hides theirs, and keep out nobody, since any program can post without an origin.
_NOBODY_SIGNS_IN: Final = (
    "nobody is signed in on the portal and it sets no cookie: no browser holds a power that a foreign page could borrow"
)
_ONE_CLICK: Final = "mail programs send the form of RFC 8058 without having seen a page"

# Endpoints that take a form without a CSRF token, and from other sites, and why; whoever adds one says it here.
CSRF_EXEMPTIONS: Final[Mapping[str, str]] = {
    "objection.send": _NOBODY_SIGNS_IN,
    "erasure.send": _NOBODY_SIGNS_IN,
    "access.send": _NOBODY_SIGNS_IN,
    "restriction.send": _NOBODY_SIGNS_IN,
    "rectification.send": _NOBODY_SIGNS_IN,
    "own_reasons.send": _NOBODY_SIGNS_IN,
    "withdrawal.send": _NOBODY_SIGNS_IN,
    "answer.send_code": _NOBODY_SIGNS_IN,
    "answer.fetch": _NOBODY_SIGNS_IN,
    "personal.act": _NOBODY_SIGNS_IN,
    "personal.unsubscribe": _ONE_CLICK,
    "response.respond": _NOBODY_SIGNS_IN,
    "response.stop": _NOBODY_SIGNS_IN,
}

_LARGEST_FORM: Final = 1024 * 1024
_LARGEST_FIELD: Final = 256 * 1024


def create_site(
    runtime: Runtime | PortalRuntime,
    *,
    name: str,
    access: AccessMatrix,
    blueprints: Iterable[Blueprint],
    cookie_name: str,
    cookie_key: bytes | None,
    find_visitor: FindVisitor = visitor.nobody,
    sign_in: str | None = None,
) -> Flask:
    """Return the WSGI application of the site `name`, `staff` or `portal`.

    Args:
        access: who may open which endpoint; what is not listed is denied.
        cookie_name: of the session cookie; the sites differ, because there are two kinds of people.
        cookie_key: signs the session cookie; None: there is none.
        find_visitor: returns who is signed in; must not write, because it also runs for requests that are refused.
        sign_in: endpoint of the sign-in page; None: nobody signs in here.
    """
    app = incidents.Site("crm.site", static_folder=None)
    app.extensions[RUNTIME] = runtime
    origin = runtime.settings.staff_origin if name == STAFF else runtime.settings.portal_origin
    _configure(app, origin=origin, cookie_name=cookie_name, key=cookie_key)
    _prepare_templates(app, runtime, name=name)
    _install_parts(app, runtime, behind_tls=origin.startswith("https://"))
    configured = runtime.settings.model_fields_set
    same_site.install(app, origin=origin, is_configured=f"{name}_origin" in configured, exempt=CSRF_EXEMPTIONS)
    visitor.install(app, find_visitor)
    access_matrix.install(app, matrix=access, sign_in=sign_in)
    csrf = CSRFProtect(app)  # after access: a lapsed sign-in is no forged form
    for blueprint in (pages.blueprint, *blueprints):
        app.register_blueprint(blueprint)
    for endpoint in CSRF_EXEMPTIONS.keys() & app.view_functions.keys():
        csrf.exempt(app.view_functions[endpoint])
    return app


def _configure(app: Flask, *, origin: str, cookie_name: str, key: bytes | None) -> None:
    """Set cookies, limits and addresses.

    There is no ProxyFix: behind a proxy the origin is what the settings say, not what a header claims. Slashes
    are forgiven instead of redirected, because that redirect would be built on the Host header.
    """
    secure = origin.startswith("https://")
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME=f"__Host-{cookie_name}" if secure else cookie_name,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FIELD,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch must still be accepted
        **{addresses.ORIGIN: origin},
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False


def _prepare_templates(app: Flask, runtime: Runtime | PortalRuntime, *, name: str) -> None:
    """Make templates strict: a page with a missing value fails in a test instead of showing a gap."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        site_name=name,
        settings=LocalProxy(lambda: runtime.settings),  # as they are when a page is made, also in macros
        product_version=__version__,
        current_visitor=visitor.current_visitor,
        unknown_filters=list,  # none; a site that has lists knows better
        live_url=lambda: None,  # nothing to ask; a site whose pages others change knows better
        here=addresses.here,
        **words.FOR_TEMPLATES,
    )
    navigation.install(app, navigation.STAFF_SECTIONS if name == STAFF else ())


def _install_parts(app: Flask, runtime: Runtime | PortalRuntime, *, behind_tls: bool) -> None:
    i18n.install(app, default_language=runtime.settings.language, time_zone=runtime.settings.time_zone)
    assets.install(app)
    compression.install(app)
    headers.install(app, behind_tls=behind_tls)
    errors.install(app)
