"""The strip: why the reader may see what they see."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeLink:
    """Another purpose the reader may work for here, one click away: `url` takes a POST with `next`."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripView:
    """What stands in the strip.

    Attributes:
        shown: number of personal fields on the page; equals the elements with `data-field` on it.
        total: number of personal fields that Lethe knows.
        opened: number of fields that the purpose opens, where the page shows all of them: the others of these are empty.
        basis: the legal basis in words ("berechtigtes Interesse").
        since: day since which the basis holds for this person; None on lists.
        per_person: the numbers are meant for each person of a list.
        note: one more fact, such as "ein Eintrag für die ganze Liste".
    """

    shown: int
    total: int
    purpose_title: str
    basis: str | None = None
    since: date | None = None
    opened: int | None = None
    per_person: bool = False
    note: str | None = None
    alternatives: tuple[PurposeLink, ...] = ()
