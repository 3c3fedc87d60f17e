"""The list of campaigns, the latest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from crm.models.campaign import Campaign, CampaignMember
from crm.services.campaigns.entry import get_campaign
from crm.services.campaigns.rough import find_rough

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCampaign:
    """One row; `members` is about how many were reached, whoever may be counted for their response; None for very few or nobody."""

    id: str
    name: str
    kind: str
    starts_on: date
    ends_on: date | None
    members: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """One page; `after` leads to the next."""

    rows: tuple[ListedCampaign, ...]
    after: str | None


def list_campaigns(session: Session, *, after: str | None = None) -> CampaignPage:
    """Return one page of campaigns; keyset paging by (first day, id).

    Raises:
        NotFoundError: the page does not begin after a campaign of ours.
    """
    wanted = select(Campaign).order_by(Campaign.starts_on.desc(), Campaign.id.desc()).limit(PAGE_SIZE + 1)
    if after:
        last = get_campaign(session, campaign_id=after)
        wanted = wanted.where(tuple_(Campaign.starts_on, Campaign.id) < tuple_(*(last.starts_on, last.id)))
    found = session.scalars(wanted).all()
    page = found[:PAGE_SIZE]
    members = count_members(session, [each.id for each in page])
    rows = tuple(
        ListedCampaign(
            id=each.id,
            name=each.name,
            kind=each.kind,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            members=members[each.id],
        )
        for each in page
    )
    return CampaignPage(rows=rows, after=page[-1].id if len(found) > PAGE_SIZE else None)


def count_members(session: Session, campaign_ids: Sequence[str]) -> dict[str, int | None]:
    """Return about how many people these campaigns reached: an exact number less that of the resonance is who objected since.

    First, last and number tell the members of one campaign from those of another; the same members give the same number.
    """
    who = CampaignMember.subject_id
    rows = session.execute(
        select(CampaignMember.campaign_id, func.count(), func.min(who), func.max(who))
        .where(CampaignMember.campaign_id.in_(campaign_ids))
        .group_by(CampaignMember.campaign_id)
    )
    found = {
        campaign_id: find_rough(session, number, about=(str(number), str(first), str(last))) for campaign_id, number, first, last in rows
    }
    return {each: found.get(each) for each in campaign_ids}
