"""Pages of the site package itself: the choice of language and the help."""

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from crm.site.addresses import local_path
from crm.site.i18n import LANGUAGE_COOKIE, LANGUAGES

blueprint = Blueprint("site", __name__)

_A_YEAR = 365 * 24 * 3600


@blueprint.get("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    """Remember the reader's language and go back to where they were."""
    if code not in LANGUAGES:
        abort(404)
    answer = redirect(local_path(request.args.get("next")), code=303)
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(LANGUAGE_COOKIE, code, max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer


@blueprint.get("/help")
def help_page() -> ResponseReturnValue:
    """Show the keys and the few terms that pages use."""
    return render_template("help.html")
