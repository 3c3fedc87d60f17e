"""The board: one column for each stage, the soonest deals first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.privacy.purposes import Purpose
from crm.services.deals import listing
from crm.services.deals.counting import LeftOut, find_left_out
from crm.services.deals.listing import DealFilter, StageSum
from crm.services.deals.results import Results
from crm.services.deals.shown import ShownDeal, show
from crm.services.work_rules import Stage, WorkRules

CARDS: Final = 15  # in one column; the list has them all
ENDED_WITHIN: Final = timedelta(days=30)  # what was won or lost longer ago is for the reports


@dataclass(frozen=True, slots=True)
class Column:
    """One stage: its first cards, how many deals it has and what they are worth.

    Attributes:
        total: None where the stage ended them and they would be the results of a colleague; there are no cards then.
        has_more: there are deals that have no card here.
    """

    stage: Stage
    cards: tuple[ShownDeal, ...]
    total: StageSum | None
    has_more: bool


def open_board(
    session: Session,
    *,
    wanted: DealFilter,
    rules: WorkRules,
    results: Results,
    purpose: Purpose | None,
    actor: Actor,
    today: date,
    now: datetime,
) -> tuple[Column, ...]:
    """Return the columns in the order of the stages; those of deals that ended hold the last thirty days.

    Without an agreement, the filter by a colleague leaves their results out.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    answered = {code: stage for code, stage in rules.stages.items() if not stage.ends or results.cover(wanted.owner_id)}
    filters = {code: _of_stage(wanted, stage, today) for code, stage in answered.items()}
    found = {code: listing.find_soonest(session, wanted=each, rules=rules, limit=CARDS + 1) for code, each in filters.items()}
    firsts = {code: deals[:CARDS] for code, deals in found.items()}
    shown = show(session, [deal for deals in firsts.values() for deal in deals], purpose=purpose, actor=actor, now=now)
    cards = {each.deal.id: each for each in shown}
    sums = _sums(session, filters, rules, find_left_out(session, now=now))
    return tuple(
        Column(stage, tuple(cards[deal.id] for deal in firsts.get(code, ())), sums.get(code), len(found.get(code, ())) > CARDS)
        for code, stage in rules.stages.items()
    )


def _of_stage(wanted: DealFilter, stage: Stage, today: date) -> DealFilter:
    own = replace(wanted, stages=(stage.code,))
    return replace(own, closed_from=today - ENDED_WITHIN, descending=True) if stage.ends else own


def _sums(session: Session, filters: Mapping[str, DealFilter], rules: WorkRules, left_out: LeftOut) -> dict[str, StageSum]:
    """Return the sums by stage: of the open ones at once, of each ended one by its days."""
    still_open = tuple(code for code, stage in rules.stages.items() if not stage.ends)
    first = next(iter(filters.values()))
    asked = [replace(first, stages=still_open, closed_from=None, descending=False)]
    asked += [each for code, each in filters.items() if rules.stages[code].ends]
    found = {each.stage: each for some in asked for each in listing.sum_by_stage(session, wanted=some, rules=rules, left_out=left_out)}
    return {code: found.get(code, StageSum(code, 0, 0)) for code in filters}
