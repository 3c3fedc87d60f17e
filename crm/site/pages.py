"""Pages of the site package itself: the choice of language and the help."""

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from crm.site.addresses import local_path
from crm.site.i18n import LANGUAGES, remember

blueprint = Blueprint("site", __name__)


@blueprint.get("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    """Remember the reader's language and go back to where they were."""
    if code not in LANGUAGES:
        abort(404)
    answer = redirect(local_path(request.args.get("next")), code=303)
    remember(answer, code)
    return answer


@blueprint.get("/help")
def help_page() -> ResponseReturnValue:
    """Show the keys and the few terms that pages use."""
    return render_template("help.html")
