"""The people of a selection in whose data the words of a question occur.

Two ways lead to a page of them. A word that few people have is looked up in the trigrams; who really has it
is noted and sorted (`Noted`). For a word that many have ("m", "gmbh") that would take longer than the page is
worth: then the list is walked in its order and each row looked at; hits are soon enough found (`Walked`).
When they are not, because they all stand at the other end of the list, they are noted after all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Protocol, Self

from crm.search.candidates import Candidates
from crm.search.normalise import needles
from crm.search.query import Place
from crm.search.selection import Clause, Edge, Row, Selection

_SHORTEST_STEP = 100
_ENOUGH = 200  # people, up to which looking at each is faster than narrowing them down by a further word


class Hits(Protocol):
    """Who was found."""

    def fetch(self, edge: Edge, *, limit: int) -> list[Row]:
        """Return the next `limit` hits beyond `edge`; nearest first, whatever the direction."""

    def count(self, *, up_to: int) -> int:
        """Count the hits, at most up to `up_to`."""

    def hold(self, word: str) -> bool:
        """Say whether one of the hits has `word` as a whole; for few hits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched: people of `selection` who pass `check`; the rarest candidates first."""

    selection: Selection
    check: Clause
    candidates: tuple[Candidates, ...]

    @classmethod
    def of(cls, selection: Selection, searched: Sequence[Place]) -> Self:
        """Return the question for people who have a word of every place."""
        terms = [tuple(dict.fromkeys(needle for word in place for needle in needles(word))) for place in searched]
        candidates = sorted((Candidates.of(selection, term) for term in terms), key=lambda each: each.estimate)
        return cls(selection, selection.check(terms), tuple(candidates))

    def exists(self) -> bool:
        """Say whether there are any hits, without noting them."""
        walked = Walked(self)
        return any(walked.count_among(at_most, up_to=1) for at_most in (_ENOUGH, None))


def find_hits(selection: Selection, searched: Sequence[Place]) -> Hits:
    """Return the hits of a question by the shorter way; without places, everybody of the selection."""
    asked = Asked.of(selection, searched)
    return (Noted.of(asked, at_most=_bound(selection.people)) if searched else None) or Walked(asked)


class Noted:
    """Hits in a temporary table of the connection; it holds those of one question at a time."""

    def __init__(self, selection: Selection, number: int) -> None:
        self._selection = selection
        self._number = number

    @classmethod
    def of(cls, asked: Asked, *, at_most: int) -> Self | None:
        """Note the hits, or return None when more than `at_most` people would have to be looked at."""
        selection = asked.selection
        if not _note_candidates(asked, at_most):
            return None
        selection.connection.execute("DELETE FROM temp.hit")
        statement = (
            f"INSERT INTO temp.hit SELECT p.id, p.subject, p.{selection.sort.column}"  # noqa: S608 - own names
            f" FROM temp.candidate AS c CROSS JOIN person AS p ON p.id = c.id WHERE {selection.visible.sql} AND {asked.check.sql}"
        )
        return cls(selection, selection.connection.execute(statement, (*selection.visible.values, *asked.check.values)).rowcount)

    def fetch(self, edge: Edge, *, limit: int) -> list[Row]:
        beyond, order = _beyond(self._selection, edge, "h.key", "h.id")
        statement = f"SELECT h.id, h.subject, h.key FROM temp.hit AS h WHERE {beyond.sql} ORDER BY {order} LIMIT ?"  # noqa: S608 - own names
        return [Row(*row) for row in self._selection.connection.execute(statement, (*beyond.values, limit))]

    def count(self, *, up_to: int) -> int:
        return min(self._number, up_to)

    def hold(self, word: str) -> bool:
        whole = " OR ".join(f"instr(p.text_{group} || ' ', ?)" for group in self._selection.groups)
        statement = f"SELECT 1 FROM temp.hit AS h CROSS JOIN person AS p ON p.id = h.id WHERE {whole} LIMIT 1"  # noqa: S608 - own names
        held = tuple(f" {self._selection.in_group(group, word)} " for group in self._selection.groups)
        return bool(self._selection.connection.execute(statement, held).fetchone())


class Walked:
    """Hits along the list, as far as a page needs them."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._selection = asked.selection

    def fetch(self, edge: Edge, *, limit: int) -> list[Row]:
        if not self._asked.candidates:
            return self._walk(edge, limit, step=limit, longest=limit)[0]
        # About twice the way after which a page should be full; at most what noting and sorting the hits costs.
        people = self._selection.people
        expected = max(self._asked.candidates[0].estimate, _bound(people))
        step = max(_SHORTEST_STEP, 4 * limit * people // expected)
        found, rest = self._walk(edge, limit, step=step, longest=max(step, expected // 2))
        if rest is not None and (noted := Noted.of(self._asked, at_most=people + 1)):
            found += noted.fetch(rest, limit=limit - len(found))
        return found

    def count(self, *, up_to: int) -> int:
        if not self._asked.candidates:
            known = self._selection.known_count
            return self._counted("person AS p", Clause("1"), up_to) if known is None else min(known, up_to)
        if self._selection.is_filtered:
            return self._counted(self._along(), Clause("1"), up_to)
        first = self.count_among(2 * up_to, up_to=up_to)
        return first if first == up_to else self.count_among(None, up_to=up_to)

    def hold(self, word: str) -> bool:  # noqa: ARG002 - a word that is walked for is frequent
        return True

    def count_among(self, at_most: int | None, *, up_to: int) -> int:
        """Count the hits among the first `at_most` who may have the rarest word, or among all of them."""
        lookup = self._asked.candidates[0].lookup
        bounded = f"SELECT rowid FROM ({lookup.sql}) LIMIT {at_most:d}" if at_most else lookup.sql  # noqa: S608 - own names and a number
        return self._counted("person AS p NOT INDEXED", Clause(f"p.id IN ({bounded})", lookup.values), up_to)

    def _along(self) -> str:
        return f"person AS p INDEXED BY {self._selection.index}"

    def _counted(self, source: str, within: Clause, up_to: int) -> int:
        visible, check = self._selection.visible, self._asked.check
        rows = f"SELECT 1 FROM {source} WHERE {visible.sql} AND {within.sql} AND {check.sql} LIMIT ?"  # noqa: S608 - own names
        values = (*visible.values, *within.values, *check.values, up_to)
        number: int = self._selection.connection.execute(f"SELECT count(*) FROM ({rows})", values).fetchone()[0]  # noqa: S608 - as above
        return number

    def _walk(self, edge: Edge, limit: int, *, step: int, longest: int) -> tuple[list[Row], Edge | None]:
        """Collect hits in steps that grow; the second value is where the walk was given up."""
        found: list[Row] = []
        walked = 0
        while True:
            rows = self._rows(edge, step)
            found += [Row(*row[:3]) for row in rows if row[3]]
            if len(found) >= limit or len(rows) < step:
                return found[:limit], None
            edge, walked, step = edge._replace(row=Row(*rows[-1][:3])), walked + step, step * 2
            if walked >= longest:
                return found, edge

    def _rows(self, edge: Edge, limit: int) -> list[tuple[int, bytes, str | int, int]]:
        column, visible, check = self._selection.sort.column, self._selection.visible, self._asked.check
        beyond, order = _beyond(self._selection, edge, f"p.{column}", "p.id")
        statement = (
            f"SELECT p.id, p.subject, p.{column}, {check.sql} FROM {self._along()}"  # noqa: S608 - own names
            f" WHERE {visible.sql} AND {beyond.sql} ORDER BY {order} LIMIT ?"
        )
        return self._selection.connection.execute(statement, (*check.values, *visible.values, *beyond.values, limit)).fetchall()


def _note_candidates(asked: Asked, at_most: int) -> bool:
    """Note who may have all words, as far as looking them up is worth it; False for `at_most` people or more."""
    noted: int | None = None
    for candidates in asked.candidates:
        if noted is None:
            noted = _note_first(asked.selection, candidates, at_most)
        elif noted <= _ENOUGH or candidates.estimate > at_most:
            break
        else:
            lookup = candidates.lookup
            statement = f"DELETE FROM temp.candidate WHERE id NOT IN ({lookup.sql})"  # noqa: S608 - own names
            noted -= asked.selection.connection.execute(statement, lookup.values).rowcount
    return noted is not None


def _note_first(selection: Selection, candidates: Candidates, at_most: int) -> int | None:
    """Note who may have one of the words; return how many they are, or None for `at_most` people or more."""
    if candidates.fewest >= at_most:
        return None
    selection.connection.execute("DELETE FROM temp.candidate")
    noted = 0
    for lookup in candidates.lookups:
        statement = f"INSERT OR IGNORE INTO temp.candidate {lookup.sql} LIMIT ?"
        noted += selection.connection.execute(statement, (*lookup.values, at_most)).rowcount
        if noted >= at_most:
            return None
    return noted


def _beyond(selection: Selection, edge: Edge, key: str, number: str) -> tuple[Clause, str]:
    """Return the condition for rows beyond `edge`, and their order."""
    descending = selection.sort.descending != edge.backwards
    direction = "DESC" if descending else "ASC"
    beyond = Clause(f"({key}, {number}) {'<' if descending else '>'} (?, ?)", (edge.row.key, edge.row.id)) if edge.row else Clause("1")
    return beyond, f"{key} {direction}, {number} {direction}"


def _bound(people: int) -> int:
    """Return from how many candidates on walking a list of `people` rows is faster than noting and sorting them.

    Noting costs as much as there are candidates, walking as many rows as lie between them; measured, the two
    meet near this root: 9 700 of 200 000, 20 500 of 1 000 000.
    """
    return isqrt(380 * people) + 1_000
