"""Who may have a word: looked up in the trigrams, before it is checked."""

from dataclasses import dataclass
from typing import Self

from crm.search.document import SearchGroup
from crm.search.schema import GROUPS, grams
from crm.search.selection import Clause, Needles, Selection

_FEWEST = 2  # trigrams, also when the first one alone seems to be enough


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rows that may hold one of the needles of a term in an allowed group.

    Attributes:
        lookups: the queries for their ids, one for each group; an id may come in several.
        estimate: about how many there are at most, from the time of the build.
        fewest: about how many there are at least; 0 where that cannot be told.
    """

    lookups: tuple[Clause, ...]
    estimate: int
    fewest: int

    @property
    def lookup(self) -> Clause:
        """All lookups in one; an id may come more than once."""
        values = tuple(value for each in self.lookups for value in each.values)
        return Clause(" UNION ALL ".join(each.sql for each in self.lookups), values)

    @classmethod
    def of(cls, selection: Selection, needles: Needles) -> Self:
        """Return the candidates for a term; nothing is looked up yet."""
        parts: list[Clause] = []
        estimate = fewest = 0
        for group in selection.groups:
            chosen = [_telling(selection, group, selection.in_group(group, needle)) for needle in needles]
            question = " OR ".join(f"({' AND '.join(_quoted(gram) for gram, _ in grams)})" for grams in chosen)
            estimate += sum(grams[0][1] for grams in chosen)
            fewest = max(fewest, *(grams[0][1] for grams in chosen if len(grams) == 1), 0)
            parts.append(Clause(f"SELECT rowid FROM gram_{group} WHERE gram_{group} MATCH ?", (question,)))  # noqa: S608 - own names
        return cls(tuple(parts), estimate, fewest)


def _telling(selection: Selection, group: SearchGroup, needle: str) -> list[tuple[str, int]]:
    """Return the rarest trigrams of `needle`, with their numbers, until hardly anybody else should have them all.

    They narrow it down nearly as well as all of them, and what is frequent ("mann") is not read.
    """
    asked = grams(needle)
    statement = f"SELECT gram, people FROM gram WHERE grp = ? AND gram IN ({', '.join('?' * len(asked))})"  # noqa: S608 - question marks only
    people = dict(selection.connection.execute(statement, (GROUPS.index(group), *asked)))
    chosen: list[tuple[str, int]] = []
    expected = float(selection.people)
    for gram in sorted(asked, key=lambda gram: people.get(gram, 0)):
        chosen.append((gram, people.get(gram, 0)))
        expected *= people.get(gram, 0) / selection.people
        if expected < 1 and len(chosen) >= _FEWEST:
            break
    return chosen


def _quoted(gram: str) -> str:
    return f'"{gram}"'  # letters, digits and spaces only: nothing to escape
