"""What strangers type into the portal: checked for its shape alone, because whom it belongs to is not asked here."""

from dataclasses import dataclass
from typing import Final

from email_validator import EmailNotValidError, validate_email
from flask import request

from crm.errors import InvalidInputError
from crm.mail.message import HeaderInjectionError
from crm.readable import has_control, many_lines, one_line, without_overrides
from crm.search.exact import exact_email

LONGEST_EMAIL: Final = 254  # characters (RFC 5321)
LONGEST_NAME: Final = 200
LONGEST_MESSAGE: Final = 2_000


class EmailMissingError(InvalidInputError):
    """The field was left empty."""

    message = "Hier fehlt Ihre E-Mail-Adresse. Sie sieht zum Beispiel so aus: name@example.org."


class EmailShapeError(InvalidInputError):
    """What was typed is no e-mail address."""

    message = "Das ist keine vollständige E-Mail-Adresse. Sie sieht zum Beispiel so aus: name@example.org."


class TextTooLongError(InvalidInputError):
    """A text is longer than its field takes."""

    message = "Das ist länger als %(longest)s Zeichen. Kürzen Sie es; für mehr schreiben Sie uns eine E-Mail."


class UnprintableTextError(InvalidInputError):
    """A text holds control characters."""

    message = "Hier stehen Steuerzeichen. Tippen Sie den Text neu, statt ihn einzufügen."


@dataclass(frozen=True, slots=True)
class TypedEmail:
    """An address as somebody typed it, and as it is used.

    Attributes:
        exact: lower case, domain in ASCII: a look-alike of another domain shows as what it is.
        is_spelled_anew: the domain has letters beyond ASCII, so the two differ for the eye.
    """

    exact: str
    is_spelled_anew: bool


def typed(name: str) -> str:
    """Return what was typed, with line ends of one kind; nothing else is changed, so that nothing is lost."""
    return request.form.get(name, "").replace("\r\n", "\n")


def require_email(text: str) -> TypedEmail:
    """Return the address; nobody is asked over the network whether it exists.

    Raises:
        EmailMissingError, EmailShapeError, HeaderInjectionError: it is none.
    """
    line = text.strip()
    if not line:
        raise EmailMissingError(field="email")
    if any(character in "\r\n" for character in line):
        raise HeaderInjectionError(field="email")
    try:
        # Addresses of internal domains are in some systems we import from, and their owners may object too.
        validate_email(line, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise EmailShapeError(field="email") from error
    exact = exact_email(line)
    # A domain without a dot is a machine of somebody's own network (`localhost`) or half an address; no mail of ours gets there.
    if exact is None or len(exact) > LONGEST_EMAIL or "." not in exact.rpartition("@")[2]:
        raise EmailShapeError(field="email")
    # Some browsers rewrite the domain before they send it, so what arrived does not tell what was typed.
    return TypedEmail(exact, is_spelled_anew=any(label.startswith("xn--") for label in exact.rpartition("@")[2].split(".")))


def require_line(text: str, *, field: str, longest: int) -> str:
    """Return one line of text.

    Raises:
        TextTooLongError, UnprintableTextError: it cannot be taken.
    """
    return _require_text(one_line(without_overrides(text)), field=field, longest=longest)


def require_lines(text: str, *, field: str, longest: int) -> str:
    """Return a text of several lines.

    Raises:
        TextTooLongError, UnprintableTextError: it cannot be taken.
    """
    return _require_text(many_lines(without_overrides(text)), field=field, longest=longest)


def _require_text(text: str, *, field: str, longest: int) -> str:
    if len(text) > longest:
        raise TextTooLongError(field=field, longest=longest)
    if has_control(text):
        raise UnprintableTextError(field=field)
    return text
