"""Sentences of the command line: German in the source, English from the catalogue that the sites use too."""

import os
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from crm.errors import CrmError

_VARIABLES = ("LETHE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    """Return `de` or `en`: what `LETHE_LANGUAGE` says, or else the locale of the terminal."""
    chosen = next((value for name in _VARIABLES if (value := os.environ.get(name))), "")
    return "de" if chosen.lower().startswith("de") else "en"


def _(message: str, **facts: object) -> str:
    """Return the sentence in the reader's language, with its facts filled in."""
    sentence = _catalogue(language()).gettext(message)
    return sentence % facts if facts else sentence


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form for this number, filled in; named as babel looks for it."""
    return _catalogue(language()).ngettext(one, many, number) % {"num": number}


def sentence_of(error: CrmError) -> str:
    """Return what an error says, in the reader's language."""
    return _(error.message, **error.facts)


@cache
def _catalogue(language: str) -> NullTranslations:
    """Compile the catalogue in memory, as the sites do: what is compiled cannot be older than its source."""
    if language == "de":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (files("crm.site") / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
