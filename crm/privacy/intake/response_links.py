"""The personal links of a campaign: who follows one and presses its button responds, and nobody by looking.

Whether a link works is asked anew each time: it ends with the campaign, with an objection, with a restriction and with the person.
Its token is kept nowhere; so nobody can show a link again, and each that is asked for is a new one.

Source: Art. 12(2), 21(3), 25(1), 32(1)(b) DSGVO; § 25 TDDDG.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.campaign import Campaign
from crm.models.intake import LinkKind, PersonalLink
from crm.privacy import audit, lawfulness, links, mails, outreach, purposes
from crm.privacy.actions import Action
from crm.privacy.intake.policy import intake_policy
from crm.privacy.purposes import Purpose
from crm.settings import Settings

_NOBODY: Final = "0" * 32  # an id that is never given


def last_day(campaign: Campaign, *, today: date) -> date:
    """Return the last day of a link that is made today: some days after the campaign, or after today where it has no end."""
    return (campaign.ends_on or today) + intake_policy().response_link_for


def is_over(campaign: Campaign, *, today: date) -> bool:
    """Say whether the links of a campaign work no more."""
    return last_day(campaign, today=today) < today


def issue(session: Session, *, campaign: Campaign, subject_ids: Sequence[str], settings: Settings, now: datetime) -> Mapping[str, str]:
    """Make a link for each of these people and return its address; who may get one, and the entry, are the part of the caller."""
    zone = ZoneInfo(settings.time_zone)
    day_after = last_day(campaign, today=mails.day_of(now, settings)) + timedelta(days=1)
    facts: dict[str, Any] = {"kind": LinkKind.RESPOND, "request_id": campaign.id, "expires_at": datetime.combine(day_after, time(), zone)}
    return {
        each: links.address(
            LinkKind.RESPOND,
            links.issue(session, subject_id=each, now=now, **facts),
            language=settings.language,
            settings=settings,
        )
        for each in subject_ids
    }


def issue_one(
    session: Session, *, campaign: Campaign, subject_id: str, purpose: Purpose, settings: Settings, actor: Actor, now: datetime
) -> str:
    """Make one link, to be copied by staff, and return its address; one entry."""
    facts: dict[str, Any] = {"subject_id": subject_id, "purpose": purpose.code, "basis": purpose.basis}
    audit.record(session, Action.CAMPAIGN_LINK_ISSUED, actor=actor, now=now, **facts)
    return issue(session, campaign=campaign, subject_ids=[subject_id], settings=settings, now=now)[subject_id]


def find_open(session: Session, *, token: str, settings: Settings, now: datetime) -> PersonalLink | None:
    """Return the link of this token if its button may be pressed; None for one that is unknown, used or over, without saying which.

    The same is asked of the database whatever stands behind the token, so that the time of the answer tells nothing either.
    """
    link = _find(session, token=token, now=now)
    campaign_id = (link.request_id if link is not None else None) or _NOBODY
    subject_id = (link.subject_id if link is not None else None) or _NOBODY
    is_reachable = _may_respond(session, campaign_id=campaign_id, subject_id=subject_id, pressed_on=mails.day_of(now, settings), now=now)
    return link if link is not None and link.used_at is None and is_reachable else None


def find_way_out(session: Session, *, token: str, now: datetime) -> PersonalLink | None:
    """Return the link of this token for the objection beside its button: it works after the response too, as often as somebody likes."""
    return _find(session, token=token, now=now)


def find_campaign(session: Session, link: PersonalLink, *, pressed_on: date, now: datetime) -> Campaign | None:
    """Return the campaign to which whoever pressed the button of this link responded, if they may still be counted."""
    if link.request_id is None or link.subject_id is None:
        return None
    if not _may_respond(session, campaign_id=link.request_id, subject_id=link.subject_id, pressed_on=pressed_on, now=now):
        return None
    return session.get(Campaign, link.request_id)


def _find(session: Session, *, token: str, now: datetime) -> PersonalLink | None:
    link = links.find(session, token=token)
    is_in_time = link is not None and link.kind == LinkKind.RESPOND and link.expires_at is not None and now < link.expires_at
    return link if is_in_time else None


def _may_respond(session: Session, *, campaign_id: str, subject_id: str, pressed_on: date, now: datetime) -> bool:
    campaign = session.get(Campaign, campaign_id)
    state = lawfulness.find_states(session, [subject_id], now=now).get(subject_id)
    known = purposes.find_all(session)
    if campaign is None or is_over(campaign, today=pressed_on):
        return False
    return outreach.may_be_sent(campaign, known.get(campaign.purpose), state, now=now)
