"""Who may open which page: one declared matrix per application, denied by default.

The matrix is checked before a view runs and before CSRF, so that a refused request changes nothing and a
lapsed sign-in is not reported as a forged form.

Source: Art. 25(2), 32(1)(b) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from flask import Flask, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.actor import Role
from crm.site.addresses import here
from crm.site.htmx import is_fragment_request
from crm.site.resending import find_typed
from crm.site.visitor import Visitor, current_visitor


class Everybody(Enum):
    """Pages that need no particular role."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


PUBLIC = Everybody.PUBLIC
SIGNED_IN = Everybody.SIGNED_IN

Admission = frozenset[Role] | Everybody
AccessMatrix = Mapping[str, Admission]

# Pages of the site package itself; an application's own matrix comes on top.
SITE_ACCESS: AccessMatrix = {"static": PUBLIC, "site.language": PUBLIC, "site.help_page": SIGNED_IN}

_EXTENSION = "lethe.access"


@dataclass(frozen=True, slots=True)
class Access:
    """The matrix of one application and where it sends people who are not signed in."""

    matrix: AccessMatrix
    sign_in: str | None

    def admits(self, visitor: Visitor | None, endpoint: str) -> bool:
        """Say whether `visitor` may open `endpoint`; an endpoint that is not listed admits nobody."""
        admission = self.matrix.get(endpoint)
        if admission is PUBLIC:
            return True
        if visitor is None or admission is None:
            return False
        return bool(visitor.roles & admission) if isinstance(admission, frozenset) else True


@dataclass(frozen=True, slots=True)
class MatrixDifference:
    """Endpoints without a line in the matrix, and lines without an endpoint; both must be empty."""

    unlisted: tuple[str, ...]
    unknown: tuple[str, ...]


def install(app: Flask, *, matrix: AccessMatrix, sign_in: str | None) -> None:
    """Enforce `matrix` on every request of `app`."""
    app.extensions[_EXTENSION] = Access({**SITE_ACCESS, **matrix}, sign_in)
    app.before_request(_enforce)
    app.jinja_env.globals["may"] = may


def may(endpoint: str) -> bool:
    """Say whether the reader may open `endpoint` of this application, so that pages never link to a refusal."""
    return endpoint in current_app.view_functions and _access().admits(current_visitor(), endpoint)


def compare_with_routes(app: Flask) -> MatrixDifference:
    """Compare the matrix of `app` with its own route map; a test demands that they agree."""
    access: Access = app.extensions[_EXTENSION]
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    return MatrixDifference(
        unlisted=tuple(sorted(routes - access.matrix.keys())),
        unknown=tuple(sorted(access.matrix.keys() - routes)),
    )


def _access() -> Access:
    access: Access = current_app.extensions[_EXTENSION]
    return access


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None:  # no such page: the router answers 404 or 405
        return None
    access = _access()
    if access.matrix.get(request.endpoint) is PUBLIC:
        return None
    visitor = current_visitor()
    if visitor is None:
        return _ask_to_sign_in(access.sign_in)
    # First the step: until it is done the visitor may hold no role yet, and a refusal would lead nowhere.
    if visitor.next_step and visitor.next_step != request.endpoint:
        return redirect(url_for(visitor.next_step), code=303)
    if not access.admits(visitor, request.endpoint):
        return _refuse()
    return None


def _ask_to_sign_in(sign_in: str | None) -> ResponseReturnValue:
    """Send readers to the sign-in page; keep what was typed when a form was sent after the sign-in ended."""
    if sign_in is None:
        return _refuse()
    address = url_for(sign_in, next=here())
    if is_fragment_request():
        return "", 401, {"HX-Redirect": address}
    if request.method in {"GET", "HEAD"}:
        return redirect(address, code=303)
    return make_response(render_template("errors/signed_out.html", sign_in_url=url_for(sign_in), typed=find_typed()), 401)


def _refuse() -> ResponseReturnValue:
    template = "errors/_fragment.html" if is_fragment_request() else "errors/page.html"
    return make_response(render_template(template, status=403, message=None), 403)
