"""The request for a copy: everything we know, or what the person gave us and may take along; confirmed by a mail first.

Source: Art. 12(2), (6), 15(1), 20(1) DSGVO.
"""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from crm.models.intake import IntakeKind
from crm.portal.letterbox import NotTakenError, drop_in
from crm.portal.request_form import Checked, common_fields, led_to_what_is_wrong
from crm.portal.typed import typed
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.view_models import FieldInput, FieldSet, Option

blueprint = Blueprint("access", __name__, url_prefix="/access")

_KINDS: Final = (IntakeKind.ACCESS, IntakeKind.PORTABILITY)
_KIND: Final = "kind"


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Show the empty form."""
    return render_template("portal/access.html", fields=_fields({}), is_refused=False, not_taken=None)


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the request in; it does nothing until the mail to the address is confirmed."""
    checked, chosen = Checked(), typed(_KIND) or IntakeKind.ACCESS
    email, message = checked.email(), checked.texts()
    if chosen not in _KINDS:
        checked.errors[_KIND] = _("Bitte wählen Sie eine der beiden Möglichkeiten.")
    if checked.errors or email is None:
        return render_template("portal/access.html", fields=_fields(checked.errors), is_refused=True, not_taken=None), 422
    try:
        drop_in(IntakeKind(chosen), {"email": email.exact, **message})
    except NotTakenError as error:
        page = render_template("portal/access.html", fields=_fields({}), is_refused=False, not_taken=sentence_of(error))
        return page, HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("portal/erasure_done.html", email=email, objects_too=False, is_copy=True, is_claim=False)


def _fields(errors: dict[str, str]) -> FieldSet:
    options = (
        Option(IntakeKind.ACCESS, _("Auskunft über alles")),
        Option(IntakeKind.PORTABILITY, _("Meine Daten zum Mitnehmen")),
    )
    kind = FieldInput(
        name=_KIND,
        title=_("Was möchten Sie bekommen?"),
        value=typed(_KIND) or IntakeKind.ACCESS,
        kind="select",
        options=options,
        error=errors.get(_KIND),
        hint=_("Mitnehmen können Sie, was auf Ihrer Einwilligung oder einem Vertrag mit Ihnen beruht. Auskunft bekommen Sie über alles."),
    )
    email, name, message = common_fields(errors)
    return FieldSet(title=_("Kopie beantragen"), fields=led_to_what_is_wrong(kind, email, name, message))
