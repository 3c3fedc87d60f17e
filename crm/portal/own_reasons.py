"""The objection for reasons of one's own situation; against advertising no reason is needed, and one field is enough.

Source: Art. 21(1), 18(1)(d), 12(2), (6) DSGVO.
"""

from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.models.intake import IntakeKind
from crm.portal.claim_form import show_form, take
from crm.portal.request_form import Checked, common_fields, led_to_what_is_wrong
from crm.portal.typed import typed
from crm.site.i18n import _
from crm.site.view_models import FieldSet

blueprint = Blueprint("own_reasons", __name__, url_prefix="/objection-with-reasons")


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Show the empty form."""
    return show_form("own_reasons", _fields({}))


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the objection in; once the mail to the address is confirmed, the data rest until it is decided."""
    checked = Checked()
    if not typed("message").strip():
        checked.errors["message"] = _(
            "Bitte beschreiben Sie kurz Ihre Situation. Geht es nur um Werbung, brauchen Sie keinen Grund: Nutzen Sie die Startseite."
        )
    return take(IntakeKind.USE_OBJECTION, "own_reasons", checked=checked, said={}, fields=_fields)


def _fields(errors: dict[str, str]) -> FieldSet:
    email, name, message = common_fields(errors)
    message = replace(
        message,
        title=_("Ihre Gründe"),
        required=True,
        hint=_("Was ist an Ihrer Situation besonders, und welche Verwendung soll enden? Ein paar Sätze genügen."),
    )
    return FieldSet(title=_("Widerspruch mit Gründen"), fields=led_to_what_is_wrong(email, message, name))
