"""Who is signed in on the staff site, carried by flask-login from request to request.

The signed cookie holds a random token; everything else lies in the database, so that a sign-in can be ended from
outside. `find_visitor` and `install` are what the application is wired with.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import flask_login
from flask import Flask, Response, g, make_response, request, session
from flask_login import LoginManager

from crm.errors import UnavailableError
from crm.services.accounts import signins
from crm.services.accounts.errors import SignInEndedError
from crm.services.accounts.signins import Lifetimes, SignedIn, Step
from crm.site.errors import explain_refusal
from crm.site.installation import current_runtime
from crm.site.visitor import Visitor
from crm.vault import KeyUnavailableError
from crm.web.live import is_by_itself

SIGN_IN: Final = "signin.sign_in"
STEPS: Final = {
    Step.SECOND_FACTOR: "signin.second_factor",
    Step.ENROLMENT: "signin.enrolment",
    Step.NEW_PASSWORD: "signin.new_password",
    Step.NOTICE: "signin.notice",
}
_TOKEN: Final = "_user_id"  # noqa: S105 - the name flask-login gives it in the cookie
_CSRF: Final = "csrf_token"
_ONWARD: Final = "onward"


@dataclass(frozen=True, slots=True)
class StaffUser:
    """What flask-login wants to know of a user."""

    signed_in: SignedIn
    token: str

    is_active = True
    is_anonymous = False

    @property
    def is_authenticated(self) -> bool:
        """Say whether nothing stands between this person and work any more."""
        return self.signed_in.step is None

    def get_id(self) -> str:
        """Return what the cookie holds."""
        return self.token


def install(app: Flask) -> None:
    """Give `app` its sign-ins; belongs right after `create_site`."""
    manager = LoginManager()
    # The token alone decides. flask-login's own protection compares network and browser, which change on the way to a customer.
    manager.session_protection = None
    manager.user_loader(_find_user)
    # No page asks for flask-login's own user; the page that refuses must not ask the same question again.
    manager.init_app(app, add_context_processor=False)
    app.after_request(_note_use)


def find_visitor() -> Visitor | None:
    """Return who makes this request, with the page that has to come first."""
    signed_in = find_signed_in()
    if signed_in is None:
        return None
    return Visitor(actor=signed_in.actor, name=signed_in.name, next_step=STEPS[signed_in.step] if signed_in.step else None)


def find_signed_in() -> SignedIn | None:
    """Return the sign-in of this request, also while its second factor is missing.

    Raises:
        KeyUnavailableError: nobody can say at the moment whether the sign-in is genuine.
    """
    user = flask_login.current_user
    try:
        return user.signed_in if isinstance(user, StaffUser) else None
    except KeyUnavailableError:
        g.visitor = None  # the page that says so asks who looks at it, and must not fail in the same way
        raise


def get_signed_in() -> SignedIn:
    """Return the sign-in of this request.

    Raises:
        SignInEndedError: there is none (any more).
    """
    signed_in = find_signed_in()
    if signed_in is None:
        raise SignInEndedError
    return signed_in


def carry(token: str) -> SignedIn:
    """Put a new token into a fresh cookie, so that nothing a stranger planted there before lives on.

    The CSRF token stays only where the old cookie belonged to the same account: then a form that was open when the
    sign-in ended can still be sent.
    """
    before, old = find_signed_in(), dict(session)
    session.clear()
    user = _find_user(token)
    if user is None:
        raise SignInEndedError
    if _is_same_account(before, old.get(_TOKEN), user):
        session.update({name: old[name] for name in (_CSRF, _ONWARD) if name in old})
    flask_login.login_user(user)
    g.pop("visitor", None)
    return user.signed_in


def drop() -> None:
    """Empty the cookie after a sign-out."""
    flask_login.logout_user()
    session.clear()
    g.pop("visitor", None)


def remember_onward(path: str) -> None:
    """Remember where the person wanted to go before the sign-in."""
    session[_ONWARD] = path


def take_onward() -> str | None:
    """Return where the person wanted to go, once."""
    path = session.pop(_ONWARD, None)
    return path if isinstance(path, str) else None


def client_address() -> str | None:
    """Return the network address of the client; a header is believed only as far as own proxies wrote it."""
    proxies = current_runtime().settings.proxies
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return forwarded[-proxies] if proxies and len(forwarded) >= proxies else request.remote_addr


def _find_user(token: str) -> StaffUser | None:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        signed_in = signins.find(db, token, lifetimes=Lifetimes.of(runtime.settings), now=runtime.clock.now())
    return StaffUser(signed_in, token) if signed_in else None


def _is_same_account(before: SignedIn | None, old_token: object, user: StaffUser) -> bool:
    """Say whether the cookie was this person's before: in a sign-in that goes on, or in one that ended."""
    if before is not None or not isinstance(old_token, str):
        return before is not None and before.account_id == user.signed_in.account_id
    with current_runtime().database.reading() as db:
        return signins.belongs_to(db, old_token, user.signed_in.account_id)


def _note_use(response: Response) -> Response:
    """Put the idle time-out off, at most once a minute; a refused request changes nothing, nor does what a page asks by itself.

    Where that cannot be written, what only reads is refused as everything else is then; what a form has changed by now stands.
    """
    is_use = "_login_user" in g and response.status_code < HTTPStatus.BAD_REQUEST and not is_by_itself()
    try:
        _see(find_signed_in() if is_use else None)
    except UnavailableError as error:
        return response if request.method == "POST" else make_response(explain_refusal(error))
    return response


def _see(signed_in: SignedIn | None) -> None:
    runtime = current_runtime()
    if signed_in and signins.is_to_be_seen(signed_in, now=runtime.clock.now()):
        with runtime.database.writing() as db:
            signins.see(db, signed_in, now=runtime.clock.now())
