"""How a person is named in an answer: on the envelope, and in its first line."""

from collections.abc import Mapping
from typing import Final

_PARTS: Final = ("salutation", "title", "first_name", "last_name")
# How the salutation of the profile is written on an envelope; others stand as they are.
_ON_ENVELOPE: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {"Herr": "Herrn", "Frau": "Frau"},
    "en": {"Herr": "Mr", "Frau": "Ms"},
}
_IN_GREETING: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {"Herr": "Herr", "Frau": "Frau"},
    "en": _ON_ENVELOPE["en"],
}


def on_envelope(profile: Mapping[str, str], *, language: str) -> str:
    """Return the whole name in the form an address takes (German: in the accusative, Herrn); empty where nobody is known."""
    salutation, *others = (profile.get(name, "") for name in _PARTS)
    if language == "en" and profile.get("title"):
        salutation = ""  # English takes one of the two
    return _joined(_ON_ENVELOPE[language].get(salutation, salutation), *others)


def in_greeting(profile: Mapping[str, str], *, language: str) -> str:
    """Return salutation, title and last name; the whole name where the salutation does not tell how to address the person."""
    salutation, title, first_name, last_name = (profile.get(name, "") for name in _PARTS)
    known = _IN_GREETING[language].get(salutation, "")
    if not known or not last_name:
        return _joined(title, first_name, last_name)
    return _joined(title or known, last_name) if language == "en" else _joined(known, title, last_name)


def _joined(*parts: str) -> str:
    return " ".join(each for each in parts if each)
