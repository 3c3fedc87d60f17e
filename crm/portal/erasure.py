"""The request for erasure: an address, and what helps to find the data; confirmed by a mail before anything happens.

Source: Art. 17(1), 12(2), (6) DSGVO.
"""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.models.intake import IntakeKind
from crm.portal.letterbox import NotTakenError, drop_in
from crm.portal.typed import LONGEST_EMAIL, LONGEST_MESSAGE, LONGEST_NAME, TypedEmail, require_email, require_line, require_lines, typed
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
    errors: dict[str, str] = {}
    email = _check_email(errors)
    message = {
        "name": _check_line(errors),
        "message": _check_lines(errors),
        OBJECTS_TOO: "1" if request.form.get(OBJECTS_TOO) else "",
    }
    if errors or email is None:
        return render_template("portal/erasure.html", fields=_fields(errors), is_refused=True, not_taken=None), 422
    try:
        drop_in(IntakeKind.ERASURE, {"email": email.exact, **message})
    except NotTakenError as error:
        page = render_template("portal/erasure.html", fields=_fields({}), is_refused=False, not_taken=sentence_of(error))
        return page, HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("portal/erasure_done.html", email=email, objects_too=bool(message[OBJECTS_TOO]))


def _check_email(errors: dict[str, str]) -> TypedEmail | None:
    try:
        return require_email(typed("email"))
    except InvalidInputError as error:
        errors["email"] = sentence_of(error)
        return None


def _check_line(errors: dict[str, str]) -> str:
    try:
        return require_line(typed("name"), field="name", longest=LONGEST_NAME)
    except InvalidInputError as error:
        errors["name"] = sentence_of(error)
        return ""


def _check_lines(errors: dict[str, str]) -> str:
    try:
        return require_lines(typed("message"), field="message", longest=LONGEST_MESSAGE)
    except InvalidInputError as error:
        errors["message"] = sentence_of(error)
        return ""


def _fields(errors: dict[str, str]) -> FieldSet:
    """Return the fields with what was typed, whatever was wrong with it."""
    email = FieldInput(
        name="email",
        title=_("Ihre E-Mail-Adresse"),
        value=typed("email"),
        kind="email",
        required=True,
        error=errors.get("email"),
        hint=_("Dorthin schicken wir eine E-Mail. Erst wenn Sie darin bestätigen, geschieht etwas."),
        autocomplete="email",
        max_length=LONGEST_EMAIL,
    )
    name = FieldInput(
        name="name",
        title=_("Ihr Name"),
        value=typed("name"),
        error=errors.get("name"),
        hint=_("Freiwillig. Er hilft, wenn mehrere Personen eine Adresse teilen."),
        autocomplete="name",
    )
    message = FieldInput(
        name="message",
        title=_("Was sollen wir wissen?"),
        value=typed("message"),
        kind="textarea",
        error=errors.get("message"),
        hint=_("Freiwillig, zum Beispiel frühere Adressen. Gründe brauchen wir nicht."),
    )
    too = FieldInput(
        name=OBJECTS_TOO,
        title=_("Außerdem möchte ich keine Werbung mehr."),
        value=request.form.get(OBJECTS_TOO, ""),
        kind="checkbox",
        hint=_("Das gilt sofort, ohne Bestätigung. Wir merken uns dafür einen Abdruck Ihrer Adresse auf einer Sperrliste."),
    )
    return FieldSet(title=_("Löschung beantragen"), fields=_led_to_what_is_wrong(email, name, message, too))


def _led_to_what_is_wrong(*fields: FieldInput) -> tuple[FieldInput, ...]:
    """Return the fields, the first wrong one in focus: the portal has no script that could go there."""
    wrong = next((each.name for each in fields if each.error), None)
    return tuple(replace(each, focus=each.name == wrong) for each in fields)
