"""Deals: rows, cards, columns, forecast, page."""

from dataclasses import dataclass
from datetime import date

from crm.site.view_models.controls import FieldSet, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class DealRow:
    """One deal in a list, on a card or at the head of its page.

    Attributes:
        title: neutral where the door does not show it.
        person: empty where the door does not show them, or where nobody is concerned.
        probability: percent; None where the deal has ended.
        overdue: still open after the day on which it was expected.
        movable: the reader sees what it is about and may move it.
    """

    deal_id: str
    version: int
    url: str
    move_url: str
    title: str
    company: str
    company_url: str | None
    person: str
    person_url: str | None
    owner: str
    stage: str
    stage_title: str
    amount: str
    probability: int | None
    expected_on: date
    closed_on: date | None
    overdue: bool
    movable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """What is in one stage; `url` leads to the list of it."""

    title: str
    count: int
    amount: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardColumn:
    """One column of the board.

    Attributes:
        figures: None where they would be the results of a colleague.
        has_more: there are deals that have no card here; the address of `figures` leads to all of them.
    """

    code: str
    title: str
    figures: StageFigures | None
    note: str | None
    cards: tuple[DealRow, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """One line of the forecast; `width` is its share of the longest bar in percent."""

    title: str
    count: int
    amount: str
    weighted: str
    width: int


@dataclass(frozen=True, slots=True)
class DealTab:
    """One way to look at deals."""

    title: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPicker:
    """The field in which a person is found and chosen.

    Attributes:
        query: what was typed to find somebody.
        told: what came of it, in a sentence.
    """

    query: str
    told: str
    options: tuple[Option, ...]
    value: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFormView:
    """The form of a deal, what was typed included."""

    action_url: str
    cancel_url: str
    is_new: bool
    fieldsets: tuple[FieldSet, ...]
    picker: PersonPicker
    version: int = 0
    error: str | None = None
