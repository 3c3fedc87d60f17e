"""The request for rectification: what is right, field by field, and in own words what is wrong.

Source: Art. 16, 18(1)(a), 12(2), (6) DSGVO.
"""

from dataclasses import replace
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.models.intake import IntakeKind
from crm.portal.claim_form import show_form, take
from crm.portal.request_form import Checked, common_fields, led_to_what_is_wrong
from crm.portal.typed import LONGEST_NAME, require_line, typed
from crm.privacy.requests.claims import RIGHT
from crm.privacy.requests.pending import RESTS
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.view_models import FieldInput, FieldSet
from crm.site.words import FIELD_TITLES

blueprint = Blueprint("rectification", __name__, url_prefix="/rectification")

# What people know of themselves. Nothing that is stored is shown: whoever opens this page may be anybody.
_FIELDS: Final = (
    "title",
    "first_name",
    "last_name",
    "email",
    "phone",
    "mobile",
    "street",
    "postal_code",
    "city",
    "country",
    "position",
    "department",
)


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Show the empty form; no box is ticked in it."""
    return show_form("rectification", _fields({}))


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the request in; it changes nothing until the mail to the address is confirmed and somebody has compared."""
    checked = Checked()
    right = {f"{RIGHT}{name}": _line(f"{RIGHT}{name}", checked) for name in _FIELDS}
    if not any(right.values()) and not typed("message").strip() and not checked.errors:
        checked.errors["message"] = _("Bitte sagen Sie uns, was richtig ist: in einem der Felder oben oder hier in eigenen Worten.")
    said = {**right, RESTS: "1" if request.form.get(RESTS) else ""}
    return take(IntakeKind.RECTIFICATION, "rectification", checked=checked, said=said, fields=_fields)


def _line(name: str, checked: Checked) -> str:
    try:
        return require_line(typed(name), field=name, longest=LONGEST_NAME)
    except InvalidInputError as error:
        checked.errors[name] = sentence_of(error)
        return ""


def _fields(errors: dict[str, str]) -> FieldSet:
    """Return the fields with what was typed: who asks, what is right, and what becomes of the data meanwhile."""
    email, name, message = common_fields(errors)
    email = replace(email, title=_("Ihre E-Mail-Adresse, wie wir sie kennen"))
    right = tuple(
        FieldInput(
            name=f"{RIGHT}{each}",
            title=_("Richtig ist – %(field)s", field=str(FIELD_TITLES[each])),
            value=typed(f"{RIGHT}{each}"),
            error=errors.get(f"{RIGHT}{each}"),
        )
        for each in _FIELDS
    )
    message = replace(message, title=_("Was ist falsch?"), hint=_("In eigenen Worten, auch was in keines der Felder passt."))
    rests = FieldInput(
        name=RESTS,
        title=_("Verwenden Sie meine Daten nicht, bis das geprüft ist."),
        value=request.form.get(RESTS, ""),
        kind="checkbox",
        hint=_("Das gilt ab Ihrer Bestätigung (Einschränkung, Art. 18 Abs. 1 lit. a DSGVO)."),
    )
    return FieldSet(title=_("Berichtigung beantragen"), fields=led_to_what_is_wrong(email, name, *right, message, rests))
