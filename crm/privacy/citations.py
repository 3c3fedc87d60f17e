"""How a statute is cited, in each language, from the one form in which rules and decisions name it.

That form puts the law first and parts of it in brackets: `DSGVO Art. 5(1)(e), 6(1)(b)/(f); BGB §§ 195, 199`.
"""

import re
from collections.abc import Mapping
from typing import Final

_ENGLISH_NAMES: Final = {"DSGVO": "GDPR"}  # other laws have no official English name
_GERMAN: Final = (
    (r"/\((\w+)\)", r"/\1"),
    (r", \(([a-z])\)", r", \1"),
    (r" ?\((\d+\w?)\)", r" Abs. \1"),
    (r" ?\(([a-z])\)", r" lit. \1"),
)
_ENGLISH: Final = ((r"\bNr\. ", "no. "),)
_FORMS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {"de": _GERMAN, "en": _ENGLISH}


def cite(source: str, *, language: str) -> str:
    """Return the statutes of `source` as people write them: Art. 5 Abs. 1 lit. e DSGVO, or Art. 5(1)(e) GDPR."""
    return "; ".join(_cite_law(each.strip(), language) for each in source.split(";"))


def _cite_law(source: str, language: str) -> str:
    law, _, places = source.partition(" ")
    places = re.sub(r",\s*", ", ", re.sub(r"(\d)-(\d)", r"\1–\2", places))
    if places.startswith("Art. ") and language == "de":
        places = re.sub(r", (?=\d)", ", Art. ", places)
    for pattern, form in _FORMS[language]:
        places = re.sub(pattern, form, places)
    return f"{places} {_ENGLISH_NAMES.get(law, law) if language == 'en' else law}".strip()
