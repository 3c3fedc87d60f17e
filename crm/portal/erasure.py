"""The request for erasure: an address, and what helps to find the data; confirmed by a mail before anything happens.

Source: Art. 17(1), 12(2), (6) DSGVO.
"""

from http import HTTPStatus

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crm.models.intake import IntakeKind
from crm.portal.letterbox import NotTakenError, drop_in
from crm.portal.request_form import Checked, common_fields, led_to_what_is_wrong
from crm.privacy.intake.requesting import OBJECTS_TOO
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.view_models import FieldInput, FieldSet

blueprint = Blueprint("erasure", __name__, url_prefix="/erasure")


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Show the empty form; no box is ticked in it (C-673/17)."""
    return render_template("portal/erasure.html", fields=_fields({}), is_refused=False, not_taken=None)


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the request in; it does nothing until the mail to the address is confirmed."""
    checked = Checked()
    email, message = checked.email(), {**checked.texts(), OBJECTS_TOO: "1" if request.form.get(OBJECTS_TOO) else ""}
    if checked.errors or email is None:
        return render_template("portal/erasure.html", fields=_fields(checked.errors), is_refused=True, not_taken=None), 422
    try:
        drop_in(IntakeKind.ERASURE, {"email": email.exact, **message})
    except NotTakenError as error:
        page = render_template("portal/erasure.html", fields=_fields({}), is_refused=False, not_taken=sentence_of(error))
        return page, HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("portal/erasure_done.html", email=email, objects_too=bool(message[OBJECTS_TOO]), is_copy=False, is_claim=False)


def _fields(errors: dict[str, str]) -> FieldSet:
    """Return the fields with what was typed, whatever was wrong with it."""
    too = FieldInput(
        name=OBJECTS_TOO,
        title=_("Außerdem möchte ich keine Werbung mehr."),
        value=request.form.get(OBJECTS_TOO, ""),
        kind="checkbox",
        hint=_("Das gilt sofort, ohne Bestätigung. Wir merken uns dafür einen Abdruck Ihrer Adresse auf einer Sperrliste."),
    )
    return FieldSet(title=_("Löschung beantragen"), fields=led_to_what_is_wrong(*common_fields(errors), too))
