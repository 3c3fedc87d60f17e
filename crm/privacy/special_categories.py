"""Besondere Kategorien: hints at words that do not belong into a note, and names that no field may have.

Source: Art. 9(1), 10 DSGVO.
"""

import re
from functools import cache

from crm.settings import initial_policy


@cache
def _pattern() -> re.Pattern[str]:
    stems = [stem for stems in initial_policy("special_categories").values() for stem in stems]
    return re.compile(r"\b(?:" + "|".join(re.escape(stem) for stem in stems) + r")[\w-]*", re.IGNORECASE)


@cache
def _never() -> re.Pattern[str]:
    return re.compile("|".join([*initial_policy("imports")["never"], *initial_policy("custom_fields")["never"]]))


@cache
def _institutions() -> re.Pattern[str]:
    return re.compile("|".join(initial_policy("custom_fields")["institutions"]))


def find_words(text: str) -> list[str]:
    """Return the words of `text` that hint at health, religion, politics and the like, each once, in order."""
    return list(dict.fromkeys(match.group(0) for match in _pattern().finditer(text)))


def is_forbidden_title(title: str) -> bool:
    """Return whether a field of this name would ask for what is never collected: special categories, gender, income, convictions, credit.

    Source: Art. 5(1)(c), 9(1), 10 DSGVO.
    """
    return bool(find_words(title) or _never().search(title.casefold()))


def is_forbidden_option(option: str) -> bool:
    """Return whether an entry of a list says of a person what is never collected, as `is_forbidden_title`; a hospital is a customer.

    Source: Art. 5(1)(c), 9(1), 10 DSGVO.
    """
    return is_forbidden_title(_institutions().sub(" ", option.casefold()))
