"""The request to restrict processing: in which of the four cases, and what helps to find the data.

Source: Art. 18(1), 12(2), (6) DSGVO.
"""

from typing import Final

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.models.intake import IntakeKind
from crm.portal.claim_form import show_form, take
from crm.portal.request_form import Checked, common_fields, led_to_what_is_wrong
from crm.portal.typed import typed
from crm.privacy.requests.claims import GROUND, GROUNDS
from crm.privacy.restriction import RestrictionReason
from crm.site.i18n import _, _l
from crm.site.view_models import FieldInput, FieldSet, Option

blueprint = Blueprint("restriction", __name__, url_prefix="/restriction")

_GROUNDS: Final = {
    RestrictionReason.ACCURACY_CONTESTED: _l("Die Daten stimmen nicht; bis das geprüft ist, sollen sie ruhen."),
    RestrictionReason.UNLAWFUL: _l("Die Daten werden zu Unrecht verwendet, sollen aber nicht gelöscht werden."),
    RestrictionReason.LEGAL_CLAIMS: _l("Ich brauche die Daten noch für Ansprüche, auch wenn Sie sie löschen könnten."),
    RestrictionReason.OBJECTION_PENDING: _l("Ich habe widersprochen; bis das entschieden ist, sollen die Daten ruhen."),
}


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Show the empty form."""
    return show_form("restriction", _fields({}))


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the request in; it does nothing until the mail to the address is confirmed."""
    checked, chosen = Checked(), typed(GROUND)
    if chosen not in set(GROUNDS):
        checked.errors[GROUND] = _("Bitte wählen Sie einen der vier Gründe. Das Gesetz kennt nur diese.")
    return take(IntakeKind.RESTRICTION, "restriction", checked=checked, said={GROUND: chosen}, fields=_fields)


def _fields(errors: dict[str, str]) -> FieldSet:
    ground = FieldInput(
        name=GROUND,
        title=_("Aus welchem Grund?"),
        value=typed(GROUND),
        kind="select",
        options=(Option("", _("Bitte wählen")), *(Option(each, str(title)) for each, title in _GROUNDS.items())),
        required=True,
        error=errors.get(GROUND),
    )
    email, name, message = common_fields(errors)
    return FieldSet(title=_("Einschränkung beantragen"), fields=led_to_what_is_wrong(ground, email, name, message))
