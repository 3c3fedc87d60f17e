"""What the forms for restriction, rectification and the objection with reasons share: they wait for a mail to be confirmed.

Source: Art. 12(2), (6) DSGVO.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.models.intake import IntakeKind
from crm.portal.letterbox import NotTakenError, drop_in
from crm.portal.request_form import Checked
from crm.site.errors import sentence_of
from crm.site.view_models import FieldSet

Fields = Callable[[dict[str, str]], FieldSet]


def show_form(template: str, fields: FieldSet, *, is_refused: bool = False, not_taken: str | None = None) -> str:
    """Return the page of a form."""
    return render_template(f"portal/{template}.html", fields=fields, is_refused=is_refused, not_taken=not_taken)


def take(kind: IntakeKind, template: str, *, checked: Checked, said: Mapping[str, str], fields: Fields) -> ResponseReturnValue:
    """Keep what was asked until it is confirmed, or show what is wrong; the answer is the same for every address.

    Args:
        checked: what was wrong, by field; the address and the texts are looked at here.
        said: what this form asks besides.
        fields: makes the fields with what was wrong.
    """
    email, message = checked.email(), {**checked.texts(), **said}
    if checked.errors or email is None:
        return show_form(template, fields(checked.errors), is_refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        drop_in(kind, {"email": email.exact, **message})
    except NotTakenError as error:
        return show_form(template, fields({}), not_taken=sentence_of(error)), HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("portal/erasure_done.html", email=email, objects_too=False, is_copy=False, is_claim=True)
