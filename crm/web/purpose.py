"""The purpose of the page at hand: it comes from the workspace, one click changes it, no dialog asks for it."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request, session
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.privacy import purposes
from crm.privacy.errors import PurposeNotAllowedError
from crm.privacy.purposes import Purpose
from crm.site.addresses import local_path
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor

bp = Blueprint("purpose", __name__)

_CHOSEN = "purpose"


@bp.post("/purpose/<code>")
def choose(code: str) -> ResponseReturnValue:
    """Remember the purpose for the pages that follow and go back."""
    with current_runtime().database.reading() as db:
        if code not in {each.code for each in own_purposes(db)}:
            raise PurposeNotAllowedError
    session[_CHOSEN] = code
    return redirect(local_path(request.form.get("next")), code=303)


def own_purposes(db: Session) -> tuple[Purpose, ...]:
    """Return the purposes of the role acted in, its main one first."""
    return purposes.find_all(db).of_role(current_actor().role)


def current_purpose(own: Sequence[Purpose]) -> Purpose:
    """Return the chosen one of the role's purposes, or its main one.

    Raises:
        PurposeNotAllowedError: the role acts for no purpose at all.
    """
    if not own:
        raise PurposeNotAllowedError
    return next((each for each in own if each.code == session.get(_CHOSEN)), own[0])
