"""Cleans what was typed into the fields of a contact, or says what is wrong with it."""

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType

import email_validator
import phonenumbers

from crm.errors import InvalidInputError
from crm.models.field_groups import GROUP_OF
from crm.privacy.custom_fields import CustomField, is_custom
from crm.readable import is_line, one_line
from crm.search.exact import exact_email

LONGEST = 200  # characters of one field
_PHONES = frozenset({"phone", "mobile"})
LONGEST_SEGMENT = 40  # characters of a customer group


class FieldTooLongError(InvalidInputError):
    """A field is longer than a field may be."""

    message = "Das ist länger als %(longest)s Zeichen. Kürzen Sie es."


class ControlCharacterError(InvalidInputError):
    """A field holds characters that cannot be printed."""

    message = "Hier stehen Zeichen, die man nicht sieht. Tippen Sie den Text neu, statt ihn einzufügen."


class EmailAddressError(InvalidInputError):
    """Not an e-mail address."""

    message = "Das ist keine vollständige E-Mail-Adresse. Sie sieht zum Beispiel so aus: name@example.com."


class PhoneNumberError(InvalidInputError):
    """Not a phone number."""

    message = "Das ist keine Telefonnummer. Schreiben Sie sie mit Vorwahl, zum Beispiel 0561 4711."


class BirthDateError(InvalidInputError):
    """Not a date of birth."""

    message = "Das ist kein Geburtsdatum. Schreiben Sie es als JJJJ-MM-TT."


def clean(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields trimmed and checked.

    Raises:
        InvalidInputError: names the first field that cannot be taken.
    """
    cleaned, faults = check(fields)
    if faults:
        raise faults[0]
    return cleaned


def check(
    fields: Mapping[str, str], *, custom: Collection[CustomField] = (), before: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, str], list[InvalidInputError]]:
    """Return the fields that can be taken, trimmed, and what is wrong with the others, for a form that shows all of it at once.

    A value of a custom field that stands there already may stay, whatever the field has become; what is not named in `custom` is
    left to its door, which knows what stands there.

    Args:
        custom: the custom fields of the form.
        before: what stood in each field.
    """
    own = {each.name: each for each in custom}
    cleaned: dict[str, str] = {}
    faults: list[InvalidInputError] = []
    for name, value in fields.items():
        if name in own and value != before.get(name, ""):
            try:
                cleaned[name] = own[name].clean_new(value)
            except InvalidInputError as fault:
                faults.append(fault)
        elif is_custom(name):
            cleaned[name] = value
        elif name in GROUP_OF:
            try:
                cleaned[name] = _clean_field(name, value)
            except InvalidInputError as fault:
                faults.append(fault)
    return cleaned, faults


def _clean_field(name: str, value: str) -> str:
    line = clean_line(value, field=name, longest=LONGEST)
    if name in _PHONES:
        line = _in_ascii_digits(line)
    if line and name in _CHECKS:
        _CHECKS[name](name, line)
    return line


def clean_origin(origin: str) -> str:
    """Return the origin trimmed and checked; that it is filled, the door in demands."""
    return clean_line(origin, field="origin", longest=LONGEST)


def clean_segment(segment: str | None) -> str | None:
    """Return the customer group trimmed and checked, or None."""
    return clean_line(segment or "", field="segment", longest=LONGEST_SEGMENT) or None


def clean_line(value: str, *, field: str, longest: int) -> str:
    """Return one line of text trimmed.

    Raises:
        FieldTooLongError, ControlCharacterError: it cannot be taken.
    """
    line = one_line(value)
    if len(line) > longest:
        raise FieldTooLongError(field=field, longest=longest)
    if not is_line(line):
        raise ControlCharacterError(field=field)
    return line


def _check_email(name: str, value: str) -> None:
    # No look-up of the domain: a query to a name server would tell whom we know.
    try:
        email_validator.validate_email(value, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise EmailAddressError(field=name) from error
    if exact_email(value) is None:
        raise EmailAddressError(field=name)


def _check_phone(name: str, value: str) -> None:
    try:
        number = phonenumbers.parse(value, "DE")
    except phonenumbers.NumberParseException as error:
        raise PhoneNumberError(field=name) from error
    if not phonenumbers.is_possible_number(number):
        raise PhoneNumberError(field=name)


def _in_ascii_digits(line: str) -> str:
    """Return a number as every phone dials it, whatever script its digits were typed in."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in line)


def _check_birth_date(name: str, value: str) -> None:
    try:
        born = date.fromisoformat(value)
    except ValueError as error:
        raise BirthDateError(field=name) from error
    if not date(1900, 1, 1) <= born:
        raise BirthDateError(field=name)


_CHECKS = {"email": _check_email, "phone": _check_phone, "mobile": _check_phone, "birth_date": _check_birth_date}
