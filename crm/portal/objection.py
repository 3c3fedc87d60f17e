"""Werbewiderspruch: one field, one button, no login, no reason.

Source: Art. 21(2), (3), 12(2) DSGVO.
"""

from http import HTTPStatus

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.models.intake import IntakeKind
from crm.portal.letterbox import NotTakenError, drop_in
from crm.portal.typed import LONGEST_EMAIL, require_email, typed
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.view_models import FieldInput

blueprint = Blueprint("objection", __name__, url_prefix="/objection")


def objection_field(value: str = "", error: str | None = None) -> FieldInput:
    """Return the one field, with what was typed and what was wrong with it."""
    return FieldInput(
        name="email",
        title=_("Ihre E-Mail-Adresse"),
        value=value,
        kind="email",
        error=error,
        focus=error is not None,
        hint=_("Wir nutzen sie nur, um die Werbung zu stoppen."),
        autocomplete="email",
        max_length=LONGEST_EMAIL,
    )


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Show the field."""
    return render_template("portal/objection.html", email=objection_field(), not_taken=None)


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the objection in and say that it is; the answer is the same whether anybody has the address or not."""
    text = typed("email")
    try:
        email = require_email(text)
    except InvalidInputError as error:
        return render_template("portal/objection.html", email=objection_field(text, sentence_of(error)), not_taken=None), 422
    try:
        drop_in(IntakeKind.OBJECTION, {"email": email.exact})
    except NotTakenError as error:
        page = render_template("portal/objection.html", email=objection_field(text), not_taken=sentence_of(error))
        return page, HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("portal/objection_done.html", email=email)
