"""What every request on the portal asks: an address, and what helps to find the data; checked for its shape alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from crm.errors import InvalidInputError
from crm.portal.typed import LONGEST_EMAIL, LONGEST_MESSAGE, LONGEST_NAME, TypedEmail, require_email, require_line, require_lines, typed
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.view_models import FieldInput

_NAME: Final = "name"
_MESSAGE: Final = "message"


@dataclass(slots=True)
class Checked:
    """What was typed, as far as it can be taken, and what is wrong with the rest, by field."""

    errors: dict[str, str] = field(default_factory=dict)

    def email(self) -> TypedEmail | None:
        """Return the address; None where it is none."""
        try:
            return require_email(typed("email"))
        except InvalidInputError as error:
            self.errors["email"] = sentence_of(error)
            return None

    def texts(self) -> dict[str, str]:
        """Return name and message; empty where they cannot be taken."""
        return {_NAME: self._line(), _MESSAGE: self._lines()}

    def _line(self) -> str:
        try:
            return require_line(typed(_NAME), field=_NAME, longest=LONGEST_NAME)
        except InvalidInputError as error:
            self.errors[_NAME] = sentence_of(error)
            return ""

    def _lines(self) -> str:
        try:
            return require_lines(typed(_MESSAGE), field=_MESSAGE, longest=LONGEST_MESSAGE)
        except InvalidInputError as error:
            self.errors[_MESSAGE] = sentence_of(error)
            return ""


def email_field(errors: Mapping[str, str], *, hint: str) -> FieldInput:
    """Return the field for the address with what was typed."""
    return FieldInput(
        name="email",
        title=_("Ihre E-Mail-Adresse"),
        value=typed("email"),
        kind="email",
        required=True,
        error=errors.get("email"),
        hint=hint,
        autocomplete="email",
        max_length=LONGEST_EMAIL,
    )


def common_fields(errors: dict[str, str]) -> tuple[FieldInput, ...]:
    """Return the fields with what was typed, whatever was wrong with it."""
    email = email_field(errors, hint=_("Dorthin schicken wir eine E-Mail. Erst wenn Sie darin bestätigen, geschieht etwas."))
    name = FieldInput(
        name=_NAME,
        title=_("Ihr Name"),
        value=typed(_NAME),
        error=errors.get(_NAME),
        hint=_("Freiwillig. Er hilft, wenn mehrere Personen eine Adresse teilen."),
        autocomplete="name",
    )
    message = FieldInput(
        name=_MESSAGE,
        title=_("Was sollen wir wissen?"),
        value=typed(_MESSAGE),
        kind="textarea",
        error=errors.get(_MESSAGE),
        hint=_("Freiwillig, zum Beispiel frühere Adressen. Gründe brauchen wir nicht."),
    )
    return email, name, message


def led_to_what_is_wrong(*fields: FieldInput) -> tuple[FieldInput, ...]:
    """Return the fields, the first wrong one in focus: the portal has no script that could go there."""
    wrong = next((each.name for each in fields if each.error), None)
    return tuple(replace(each, focus=each.name == wrong) for each in fields)
