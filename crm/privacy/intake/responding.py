"""Somebody pressed the button behind a personal link of a campaign, and that is their response; the first one counts.

Source: Art. 5(1)(b), 21(3) DSGVO; § 25 TDDDG: a button is pressed on purpose, an opening is not looked at.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.models.campaign import ResponseWay
from crm.models.intake import LinkKind
from crm.privacy import mails, outreach, purposes
from crm.privacy.intake import response_links
from crm.privacy.intake.letterbox import ACTOR, Message, find_link
from crm.settings import Settings


def respond(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Enter responses; who objected since, was restricted or erased is counted no more, and nothing is entered of them."""
    for message in messages:
        link = find_link(session, message, LinkKind.RESPOND)
        responded_on = mails.day_of(message.received_at, settings)
        campaign = response_links.find_campaign(session, link, pressed_on=responded_on, now=now) if link is not None else None
        if link is None or link.subject_id is None or campaign is None:
            continue
        outreach.enter_response(
            session,
            campaign=campaign,
            subject_id=link.subject_id,
            way=ResponseWay.LINK,
            responded_on=responded_on,
            purpose=purposes.find_all(session).get(campaign.purpose),
            actor=ACTOR,
            now=now,
        )
