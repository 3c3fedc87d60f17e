"""Is a company a human being? What its name says (`config/imports.toml`, section `natural_persons`).

Source: Art. 4(1) DSGVO; § 19(1) HGB.
"""

import re
from functools import cache

from crm.errors import InvalidInputError
from crm.settings import initial_policy

_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")


class NameIsAddressError(InvalidInputError):
    """An e-mail address leads to a person, and the name of a company is not sealed."""

    message = "Das ist eine E-Mail-Adresse. Geben Sie den Namen der Firma ein; die Adresse gehört zu einer Person."


class NameOfSoleTraderError(InvalidInputError):
    """The name says that a human being stands behind the company."""

    message = "So heißt ein Einzelunternehmen, und dessen Angaben werden versiegelt. Wählen Sie „Einzelunternehmen oder freier Beruf“."


def is_address(name: str) -> bool:
    """Return whether a name holds an e-mail address, and no form of a legal person that could bear one as its name."""
    return bool(_ADDRESS.search(name)) and not has_legal_form(name)


def is_natural_person(name: str) -> bool:
    """Return whether the name of a company shows a sole trader."""
    return bool(_any_of("signs").search(name)) and not has_legal_form(name)


def has_legal_form(name: str) -> bool:
    """Return whether the name of a company shows a legal person."""
    return bool(_any_of("legal_forms").search(name))


def require_legal_person(name: str) -> None:
    """Refuse the name of a legal person that belongs to a human being.

    Raises:
        NameIsAddressError, NameOfSoleTraderError: it does.
    """
    if is_address(name):
        raise NameIsAddressError(field="name")
    if is_natural_person(name):
        raise NameOfSoleTraderError(field="name")


@cache
def _any_of(rule: str) -> re.Pattern[str]:
    return re.compile("|".join(initial_policy("imports")["natural_persons"][rule]))
