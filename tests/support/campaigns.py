"""A campaign in front of the portal: somebody it reached, with a personal link in their hands."""

from datetime import timedelta

from crm.db import new_id
from crm.models.campaign import Campaign, CampaignMember
from crm.privacy import consent
from crm.privacy.intake import response_links
from crm.privacy.purposes import Channel
from tests.integration.privacy.people import FIELDS, SALES, make_person

CAMPAIGN = "c" * 32
LASTS = timedelta(days=14)


def add_campaign(stage, *, lasts=LASTS):
    """Let a campaign begin today, once; without an end where it lasts for None.

    Args:
        stage: who has a runtime, its database and a clock, such as a counter or a house.
    """
    today = stage.clock.now().date()
    facts = {"name": "Hausmesse", "kind": "email", "purpose": "newsletter", "created_at": stage.clock.now(), "created_by": "test"}
    with stage.runtime.database.writing() as session:
        session.merge(Campaign(id=CAMPAIGN, starts_on=today, ends_on=None if lasts is None else today + lasts, **facts))


def reach(stage, **fields):
    """Take in a reader of the newsletter whom the campaign reached, and return them."""
    now = stage.clock.now()
    with stage.runtime.database.writing() as session:
        person = make_person(session, now, "business_contact", "newsletter", fields={**FIELDS, **fields})
        consent.give(
            session,
            subject_id=person,
            purpose="newsletter",
            channel=Channel.EMAIL,
            wording="Ja, ich will.",
            language="de",
            evidence={"how": "Formular"},
            given_at=now,
            actor=SALES,
            now=now,
        )
        session.add(CampaignMember(id=new_id(), campaign_id=CAMPAIGN, subject_id=person, segment="Handel", sent_on=now.date()))
    return person


def send_link(stage, person):
    """Make a link for a person and return its path."""
    settings = stage.runtime.settings
    with stage.runtime.database.writing() as session:
        campaign = session.get_one(Campaign, CAMPAIGN)
        made = response_links.issue(session, campaign=campaign, subject_ids=[person], settings=settings, now=stage.clock.now())
    return made[person].removeprefix(settings.portal_origin)


def answer_of(stage, person):
    """Return way and day of the response of a member, None while there is none."""
    with stage.runtime.database.reading() as session:
        found = session.query(CampaignMember).filter_by(subject_id=person).one_or_none()
        return (found.response_way, found.responded_on) if found is not None and found.has_responded else None
