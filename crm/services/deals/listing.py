"""The list of deals: by the day they are expected, filtered, with sums by stage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.deal import Deal
from crm.privacy.purposes import Purpose
from crm.services.deals.counting import LeftOut, counted, find_left_out
from crm.services.deals.results import Results
from crm.services.deals.shown import ShownDeal, show
from crm.services.work_rules import WorkRules

PAGE_SIZE = 50
_DEAL = Deal.__table__.c


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFilter:
    """What the list is narrowed to; `after` and `before` are tokens of a page of this list.

    Attributes:
        stages: codes; empty: every stage.
        closed_from, closed_to: first and last day on which a deal ended.
    """

    stages: tuple[str, ...] = ()
    owner_id: str | None = None
    product: str | None = None
    region: str | None = None
    company_id: str | None = None
    subject_id: str | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    descending: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class StageSum:
    """How many deals are in a stage, and what they are worth."""

    stage: str
    count: int
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealPage:
    """One page; the tokens are None where the list ends.

    Attributes:
        sums: of all that the filter finds, but for the deals of people who are not counted; `rows` have those too, for the work.
        hides_results: the filter asks for what a colleague won or lost, which is left out.
    """

    rows: tuple[ShownDeal, ...]
    sums: tuple[StageSum, ...]
    after: str | None
    before: str | None
    hides_results: bool = False

    @property
    def count(self) -> int:
        return sum(each.count for each in self.sums)


class DealPageTokenError(InvalidInputError):
    """The address of the page was changed by hand, or its first deal is gone."""

    message = "Diese Seite der Liste gibt es nicht. Beginnen Sie bei der ersten."


def list_deals(
    session: Session, *, wanted: DealFilter, rules: WorkRules, results: Results, purpose: Purpose | None, actor: Actor, now: datetime
) -> DealPage:
    """Return one page of deals, the soonest first, and the sums of all that the filter finds; keyset paging by (day, id).

    Without an agreement the filter by a colleague finds open deals alone: a list of what somebody won is counted as easily as a sum.

    Raises:
        DealPageTokenError: a token was not given out by this list.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    answered = wanted if results.cover(wanted.owner_id) else _still_open(wanted, rules)
    if answered is None:
        return DealPage(rows=(), sums=(), after=None, before=None, hides_results=True)
    page = _open_page(session, answered, rules, purpose, actor, now)
    return page if answered == wanted else replace(page, hides_results=True)


def _still_open(wanted: DealFilter, rules: WorkRules) -> DealFilter | None:
    """Return the filter without the stages in which deals have ended; None where it asks for nothing else."""
    asked = wanted.stages or tuple(rules.stages)
    stages = tuple(each for each in asked if each not in rules.stages or not rules.stages[each].ends)
    if stages == asked:
        return wanted
    return replace(wanted, stages=stages) if stages else None


def _open_page(session: Session, wanted: DealFilter, rules: WorkRules, purpose: Purpose | None, actor: Actor, now: datetime) -> DealPage:
    backwards = wanted.before is not None
    token = wanted.before or wanted.after
    falling = wanted.descending != backwards
    found = _find(session, wanted, rules, token=token, falling=falling, limit=PAGE_SIZE + 1)
    has_more = len(found) > PAGE_SIZE
    page = list(reversed(found[:PAGE_SIZE])) if backwards else found[:PAGE_SIZE]
    return DealPage(
        rows=tuple(show(session, page, purpose=purpose, actor=actor, now=now)),
        sums=sum_by_stage(session, wanted=wanted, rules=rules, left_out=find_left_out(session, now=now)),
        after=page[-1].id if page and (has_more or backwards) else None,
        before=page[0].id if page and (wanted.after or (backwards and has_more)) else None,
    )


def find_soonest(session: Session, *, wanted: DealFilter, rules: WorkRules, limit: int) -> list[Deal]:
    """Return the first deals of the list without opening any."""
    return _find(session, wanted, rules, token=None, falling=wanted.descending, limit=limit)


def sum_by_stage(session: Session, *, wanted: DealFilter, rules: WorkRules, left_out: LeftOut) -> tuple[StageSum, ...]:
    """Return how many deals there are in each stage and what they are worth, in the order of the stages; empty stages are absent."""
    figures = select(_DEAL.stage, func.count(), func.sum(_DEAL.amount_cents)).where(*conditions(wanted, rules), counted(left_out))
    figures = figures.group_by(_DEAL.stage)
    sums = {stage: StageSum(stage, count, int(cents or 0)) for stage, count, cents in session.execute(figures)}
    order = [*rules.stages, *sorted(sums.keys() - rules.stages.keys())]
    return tuple(sums[stage] for stage in order if stage in sums)


def conditions(wanted: DealFilter, rules: WorkRules) -> list[ColumnElement[bool]]:
    """Return what a deal has to be for the filter, the stage included."""
    stages = wanted.stages or tuple(rules.stages)
    return [_DEAL.stage.in_(stages), *_besides_stage(wanted)]


def _besides_stage(wanted: DealFilter) -> list[ColumnElement[bool]]:
    pairs = (
        (_DEAL.owner_id, wanted.owner_id),
        (_DEAL.product, wanted.product),
        (_DEAL.region, wanted.region),
        (_DEAL.company_id, wanted.company_id),
        (_DEAL.subject_id, wanted.subject_id),
    )
    days = [_DEAL.closed_on >= wanted.closed_from] if wanted.closed_from else []
    days += [_DEAL.closed_on <= wanted.closed_to] if wanted.closed_to else []
    return [*(column == value for column, value in pairs if value), *days]


def _day_of(wanted: DealFilter) -> ColumnElement[Any]:
    """Return the day by which deals are ordered: the one on which they ended where that is asked for, else the expected one."""
    return _DEAL.closed_on if wanted.closed_from or wanted.closed_to else _DEAL.expected_on


def _find(session: Session, wanted: DealFilter, rules: WorkRules, *, token: str | None, falling: bool, limit: int) -> list[Deal]:
    """Return deals in order: the first ones of each stage by its index, and of these the first ones."""
    edge = _beyond(session, wanted, token, falling=falling) if token else None
    stages: Sequence[str] = wanted.stages or tuple(rules.stages)
    heads = [_head(stage, wanted, edge, falling=falling, limit=limit) for stage in stages]
    firsts = union_all(*heads).subquery() if len(heads) > 1 else heads[0].subquery()
    order = (firsts.c.day.desc(), firsts.c.id.desc()) if falling else (firsts.c.day, firsts.c.id)
    ids = session.scalars(select(firsts.c.id).order_by(*order).limit(limit)).all()
    deals = {each.id: each for each in session.scalars(select(Deal).where(Deal.id.in_(ids)))}
    return [deals[each] for each in ids]


def _head(stage: str, wanted: DealFilter, edge: ColumnElement[bool] | None, *, falling: bool, limit: int) -> Select[*tuple[Any, ...]]:
    day = _day_of(wanted)
    order = (day.desc(), _DEAL.id.desc()) if falling else (day, _DEAL.id)
    beyond = [edge] if edge is not None else []
    matching = select(_DEAL.id, day.label("day")).where(_DEAL.stage == stage, *_besides_stage(wanted), *beyond)
    inner = matching.order_by(*order).limit(limit).subquery()
    return select(inner.c.id, inner.c.day)


def _beyond(session: Session, wanted: DealFilter, token: str, *, falling: bool) -> ColumnElement[bool]:
    day = _day_of(wanted)
    edge = session.scalar(select(day).where(_DEAL.id == token))
    if edge is None:
        raise DealPageTokenError
    if falling:
        return or_(day < edge, and_(day == edge, _DEAL.id < token))
    return or_(day > edge, and_(day == edge, _DEAL.id > token))
