"""What was typed into a form that could not be taken because the sign-in or the form had lapsed: carried along, so that nothing is lost.

Going back would show an empty form, because no page is kept by the browser. It is carried only where the browser says that an own
page sent it: what another site would like to have sent is never laid before anybody with a button under it. Neither are passwords.
"""

from dataclasses import dataclass
from typing import Final

from flask import current_app, request

_SECRETS: Final = ("password", "code", "secret")
TOKEN: Final = "csrf_token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent; `token` is what it carried against forgery, and files cannot be carried."""

    url: str
    fields: tuple[tuple[str, str], ...]
    token: str
    loses_files: bool


def find_typed() -> Typed | None:
    """Return the form that this request sent, or None where it cannot be offered again."""
    is_own = current_app.secret_key is not None and request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "same-origin"
    names = set(request.form) if is_own else set()
    if not names - {TOKEN} or any(secret in name for name in names for secret in _SECRETS):
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != TOKEN)
    return Typed(request.full_path.rstrip("?"), fields, request.form.get(TOKEN, ""), loses_files=any(request.files.values()))
