"""Which figures of a campaign may be shown, so that nobody can be told from them (Mindestzellengröße, sekundäre Unterdrückung).

A cell is one customer group or several together. How groups become cells depends on how many were reached and never on who
responded, because a rule that looks at responses tells of them by what it hides. A cell is shown once enough people in it
responded and enough did not; it changes only when enough people did at once. Enough is one more than the smallest cell, so that
who decides about nine responses of ten learns nothing of the tenth, neither by what is shown nor by what is not. No figure covers
more than the shown cells, so nothing is left over to subtract from. `docs/explanation/figures.md` says what this keeps from whom,
and what no figure can.

Source: Art. 5(1)(c), 25(1) DSGVO; rules.md 3.13.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Count:
    """How many people of a group were reached, and how many of them responded."""

    reached: int
    responded: int

    @property
    def silent(self) -> int:
        return self.reached - self.responded

    def __add__(self, other: "Count") -> "Count":
        return Count(self.reached + other.reached, self.responded + other.responded)

    def __sub__(self, other: "Count") -> "Count":
        return Count(self.reached - other.reached, self.responded - other.responded)


NOBODY = Count(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Customer groups that are shown as one.

    Attributes:
        is_rest: the cell that takes in groups too small to stand alone, now and later.
        shown: the figures that may be seen; None while there are too few people.
        as_of: the day from which the figures are.
    """

    groups: tuple[str, ...]
    is_rest: bool = False
    shown: Count | None = None
    as_of: date | None = None


def next_cells(last: Sequence[Cell], counts: Mapping[str, Count], *, min_cell: int, today: date) -> tuple[Cell, ...]:
    """Return what may be seen from today on, given what was seen last.

    Cells only grow and are never divided: their parts would come out by comparing two days. What changed within a day is taken
    together; that nobody sees it happen is the part of the caller, who asks at night (`resonance.release_all`).

    Args:
        counts: by customer group, of the people who may be counted.
        min_cell: the smallest cell; a figure, and a change of it, rest on more people than that.
    """
    placed = _place(last, counts, enough=2 * (min_cell + 1))
    return tuple(_renew(cell, _total(cell.groups, counts), min_cell=min_cell, today=today) for cell in placed)


def total_of(cells: Iterable[Cell]) -> Count:
    """Return the sum of the cells that are shown, and of nobody else."""
    return sum((cell.shown for cell in cells if cell.shown), NOBODY)


def _place(last: Sequence[Cell], counts: Mapping[str, Count], *, enough: int) -> list[Cell]:
    """Give each new group a cell: its own where it is large enough to have one shown, else with the other small ones.

    Small groups that are too few even together take the next smallest with them (secondary suppression), or wait.
    """
    known = {group for cell in last for group in cell.groups}
    new = sorted((group for group in counts if group not in known), key=lambda group: (counts[group].reached, group))
    small = [group for group in new if counts[group].reached < enough]
    large = [group for group in new if counts[group].reached >= enough]
    if any(cell.is_rest for cell in last):
        kept = [replace(cell, groups=(*cell.groups, *small)) if cell.is_rest else cell for cell in last]
        return [*kept, *_alone(large)]
    if small and large and _total(small, counts).reached < enough:
        small.append(large.pop(0))
    rest = [Cell(groups=tuple(small), is_rest=True)] if _total(small, counts).reached >= enough else []
    return [*last, *_alone(large), *rest]


def _alone(groups: Iterable[str]) -> list[Cell]:
    return [Cell(groups=(group,)) for group in groups]


def _total(groups: Collection[str], counts: Mapping[str, Count]) -> Count:
    return sum((counts.get(group, NOBODY) for group in groups), NOBODY)


def _renew(cell: Cell, now: Count, *, min_cell: int, today: date) -> Cell:
    is_later = cell.as_of is None or cell.as_of < today
    if is_later and is_safe(now, min_cell=min_cell) and (cell.shown is None or is_safe_change(now - cell.shown, min_cell=min_cell)):
        return replace(cell, shown=now, as_of=today)
    return cell


def is_safe(count: Count, *, min_cell: int) -> bool:
    """Say whether enough people responded and enough did not: 9 of 10 tells of the tenth, 10 of 10 and 0 of 10 of everybody.

    One more than the smallest cell, because whoever decides about that many less one would see the first of the others in it: a
    figure that is shown as soon as somebody else responded tells, while it is not, that nobody did.
    """
    return count.responded > min_cell and count.silent > min_cell


def is_safe_change(change: Count, *, min_cell: int) -> bool:
    """Say whether enough people stand behind the difference of two figures of a cell.

    Where people came or went, the difference is a figure about them and needs both kinds; where nobody did, those who responded
    since hide among those who did not. Fewer responses of equally many people would only be those of people who went.
    """
    if change.reached == 0:
        return change.responded > min_cell
    came = change if change.reached > 0 else NOBODY - change
    return is_safe(came, min_cell=min_cell)
