"""Resonanz: which customer group responded to a campaign, as far as it may be seen."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import in_batches, new_id
from crm.models.campaign import Campaign, CampaignMember, CampaignRelease
from crm.privacy import aggregation, audit, purposes
from crm.privacy.actions import Action
from crm.services import work_rules
from crm.services.campaigns.cells import NOBODY, Cell, Count, next_cells

_RESPONDED = func.sum(case((CampaignMember.has_responded, 1), else_=0))


def find_next(session: Session, *, campaign: Campaign, today: date, now: datetime) -> tuple[Cell, ...]:
    """Return what may be seen now; equal to `find_last` where nothing changed that may be seen."""
    counts = count_groups(session, campaign=campaign, now=now)
    return next_cells(
        find_last(session, campaign_id=campaign.id), counts, min_cell=work_rules.find(session).min_cell, today=today
    )  # fmt: skip


def find_last(session: Session, *, campaign_id: str) -> tuple[Cell, ...]:
    """Return what was shown last."""
    newest = select(CampaignRelease.figures).where(CampaignRelease.campaign_id == campaign_id)
    figures = session.scalar(newest.order_by(CampaignRelease.released_at.desc(), CampaignRelease.id.desc()).limit(1))
    return tuple(_read(cell) for cell in json.loads(figures)) if figures else ()


def release(session: Session, *, campaign: Campaign, today: date, actor: Actor, now: datetime) -> tuple[Cell, ...]:
    """Keep what is about to be shown, so that the next figures can be compared with it; return it."""
    cells = find_next(session, campaign=campaign, today=today, now=now)
    if cells != find_last(session, campaign_id=campaign.id):
        session.add(
            CampaignRelease(id=new_id(), campaign_id=campaign.id, released_at=now, figures=json.dumps([_write(each) for each in cells]))
        )
        session.flush()
        audit.record(session, Action.CAMPAIGN_FIGURES_RELEASED, actor=actor, now=now, purpose=campaign.purpose, count=len(cells))
    return cells


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
