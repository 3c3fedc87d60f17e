"""The deals behind a figure: for those who sell, with titles as far as their purpose opens them.

Source: DS-UC-01; Art. 5(1)(b), 25(2) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.company import Company
from crm.models.deal import Deal
from crm.privacy import work_texts
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.services.deals.counting import counted, find_left_out
from crm.services.deals.results import Results
from crm.services.reports.figures import GROUP, Dimension, of_deals
from crm.services.work_rules import LOST, WON

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFilter:
    """Which deals: of a stage that ended them between two days, or open on the last; `values` narrows by dimension."""

    stage: str
    first_day: date
    last_day: date
    values: Mapping[Dimension, str]
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedDeal:
    """One deal.

    Attributes:
        title: empty where the purpose does not open it.
        company: empty where it is a person.
        stage, closed_on: empty where the filter by a colleague would make them that colleague's results.
        owner_id: None where it has none, and where it would make a list of results one of whose they are.
    """

    id: str
    title: str
    company: str
    stage: str
    amount_cents: int
    closed_on: date | None
    owner_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealPage:
    """One page; `after` leads to the next.

    Attributes:
        hides_results: the filter asks for what a colleague won or lost, and nothing is shown.
    """

    rows: tuple[ReportedDeal, ...]
    after: str | None
    hides_results: bool = False


def list_deals(session: Session, *, wanted: DealFilter, results: Results, purpose: Purpose, actor: Actor, now: datetime) -> DealPage:
    """Return one page of the deals behind a figure, the largest first; one entry for the titles of all.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        NotFoundError: the page does not begin after a deal of ours.
    """
    if wanted.stage in {WON, LOST} and not results.cover(_owner_of(wanted)):
        return DealPage(rows=(), after=None, hides_results=True)
    selected = of_deals(Deal, Company.name).where(_stage(wanted), counted(find_left_out(session, now=now)), *_values(wanted))
    if wanted.after:
        last = session.get(Deal, wanted.after)
        if last is None:
            raise NotFoundError
        selected = selected.where(tuple_(Deal.amount_cents, Deal.id) < tuple_(*(last.amount_cents, last.id)))
    found = session.execute(selected.order_by(Deal.amount_cents.desc(), Deal.id.desc()).limit(PAGE_SIZE + 1)).all()
    page = found[:PAGE_SIZE]
    sealed = [(WorkText("deal", "sealed_title", deal.id, deal.subject_id), deal.sealed_title) for deal, _ in page if deal.sealed_title]
    titles = work_texts.open_allowed(session, texts=sealed, purpose=purpose, actor=actor, now=now)
    rows = tuple(_without_result(_row(deal, name, titles), wanted, results) for deal, name in page)
    return DealPage(rows=rows, after=page[-1][0].id if len(found) > PAGE_SIZE else None)


def _row(deal: Deal, company: str | None, titles: Mapping[str, str]) -> ReportedDeal:
    return ReportedDeal(
        id=deal.id,
        title=titles.get(deal.id, ""),
        company=company or "",
        stage=deal.stage,
        amount_cents=deal.amount_cents,
        closed_on=deal.closed_on,
        owner_id=deal.owner_id,
    )


def _without_result(row: ReportedDeal, wanted: DealFilter, results: Results) -> ReportedDeal:
    """Return the row without what makes it a result of a colleague: what was open then may have been won since."""
    if row.stage not in {WON, LOST} or results.cover(row.owner_id):
        return row
    return replace(row, stage="", closed_on=None) if _owner_of(wanted) else replace(row, owner_id=None)


def _owner_of(wanted: DealFilter) -> str | None:
    return wanted.values.get(Dimension.OWNER) or None


def _stage(wanted: DealFilter) -> ColumnElement[bool]:
    if wanted.stage in {WON, LOST}:
        return and_(Deal.stage == wanted.stage, Deal.closed_on.between(wanted.first_day, wanted.last_day))
    still = or_(and_(Deal.closed_on.is_(None), Deal.stage.not_in((WON, LOST))), Deal.closed_on > wanted.last_day)
    return and_(Deal.opened_on <= wanted.last_day, still)


def _values(wanted: DealFilter) -> list[ColumnElement[bool]]:
    """Return the conditions by dimension; the empty value means those that have none."""
    columns: Mapping[Dimension, Any] = {
        Dimension.PRODUCT: Deal.product,
        Dimension.REGION: Deal.region,
        Dimension.GROUP: GROUP,
        Dimension.OWNER: Deal.owner_id,
    }
    return [columns[dimension] == value if value else columns[dimension].is_(None) for dimension, value in wanted.values.items()]
