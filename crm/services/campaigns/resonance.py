"""Resonanz: which customer group responded to a campaign, as far as it may be seen.

Figures are made at night and looked at by day. Were they made when somebody looks, who enters responses one by one and looks after
each would see which of them made the figure change, and that the others had been entered before or not.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from crm.actor import system_actor
from crm.db import Database, in_batches, new_id
from crm.models.campaign import Campaign, CampaignMember, CampaignRelease
from crm.privacy import aggregation, audit, purposes
from crm.privacy.actions import Action
from crm.services import work_rules
from crm.services.campaigns.cells import NOBODY, Cell, Count, next_cells
from crm.services.campaigns.entry import get_campaign

MAKER: Final = system_actor("resonance")

_RESPONDED = func.sum(case((CampaignMember.has_responded, 1), else_=0))


def find_last(session: Session, *, campaign_id: str) -> tuple[Cell, ...]:
    """Return what was shown last."""
    newest = select(CampaignRelease.figures).where(CampaignRelease.campaign_id == campaign_id)
    figures = session.scalar(newest.order_by(CampaignRelease.released_at.desc(), CampaignRelease.id.desc()).limit(1))
    return tuple(_read(cell) for cell in json.loads(figures)) if figures else ()


def release_all(database: Database, *, day: date, now: datetime) -> int:
    """Make the figures of all campaigns as of the night to `day`, and return how many campaigns have new ones; again changes nothing.

    Each campaign is a unit of work of its own, which writes only where there is something new, so that nobody waits for it.
    """
    with database.reading() as session:
        campaign_ids = session.scalars(select(Campaign.id).order_by(Campaign.id)).all()
    return sum(_release_one(database, each, day, now) for each in campaign_ids)


def _release_one(database: Database, campaign_id: str, day: date, now: datetime) -> bool:
    with database.reading() as session:
        campaign = get_campaign(session, campaign_id=campaign_id)
        cells = _find_next(session, campaign, day, now)
        if cells == find_last(session, campaign_id=campaign_id):
            return False
    with database.writing() as session:
        _keep(session, get_campaign(session, campaign_id=campaign_id), cells, now)
    return True


def release(session: Session, *, campaign: Campaign, day: date, now: datetime) -> None:
    """Make the figures of one campaign as of the night to `day`."""
    cells = _find_next(session, campaign, day, now)
    if cells != find_last(session, campaign_id=campaign.id):
        _keep(session, campaign, cells, now)


def _find_next(session: Session, campaign: Campaign, day: date, now: datetime) -> tuple[Cell, ...]:
    counts = count_groups(session, campaign=campaign, now=now)
    last, rules = find_last(session, campaign_id=campaign.id), work_rules.find(session)
    return next_cells(last, counts, min_cell=rules.min_cell, today=day)


def _keep(session: Session, campaign: Campaign, cells: Sequence[Cell], now: datetime) -> None:
    figures = json.dumps([_write(each) for each in cells])
    session.add(CampaignRelease(id=new_id(), campaign_id=campaign.id, released_at=now, figures=figures))
    session.flush()
    audit.record(session, Action.CAMPAIGN_FIGURES_RELEASED, actor=MAKER, now=now, purpose=campaign.purpose, count=len(cells))


def count_groups(session: Session, *, campaign: Campaign, now: datetime) -> dict[str, Count]:
    """Return how many of each group were reached and responded; who objected or is restricted is not among them.

    A group without a name is counted under the empty name. The erased are counted: the rows lead to nobody any more.
    """
    of_campaign = CampaignMember.campaign_id == campaign.id
    everybody = session.execute(
        select(CampaignMember.segment, func.count(), _RESPONDED).where(of_campaign).group_by(CampaignMember.segment)
    )  # fmt: skip
    counts: dict[str, Count] = defaultdict(lambda: NOBODY)
    for segment, reached, responded in everybody:
        counts[segment or ""] += Count(reached, responded)
    for segment, responded in _find_left_out(session, campaign, now):
        counts[segment or ""] -= Count(1, int(responded))
    return {group: count for group, count in counts.items() if count.reached}


def _find_left_out(session: Session, campaign: Campaign, now: datetime) -> list[tuple[str | None, bool]]:
    of_campaign = CampaignMember.campaign_id == campaign.id
    purpose = purposes.find_all(session).get(campaign.purpose)
    left_out = aggregation.find_left_out(
        session, select(CampaignMember.subject_id).where(of_campaign), purposes=[purpose], now=now
    )  # fmt: skip
    rows: list[tuple[str | None, bool]] = []
    for batch in in_batches(sorted(left_out)):
        found = session.execute(
            select(CampaignMember.segment, CampaignMember.has_responded).where(of_campaign, CampaignMember.subject_id.in_(batch))
        )
        rows += [(segment, responded) for segment, responded in found]
    return rows


def _write(cell: Cell) -> Mapping[str, object]:
    shown: Sequence[int] | None = (cell.shown.reached, cell.shown.responded) if cell.shown else None
    return {"groups": cell.groups, "is_rest": cell.is_rest, "shown": shown, "as_of": cell.as_of.isoformat() if cell.as_of else None}


def _read(written: Mapping[str, object]) -> Cell:
    groups, shown, as_of = written["groups"], written["shown"], written["as_of"]
    return Cell(
        groups=tuple(groups) if isinstance(groups, list) else (),
        is_rest=bool(written["is_rest"]),
        shown=Count(*shown) if isinstance(shown, list) else None,
        as_of=date.fromisoformat(as_of) if isinstance(as_of, str) else None,
    )
