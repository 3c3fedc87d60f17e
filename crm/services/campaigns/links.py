"""The personal links of a campaign in the hands of marketing: one to copy, or a file of everybody who may be sent one.

Source: Art. 5(1)(b), 18(2), 21(3) DSGVO.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.campaign import Campaign, CampaignMember
from crm.privacy import disclosure, outreach, purposes
from crm.privacy.intake import response_links
from crm.services.campaigns.entry import get_campaign
from crm.services.campaigns.responding import NoMemberError
from crm.settings import Settings


class CampaignOverError(InvalidInputError):
    """Nobody can respond any more."""

    message = "Die Kampagne ist vorbei, und die Zeit für Antworten auch. Verlängern Sie sie, wenn Sie noch Links brauchen."


@dataclass(frozen=True, slots=True)
class CampaignMembers:
    """Everybody a campaign reached, as a selection for an export.

    Attributes:
        today: on which the campaign must not be over.
        now: at which they must be allowed to be sent a link.
    """

    campaign_id: str
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class ResponseLink:
    """A link to be copied, shown once."""

    address: str
    last_day: date


def find_recipients(session: Session, members: CampaignMembers, *, at_most: int) -> list[str]:
    """Return whom of its members the campaign may send a link; who responded is among them, or two files would tell who did since.

    Raises:
        NotFoundError: there is no such campaign.
        CampaignOverError: nobody can respond any more.
    """
    campaign = get_campaign(session, campaign_id=members.campaign_id)
    require_running(campaign, today=members.today)
    purpose = purposes.find_all(session).get(campaign.purpose)
    reached = select(CampaignMember.subject_id).where(CampaignMember.campaign_id == campaign.id, CampaignMember.subject_id.is_not(None))
    ids = [each for each in session.scalars(reached.order_by(CampaignMember.subject_id)) if each]
    return outreach.find_reachable(session, campaign=campaign, purpose=purpose, subject_ids=ids, now=members.now)[:at_most]


def issue(
    session: Session, *, campaign: Campaign, subject_id: str, today: date, settings: Settings, actor: Actor, now: datetime
) -> ResponseLink:
    """Make one link for a member; one entry.

    Raises:
        CampaignOverError: nobody can respond any more.
        NoMemberError: the campaign did not reach them, or may not send them a link; the two are not told apart.
        PurposeNotAllowedError, NoLawfulBasisError …: as the door says.
    """
    require_running(campaign, today=today)
    purpose = purposes.find_all(session).get(campaign.purpose)
    disclosure.require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    mine = (CampaignMember.campaign_id == campaign.id, CampaignMember.subject_id == subject_id)
    is_member = session.scalar(select(CampaignMember.id).where(*mine)) is not None
    if not is_member or not outreach.find_reachable(session, campaign=campaign, purpose=purpose, subject_ids=[subject_id], now=now):
        raise NoMemberError(field="link_address")
    address = response_links.issue_one(
        session, campaign=campaign, subject_id=subject_id, purpose=purpose, settings=settings, actor=actor, now=now
    )
    return ResponseLink(address, response_links.last_day(campaign, today=today))


def require_running(campaign: Campaign, *, today: date) -> None:
    """Refuse links to which nobody could respond.

    Raises:
        CampaignOverError: so it is.
    """
    if response_links.is_over(campaign, today=today):
        raise CampaignOverError(field="link_address")
