"""Besondere Kategorien: hints at words that do not belong into a note.

Source: Art. 9(1) DSGVO.
"""

import re
from functools import cache

from crm.settings import initial_policy


@cache
def _pattern() -> re.Pattern[str]:
    stems = [stem for stems in initial_policy("special_categories").values() for stem in stems]
    return re.compile(r"\b(?:" + "|".join(re.escape(stem) for stem in stems) + r")[\w-]*", re.IGNORECASE)


def find_words(text: str) -> list[str]:
    """Return the words of `text` that hint at health, religion, politics and the like, each once, in order."""
    return list(dict.fromkeys(match.group(0) for match in _pattern().finditer(text)))
