"""Amounts of money as people type them and files hold them: whole cents inside, the separators of German and of English outside.

What stands last and has one or two digits behind it separates the cents; a separator before three digits groups
thousands, whichever of the two it is. So 1.234,56 and 1,234.56 and 1234.56 are the same amount in both languages.
"""

import re
from typing import Final

from crm.errors import InvalidInputError
from crm.readable import visible

MOST_CENTS: Final = 99_999_999_999
_CENTS: Final = 100
_DECORATION: Final = re.compile(r"(?:€|EUR|Euro)|[\s’']", re.IGNORECASE)
_WHOLE: Final = r"\d+|\d{1,3}(?P<groups>[.,])\d{3}(?:(?P=groups)\d{3})*"
_AMOUNT: Final = re.compile(rf"(?P<whole>{_WHOLE})(?:(?!(?P=groups))[.,](?P<cents>\d{{1,2}}))?", re.ASCII)


class AmountError(InvalidInputError):
    """Not an amount of money."""

    message = "Das ist kein Betrag. Schreiben Sie ihn zum Beispiel so: 1.234,56."


class NegativeAmountError(InvalidInputError):
    """Less than nothing."""

    message = "Der Betrag darf nicht negativ sein."


class AmountTooLargeError(InvalidInputError):
    """More than an amount can be."""

    message = "Der Betrag ist zu groß. Möglich sind höchstens 999.999.999,99 €."


class ZeroAmountError(InvalidInputError):
    """Nothing, where something is needed."""

    message = "Der Betrag muss größer als 0 sein."


def parse_amount(text: str, *, field: str) -> int:
    """Return an amount of money in cents.

    Raises:
        AmountError, NegativeAmountError, AmountTooLargeError: it is none that can be kept.
    """
    typed = _DECORATION.sub("", visible(text))
    if typed[:1] in {"-", "−", "–"}:
        raise NegativeAmountError(field=field)
    found = _AMOUNT.fullmatch(typed)
    if found is None:
        raise AmountError(field=field)
    whole, cents = re.sub(r"[.,]", "", found["whole"]), (found["cents"] or "").ljust(2, "0")
    if len(whole.lstrip("0")) > len(str(MOST_CENTS // _CENTS)):
        raise AmountTooLargeError(field=field)
    return int(whole) * _CENTS + int(cents)


def parse_positive_amount(text: str, *, field: str) -> int:
    """Return an amount of money in cents that is more than nothing.

    Raises:
        ZeroAmountError, AmountError, NegativeAmountError, AmountTooLargeError: it is none that can be kept.
    """
    cents = parse_amount(text, field=field)
    if not cents:
        raise ZeroAmountError(field=field)
    return cents
