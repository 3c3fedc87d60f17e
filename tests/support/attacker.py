"""An attacker on the figures of campaigns, who goes through every way in which people may have responded.

They know who belongs to which group, who came and who went on which day, how the figures are made, what was shown on every day,
how everybody outside the cell of one person responded, and how some others in that cell did. Whoever responded in all the
worlds that look like that, or in none, has been found out.

They may act, too. Whose response they know may respond when they want: every way of it is gone through. And on some day they may
enter for anybody that they responded, which changes nothing where it was entered before, to see whether it did.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product

from crm.services.campaigns import cells
from crm.services.campaigns.cells import Count

FIRST_DAY = date(2026, 3, 2)
NEVER = None


@dataclass(frozen=True)
class Somebody:
    """A member of a campaign: a group, the day they came and the day from which they are left out."""

    group: str
    came: int = 0
    went: int | None = None

    def is_there(self, day: int) -> bool:
        return self.came <= day and (self.went is None or day < self.went)


World = tuple[int | None, ...]  # the day on which each of them responded
Days = tuple[tuple[tuple[str, int, int], ...], ...]  # of each day, by group: how many were reached, how many had responded
Report = Callable[[Days], object]


@dataclass(frozen=True)
class FoundOut:
    """Who was found out, and by whom: with what they knew of others."""

    victim: int
    known: tuple[int, ...]
    responded: bool


def reports(days: Days, min_cell: int) -> tuple[tuple[cells.Cell, ...], ...]:
    """Return everything that was to be seen, day by day."""
    shown: list[tuple[cells.Cell, ...]] = []
    for number, groups in enumerate(days):
        counts = {group: Count(reached, responded) for group, reached, responded in groups}
        last = shown[-1] if shown else ()
        shown.append(cells.next_cells(last, counts, min_cell=min_cell, today=FIRST_DAY + timedelta(days=number)))
    return tuple(shown)


def attack(
    people: Sequence[Somebody],
    *,
    days: int,
    min_cell: int,
    knows: int,
    enters: Mapping[int, int] | None = None,
    report: Callable[..., object] = reports,
) -> FoundOut | None:
    """Return somebody who is found out by who knows `knows` others of the same cell, or None.

    Args:
        enters: for whom the attacker enters a response, and on which day; found out is whether there was one before.
    """
    enters = enters or {}
    seen: dict[object, list[World]] = defaultdict(list)
    cell_of: dict[object, Mapping[str, frozenset[str]]] = {}
    reported: dict[Days, object] = {}
    for world in product(*(_possible(each, enters.get(number, days)) for number, each in enumerate(people))):
        counted = _count(people, _entered(world, enters), days)
        if counted not in reported:
            reported[counted] = report(counted, min_cell)
            cell_of[reported[counted]] = _cells(reports(counted, min_cell)[-1])
        seen[reported[counted]].append(world)
    return next((found for view, worlds in seen.items() for found in _find(people, worlds, cell_of[view], knows)), None)


def _possible(each: Somebody, days: int) -> list[int | None]:
    return [NEVER, *range(each.came, days if each.went is None else min(days, each.went))]


def _entered(world: World, enters: Mapping[int, int]) -> World:
    return tuple(enters.get(number) if day is NEVER else day for number, day in enumerate(world))


def _count(people: Sequence[Somebody], world: World, days: int) -> Days:
    counted = []
    for day in range(days):
        sums: dict[str, list[int]] = {}
        for each, responded in zip(people, world, strict=True):
            if each.is_there(day):
                group = sums.setdefault(each.group, [0, 0])
                group[0] += 1
                group[1] += responded is not NEVER and responded <= day
        counted.append(tuple(sorted((group, reached, responded) for group, (reached, responded) in sums.items())))
    return tuple(counted)


def _cells(last: Sequence[cells.Cell]) -> dict[str, frozenset[str]]:
    return {group: frozenset(cell.groups) for cell in last for group in cell.groups}


def _find(people: Sequence[Somebody], worlds: list[World], cell_of: Mapping[str, frozenset[str]], knows: int) -> Iterator[FoundOut]:
    for victim, person in enumerate(people):
        cell = cell_of.get(person.group, frozenset({person.group}))
        beside = [number for number, each in enumerate(people) if number != victim and each.group in cell]
        outside = tuple(number for number, each in enumerate(people) if each.group not in cell)
        for some in combinations(beside, min(knows, len(beside))):
            yield from _conclude(worlds, victim, (*some, *outside))


def _conclude(worlds: list[World], victim: int, known: tuple[int, ...]) -> Iterator[FoundOut]:
    possible: dict[World, set[bool]] = defaultdict(set)
    for world in worlds:
        possible[tuple(world[number] for number in known)].add(world[victim] is not NEVER)
    yield from (FoundOut(victim, known, next(iter(values))) for values in possible.values() if len(values) == 1)
