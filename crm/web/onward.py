"""From one page of the way in to the next, and from there to where the person wanted to go."""

from flask import after_this_request, redirect, request, url_for
from werkzeug.wrappers import Response

from crm.services.accounts.errors import PasswordUnrepeatedError
from crm.site.i18n import current_language, remember
from crm.web import gates


def go_on(token: str, wanted: str | None = None) -> Response:
    """Carry on with a new token: to the next step, or to where the person wanted to go."""
    signed_in = gates.carry(token)
    if wanted is not None:
        gates.remember_onward(wanted)
    if signed_in.language and signed_in.language != current_language():
        show_in(signed_in.language)
    return redirect(next_page(), code=303)


def next_page(otherwise: str = "/") -> str:
    """Return the page of the next step, or where the person wanted to go, or `otherwise`."""
    signed_in = gates.get_signed_in()
    if signed_in.step is not None:
        return url_for(gates.STEPS[signed_in.step])
    return gates.take_onward() or otherwise


def show_in(language: str) -> None:
    """Show the pages that follow in this language, in this browser."""

    @after_this_request
    def show(response: Response) -> Response:
        remember(response, language)
        return response


def repeated_password() -> str:
    """Return the new password of the form, which has to be typed twice, because nobody sees what is typed.

    Raises:
        PasswordUnrepeatedError: the two differ.
    """
    new = request.form.get("new_password", "")
    if new != request.form.get("repeated", ""):
        raise PasswordUnrepeatedError(field="repeated")
    return new
