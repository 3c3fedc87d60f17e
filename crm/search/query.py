"""Questions to the index and its answers."""

from dataclasses import dataclass
from enum import StrEnum

from crm.errors import InvalidInputError
from crm.search.document import SearchGroup

MAX_LIMIT = 1_000
MAX_PURPOSE = 1 << 62

Place = tuple[str, ...]  # words of which one must occur: what was typed, or what it was corrected to


class Sort(StrEnum):
    """Orders of a list; the minus sign reverses, as in addresses of pages."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    ACTIVITY = "activity"
    ACTIVITY_DESCENDING = "-activity"

    @property
    def column(self) -> str:
        return self.value.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.value.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question, for one purpose.

    Attributes:
        purpose: the one bit that a person's `purposes` must have.
        groups: what this purpose may see; nothing else is searched, sorted by or filtered by.
        after, before: tokens of a `Page`; at most one of them.
        count_up_to: hits are counted up to this number; 0: not at all.
    """

    purpose: int
    groups: frozenset[SearchGroup]
    text: str = ""
    company_id: str | None = None
    owner_id: str | None = None
    segment: str | None = None
    state: str | None = None
    sort: Sort = Sort.NAME
    limit: int = 50
    after: str | None = None
    before: str | None = None
    count_up_to: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of an answer: pseudonyms only; the door decides what is shown of them.

    Attributes:
        searched: what the people must have, for `matches` after opening them.
        count: hits in all pages, as far as they were counted.
        count_is_exact: False: there are at least `count`.
        corrected: words that were searched because nothing was found for what was typed.
        suggested: similar words that exist, when only little was found for what was typed.
    """

    subject_ids: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None
    searched: tuple[Place, ...] = ()
    count: int = 0
    count_is_exact: bool = True
    corrected: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()


def require_answerable(query: Query) -> None:
    """Refuse questions that are malformed or would tell what their purpose may not see.

    Sorting or filtering by a field is an oracle for it, so both need the group of the field.

    Raises:
        InvalidInputError: `field` names the part of the question.
    """
    refused = {
        "purpose": not is_one_bit(query.purpose),
        "limit": not 1 <= query.limit <= MAX_LIMIT,
        "count_up_to": query.count_up_to < 0,
        "before": query.after is not None and query.before is not None,
        "sort": query.sort.column == "name" and SearchGroup.IDENTITY not in query.groups,
        "company_id": query.company_id is not None and SearchGroup.COMPANY not in query.groups,
    }
    for field, is_refused in refused.items():
        if is_refused:
            raise InvalidInputError(field=field)


def is_one_bit(purpose: int) -> bool:
    """Say whether `purpose` is exactly one bit that fits into the index."""
    return 0 < purpose <= MAX_PURPOSE and purpose.bit_count() == 1
