"""Money as people read and type it: the separators of German and of English; `crm.amounts` reads both alike."""

from typing import Final

from crm.amounts import (
    MOST_CENTS,
    AmountError,
    AmountTooLargeError,
    NegativeAmountError,
    ZeroAmountError,
    parse_amount,
    parse_positive_amount,
)
from crm.site.i18n import current_language

__all__ = [
    "MOST_CENTS",
    "AmountError",
    "AmountTooLargeError",
    "NegativeAmountError",
    "ZeroAmountError",
    "money",
    "parse_amount",
    "parse_positive_amount",
    "typed_money",
    "whole_money",
]

_CENTS: Final = 100


def money(cents: int) -> str:
    """Return an amount as the reader writes it: 1.234,56 € in German, €1,234.56 in English."""
    return _WITH_SIGN[current_language()] % typed_money(cents)


def whole_money(cents: int) -> str:
    """Return an amount in whole euros, for sums of many where cents are no help."""
    return _WITH_SIGN[current_language()] % _grouped((cents + _CENTS // 2) // _CENTS)


def typed_money(cents: int) -> str:
    """Return an amount as it stands in a field of a form, without the sign of the currency."""
    euros, rest = divmod(cents, _CENTS)
    return f"{_grouped(euros)}{_POINT[current_language()]}{rest:02}"


# Written out and not read from a pattern: a list shows a hundred amounts.
_WITH_SIGN: Final = {"de": "%s\u00a0€", "en": "€%s"}
_POINT: Final = {"de": ",", "en": "."}


def _grouped(whole: int) -> str:
    grouped = f"{whole:,}"
    return grouped.replace(",", ".") if current_language() == "de" else grouped
