"""Bar charts as SVG, drawn on the server: geometry here, colours by tokens in the one stylesheet.

A chart says what it shows in title and description and never stands alone: the table beside it has every number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

WIDTH: Final = 360  # units; as wide as a phone, so that its words are as large as the text around it
_LABEL, _BAR, _GAP, _APART = 16, 12, 2, 12
_LONGEST_LABEL: Final = 34  # characters that fit beside a value

BarKind = Literal["now", "before", "earlier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: how long, and how it is told apart from those beside it."""

    value: float
    kind: BarKind = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class BarGroup:
    """Bars under one label; `text` is the value in words, at the end of the line."""

    label: str
    text: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """Where one bar is drawn."""

    y: int
    width: float
    height: int
    kind: BarKind


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """Where label and bars of a group are drawn."""

    label: str
    text: str
    y: int
    bars: tuple[DrawnBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """A chart ready to be drawn.

    Attributes:
        id: unique on the page; title and description are found by it.
    """

    id: str
    title: str
    description: str
    height: int
    groups: tuple[DrawnGroup, ...]
    width: int = WIDTH


def bar_chart(chart_id: str, *, title: str, description: str, groups: Sequence[BarGroup], most: float | None = None) -> BarChart:
    """Place bars below their labels; lengths are shares of `most`, or of the longest."""
    longest = most or max((bar.value for group in groups for bar in group.bars), default=0) or 1
    drawn, top = [], 0
    for group in groups:
        first = top + _LABEL + _GAP
        bars = tuple(
            DrawnBar(first + number * (_BAR + _GAP), _length(bar.value / longest), _BAR, bar.kind) for number, bar in enumerate(group.bars)
        )
        drawn.append(DrawnGroup(_short(group.label), group.text, top + _LABEL - 4, bars))
        top = first + len(bars) * (_BAR + _GAP) + _APART
    return BarChart(id=chart_id, title=title, description=description, height=max(top - _APART, 1), groups=tuple(drawn))


def _length(share: float) -> float:
    return round(min(max(share, 0), 1) * WIDTH, 1)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
