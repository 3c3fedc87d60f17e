"""How much is taken from the drop mailbox, and how a note about a mail reads: `config/drop.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from crm.settings import initial_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPolicy:
    """The bounds and the words.

    Attributes:
        messages_at_once: of staff in one round; the others are taken in the next one.
        messages_looked_at: in one round.
        heads_at_once: messages that are sorted together by their heads.
        head_octets: of one head; a longer one is not sorted but read.
        octets_read: of one message; what comes after is never fetched.
        most_people: with whom one dropped mail is filed, the mails attached to it included.
        characters_kept: of the text of a mail.
        not_filed_days: `lethe doctor` counts what was not filed in so many days.
        note: sentences by language.
    """

    messages_at_once: int
    messages_looked_at: int
    heads_at_once: int
    head_octets: int
    octets_read: int
    most_people: int
    characters_kept: int
    not_filed_days: int
    note: Mapping[str, Mapping[str, str]]


@cache
def drop_policy() -> DropPolicy:
    """Return the policy."""
    return DropPolicy(**initial_policy("drop"))
