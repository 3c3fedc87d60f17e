"""How much is taken from the drop mailbox, and how a note about a mail reads: `config/drop.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from crm.settings import initial_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPolicy:
    """The bounds and the words.

    Attributes:
        octets_read: of one message; what comes after is never fetched.
        characters_kept: of the text of a mail.
        not_filed_days: `lethe doctor` counts what was not filed in so many days.
        note: sentences by language.
    """

    messages_at_once: int
    octets_read: int
    most_people: int
    characters_kept: int
    not_filed_days: int
    note: Mapping[str, Mapping[str, str]]


@cache
def drop_policy() -> DropPolicy:
    """Return the policy."""
    return DropPolicy(**initial_policy("drop"))
