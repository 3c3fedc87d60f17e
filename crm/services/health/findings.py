"""What a check finds, as classes that carry facts; the sentence is made where people read it, as with errors."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import ClassVar, Final, TypeVar

_NAMED: Final = 3
_Named = TypeVar("_Named")


class State(StrEnum):
    """How good a finding is. Only `WRONG` fails the examination; a `HINT` is a risk that somebody may have accepted."""

    OK = "ok"
    HINT = "hint"
    WRONG = "wrong"

    @property
    def sign(self) -> str:
        return {State.OK: "✓", State.HINT: "!", State.WRONG: "✗"}[self]


class Finding:
    """One line of the examination.

    `message` is the German sentence with named placeholders; the facts are for them and hold no personal data.
    """

    check: ClassVar[str]
    state: ClassVar[State]
    message: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        self.facts = facts


def in_both(first: Mapping[_Named, int], second: Mapping[_Named, int]) -> dict[_Named, int]:
    """Return what was counted both times: what changed between two questions of the first time is no finding."""
    return {each: min(count, second[each]) for each, count in first.items() if each in second}


def some_of(names: Iterable[str]) -> str:
    """Return the first few of these names for a sentence, with a sign if there are more."""
    every = sorted(set(names))
    shown = ", ".join(every[:_NAMED]) or "–"
    return f"{shown} …" if len(every) > _NAMED else shown
