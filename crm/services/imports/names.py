"""Names of people and of mailboxes: full names taken apart, and whether a role stands behind an address."""

import re
from collections.abc import Collection

from crm.privacy.matching import fold_words, in_order

_PARTICLES = frozenset({"von", "vom", "zu", "zum", "zur", "van", "de", "del", "della", "di", "da", "dos", "du", "el", "al", "ten", "ter"})
_MOST_WORDS = 6  # of one full name
_BETWEEN = re.compile(r"[.\-_+\d]+")


def is_role_mailbox(email: str, roles: Collection[str]) -> bool:
    """Return whether an address belongs to a role, such as info@ or einkauf-nord@."""
    words = [word for word in _BETWEEN.split(email.partition("@")[0].casefold()) if word]
    return not words or words[0] in roles or words[-1] in roles


def find_person_in(name: str, people: Collection[str]) -> str | None:
    """Return the first full name of one of these people that the name of a company holds, as it is written there.

    Args:
        people: full names, as `fold_words` returns them.
    """
    words = in_order(name).split()
    for start in range(len(words) - 1):
        for end in range(start + 2, min(start + _MOST_WORDS, len(words)) + 1):
            part = " ".join(words[start:end])
            if fold_words(part) in people:
                return part
    return None


def split_full_name(name: str) -> tuple[str, str]:
    """Return first and last name of `Hans von der Heide` or `von der Heide, Hans`."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    words = name.split()
    start = next((place for place, word in enumerate(words[:-1]) if place and word in _PARTICLES), len(words) - 1)
    return " ".join(words[:start]), " ".join(words[start:])
