"""Whom a question may see at all, as SQL.

Every statement is made from a selection, and every selection carries the bit of the purpose: there is no
way to ask without it.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from crm.search.document import SearchGroup
from crm.search.normalise import marked
from crm.search.query import Query, Sort
from crm.search.schema import GROUPS

Needles = tuple[str, ...]  # one of them has to occur

_RARE = 4_000  # people a purpose may see, up to which looking them up and sorting them beats walking the list


class Row(NamedTuple):
    """One person of an answer; `key` and `id` are the place in the order."""

    id: int
    subject: bytes
    key: str | int


class Edge(NamedTuple):
    """Where a page begins: beyond `row`, or at the beginning; backwards towards the first row of the list."""

    row: Row | None = None
    backwards: bool = False


class Clause(NamedTuple):
    """A condition with its values."""

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The people whom a question may see: its purpose and its filters, not yet its words.

    Attributes:
        purpose: the one bit of the purpose that asks.
        index: the index of `person` that reaches them in order, or few of them in any order.
        is_filtered: `index` reaches a small part of the list only.
        known_count: how many they are, if that is known without looking.
        people: how many are indexed at all.
    """

    connection: sqlite3.Connection
    purpose: int
    groups: tuple[SearchGroup, ...]
    sort: Sort
    visible: Clause
    index: str
    is_filtered: bool
    known_count: int | None
    people: int

    @classmethod
    def of(cls, connection: sqlite3.Connection, query: Query) -> Self | None:
        """Return the selection of `query`, or None when a filter names what nobody has."""
        standing = _Standing.of(connection, query.purpose)
        conditions = [Clause("p.purposes & ?", (query.purpose,))]
        index = None
        filters = _filters(query)
        for column, value in filters.items():
            term = connection.execute("SELECT id FROM term WHERE value = ?", (value,)).fetchone()
            if term is None:
                return None
            conditions.append(Clause(f"p.{column} = ?", term))
            index = index or _index_of_filter(connection, column, term[0], query.sort)
        if index is None and standing.visible <= _RARE:
            conditions.append(standing.as_clause())
            index = "person_purposes"
        return cls(
            connection=connection,
            purpose=query.purpose,
            groups=tuple(group for group in GROUPS if group in query.groups),
            sort=query.sort,
            visible=Clause(" AND ".join(part.sql for part in conditions), tuple(value for part in conditions for value in part.values)),
            index=index or f"person_{query.sort.column}",
            is_filtered=index is not None,
            known_count=None if filters else standing.visible,
            people=max(standing.people, 1),
        )

    def find_row(self, subjects: Sequence[bytes]) -> Row | None:
        """Return the first of `subjects` that is still there and visible."""
        statement = f"SELECT p.id, p.subject, p.{self.sort.column} FROM person AS p WHERE p.subject = ? AND {self.visible.sql}"  # noqa: S608 - own names
        for subject in subjects:
            if row := self.connection.execute(statement, (subject, *self.visible.values)).fetchone():
                return Row(*row)
        return None

    def in_group(self, group: SearchGroup, needle: str) -> str:
        """Return a needle as the texts of a group hold it; of custom fields only words that the purpose may see, from their beginning."""
        return marked(needle.strip(), self.purpose) if group is SearchGroup.CUSTOM else needle

    def check(self, terms: Sequence[Needles]) -> Clause:
        """Return the condition that each term really occurs in an allowed group of person `p`."""
        parts = [f"({' OR '.join(f'instr(p.text_{group}, ?)' for group in self.groups for _ in needles)})" for needles in terms]
        values = [self.in_group(group, needle) for needles in terms for group in self.groups for needle in needles]
        return Clause(" AND ".join(parts) or "1", tuple(values))


def _filters(query: Query) -> dict[str, str]:
    asked = {"company": query.company_id, "owner": query.owner_id, "segment": query.segment, "state": query.state}
    return {column: value for column, value in asked.items() if value is not None}


def _index_of_filter(connection: sqlite3.Connection, column: str, term: int, sort: Sort) -> str | None:
    """Return the index that reaches the rows of a filter, or None when walking the list is faster.

    By name, the rows of a large owner or segment are spread evenly, so a walk meets them soon. By activity
    they are not (the owner may have left years ago), so those indexes keep the order.
    """
    if column == "company":
        return "person_company"
    if column == "state":
        return None
    if sort.column == "activity":
        return f"person_{column}_activity"
    bounded = f"SELECT count(*) FROM (SELECT 1 FROM person WHERE {column} = ? LIMIT {_RARE:d})"  # noqa: S608 - own names and a number
    (people,) = connection.execute(bounded, (term,)).fetchone()
    return f"person_{column}_activity" if people < _RARE else None


@dataclass(frozen=True, slots=True)
class _Standing:
    """How many people there are, and which sets of purposes those have who may be seen."""

    people: int
    visible: int
    sets: tuple[int, ...]

    @classmethod
    def of(cls, connection: sqlite3.Connection, purpose: int) -> Self:
        rows = connection.execute("SELECT purposes, people FROM standing WHERE people").fetchall()
        seen = {purposes: people for purposes, people in rows if purposes & purpose}
        return cls(sum(people for _, people in rows), sum(seen.values()), tuple(seen))

    def as_clause(self) -> Clause:
        return Clause(f"p.purposes IN ({', '.join('?' * len(self.sets))})", self.sets)
