"""Campaigns of the demonstration: two newsletters, and who responded to them by customer group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import floor
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.db import in_batches
from crm.models.campaign import Campaign, CampaignMember, ResponseWay
from crm.models.contact import Contact
from crm.privacy import due, purposes, work_texts
from crm.services.campaigns import entry, members, resonance, responding
from crm.services.campaigns.entry import CampaignEntry
from crm.services.campaigns.responding import Response
from crm.services.demo.inventions import Inventor
from crm.services.forms import SentForm

_PURPOSE: Final = "newsletter"
_CAMPAIGNS: Final = (("Einladung zur Hausmesse", "event", 34), ("Wartungswochen: 15 % auf Ersatzteile", "email", 100))  # days ago
# Which share of a group responds; the others are in between. Of one group too few do, so that it can be seen to wait.
_KEEN: Final = {"Maschinenbau": 0.6, "Handwerk": 0.55, "Privat": 0.3}
_USUAL: Final = 0.46
_WAYS: Final = {ResponseWay.REPLY: 5, ResponseWay.ORDER: 3, ResponseWay.HAND: 2}


def add_campaigns(session: Session, inventor: Inventor, *, actor: Actor, now: datetime) -> None:
    """Let two campaigns reach everybody who agreed, and some respond."""
    marketing = Actor(pseudonym=actor.pseudonym, roles=frozenset({Role.MARKETING}), role=Role.MARKETING)
    today = now.astimezone(due.zone_of(session)).date()
    groups = _find_groups(session, now)
    for name, kind, days_ago in _CAMPAIGNS:
        campaign = _add(session, name, kind, today - timedelta(days=days_ago), marketing, now)
        for portion in in_batches(list(groups)):
            members.add(session, campaign=campaign, subject_ids=portion, sent_on=campaign.starts_on, actor=marketing, now=now)
        _let_respond(session, inventor, campaign, groups, today, marketing, now)
        resonance.release(session, campaign=campaign, day=today, now=now)


def _find_groups(session: Session, now: datetime) -> Mapping[str, str]:
    """Return the customer group of each person whom the purpose may use."""
    people = {subject_id: segment or "" for subject_id, segment in session.execute(select(Contact.subject_id, Contact.segment))}
    purpose = purposes.find_all(session).get(_PURPOSE)
    allowed: set[str] = set()
    for portion in in_batches(list(people)):
        allowed |= work_texts.find_allowed(session, portion, purpose=purpose, now=now)
    return {subject_id: segment for subject_id, segment in people.items() if subject_id in allowed}


def _add(session: Session, name: str, kind: str, starts_on: date, actor: Actor, now: datetime) -> Campaign:
    new = CampaignEntry(name=name, kind=kind, purpose=_PURPOSE, starts_on=starts_on, ends_on=starts_on + timedelta(days=28))
    token = f"{starts_on.toordinal():032x}"
    return entry.get_campaign(
        session, campaign_id=entry.create(session, entry=new, form=SentForm(token, {"name": name}), actor=actor, now=now)
    )  # fmt: skip


def _let_respond(
    session: Session, inventor: Inventor, campaign: Campaign, groups: Mapping[str, str], today: date, actor: Actor, now: datetime
) -> None:
    purpose, met = purposes.find_all(session).get(_PURPOSE), Counter[str]()
    for subject_id in _members(session, campaign):
        way = inventor.chance.choices(list(_WAYS), list(_WAYS.values()))[0]
        day = campaign.starts_on + timedelta(days=inventor.chance.randrange(28))
        group = groups[subject_id]
        met[group] += 1
        if floor(met[group] * _KEEN.get(group, _USUAL)) == floor((met[group] - 1) * _KEEN.get(group, _USUAL)):
            continue
        response = Response(way=way, responded_on=min(day, today))
        responding.enter(
            session, campaign=campaign, subject_id=subject_id, response=response, purpose=purpose, today=today, actor=actor, now=now
        )


def _members(session: Session, campaign: Campaign) -> Sequence[str]:
    """Return the members in the order in which they were taken in, which is the same every time."""
    found = select(Contact.subject_id).join(CampaignMember, CampaignMember.subject_id == Contact.subject_id)
    return session.scalars(found.where(CampaignMember.campaign_id == campaign.id).order_by(Contact.collected_at, Contact.subject_id)).all()
