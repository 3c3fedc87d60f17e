"""Whom a campaign may reach, and that somebody responded to it (Direktwerbung, Resonanz).

Source: Art. 6(1), 18(2), 21(2), (3) DSGVO; § 7 UWG.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import in_batches
from crm.models.campaign import Campaign, CampaignMember, ResponseWay
from crm.privacy import audit, lawfulness
from crm.privacy.actions import Action
from crm.privacy.lawfulness import PersonState, Standing
from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel, Purpose


def standing(campaign: Campaign, purpose: Purpose, state: PersonState | None, *, now: datetime) -> Standing:
    """Return what stands against reaching a person; where the kind of campaign is a way to people, that way has to be open."""
    if state is None:
        return Standing.ERASED
    if campaign.kind in set(Channel):
        return lawfulness.channel_standing(purpose, Channel(campaign.kind), state, now=now)
    return lawfulness.standing(purpose, state, now=now)


def may_be_sent(campaign: Campaign, purpose: Purpose, state: PersonState | None, *, now: datetime) -> bool:
    """Say whether a person may be sent a personal link of a campaign: not whoever objects to advertising as such, whatever the purpose.

    That covers the suppression list: who comes in with an address on it, or gets one, does so with an objection (`crm.privacy.screening`).
    """
    if state is None or Objection(DIRECT_MARKETING) in state.objections:
        return False
    return standing(campaign, purpose, state, now=now) is Standing.ALLOWED


def find_reachable(session: Session, *, campaign: Campaign, purpose: Purpose, subject_ids: Sequence[str], now: datetime) -> list[str]:
    """Return who of these people may be sent a personal link of the campaign now, in order."""
    reachable: list[str] = []
    for batch in in_batches(subject_ids):
        states = lawfulness.find_states(session, batch, now=now)
        reachable += [each for each in batch if may_be_sent(campaign, purpose, states.get(each), now=now)]
    return reachable


def enter_response(
    session: Session,
    *,
    campaign: Campaign,
    subject_id: str,
    way: ResponseWay,
    responded_on: date,
    purpose: Purpose,
    actor: Actor,
    now: datetime,
) -> bool:
    """Enter the response of a member; the first counts, and again changes nothing. Return whether the campaign reached them at all."""
    mine = (CampaignMember.campaign_id == campaign.id, CampaignMember.subject_id == subject_id)
    member = session.scalars(select(CampaignMember).where(*mine)).one_or_none()
    if member is None or member.has_responded:
        return member is not None
    member.has_responded, member.responded_on, member.response_way = True, responded_on, way
    session.flush()
    audit.record(
        session,
        Action.CAMPAIGN_RESPONSE_ENTERED,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        kind=way,
    )
    return True
