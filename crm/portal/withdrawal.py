"""Widerruf: an address, which consent, one button; it takes effect at once and asks for no reason.

Source: Art. 7(3), 12(2) DSGVO.
"""

from functools import cache
from http import HTTPStatus

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from crm.models.intake import IntakeKind
from crm.portal.claim_form import show_form
from crm.portal.letterbox import NotTakenError, drop_in
from crm.portal.request_form import Checked, email_field, led_to_what_is_wrong
from crm.portal.typed import typed
from crm.privacy.intake.withdrawing import EVERY, PURPOSE
from crm.settings import initial_policy
from crm.site.errors import sentence_of
from crm.site.i18n import _, in_language
from crm.site.view_models import FieldInput, FieldSet, Option

blueprint = Blueprint("withdrawal", __name__, url_prefix="/withdrawal")


@cache
def _consents() -> dict[str, dict[str, str]]:
    """Return what can be consented to, by code: the purposes that rest on a consent (Art. 6(1)(a))."""
    return {code: each["title"] for code, each in initial_policy("purposes").items() if each["basis"] == "6-1-a"}


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Show the form."""
    return show_form("withdrawal", _fields({}))


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take the withdrawal in and say that it is; the answer is the same whether anybody has the address or not."""
    checked, chosen = Checked(), typed(PURPOSE) or EVERY
    email = checked.email()
    if chosen not in {EVERY, *_consents()}:
        checked.errors[PURPOSE] = _("Bitte wählen Sie eine der Möglichkeiten.")
    if checked.errors or email is None:
        return show_form("withdrawal", _fields(checked.errors), is_refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        drop_in(IntakeKind.WITHDRAWAL, {"email": email.exact, PURPOSE: chosen})
    except NotTakenError as error:
        return show_form("withdrawal", _fields({}), not_taken=sentence_of(error)), HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("portal/withdrawal_done.html", email=email)


def _fields(errors: dict[str, str]) -> FieldSet:
    options = (Option(EVERY, _("Alle meine Einwilligungen")), *(Option(code, in_language(title)) for code, title in _consents().items()))
    purpose = FieldInput(
        name=PURPOSE,
        title=_("Was widerrufen Sie?"),
        value=typed(PURPOSE) or EVERY,
        kind="select",
        options=options,
        error=errors.get(PURPOSE),
    )
    email = email_field(errors, hint=_("Die Adresse, unter der wir Sie kennen. Dorthin bestätigen wir den Widerruf."))
    return FieldSet(title=_("Einwilligung widerrufen"), fields=led_to_what_is_wrong(email, purpose))
