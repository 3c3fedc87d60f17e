"""Somebody responded to a campaign, and staff enter it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.campaign import Campaign, CampaignMember, ResponseWay
from crm.models.contact import Lookup
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure, outreach, purposes
from crm.privacy.purposes import Channel, Purpose
from crm.search.exact import exact_email, exact_phone
from crm.vault import Vault

LONGEST_ADDRESS = 200  # characters of what somebody is found by
ENTERED_WAYS = (ResponseWay.REPLY, ResponseWay.ORDER, ResponseWay.HAND)  # a link enters itself
_OF_PERSON = (
    select(Campaign.id, Campaign.name, Campaign.starts_on, CampaignMember.responded_on, CampaignMember.response_way)
    .join(CampaignMember, CampaignMember.campaign_id == Campaign.id)
    .where(CampaignMember.subject_id == bindparam("subject_id"))
    .order_by(Campaign.starts_on.desc(), Campaign.id)
)


class NoMemberError(InvalidInputError):
    """Nobody who was reached has this address, or the purpose does not show them; the two are not told apart."""

    message = "Unter dieser Adresse hat die Kampagne niemanden erreicht. Prüfen Sie die Schreibweise."


class ResponseWayError(InvalidInputError):
    """The way of responding is none that staff enter."""

    message = "Wählen Sie, wie die Person geantwortet hat: Antwort, Bestellung oder persönlich."


class ResponseDayError(InvalidInputError):
    """The day is missing, in the future, or before the campaign."""

    message = "An diesem Tag kann niemand auf die Kampagne geantwortet haben. Geben Sie einen Tag seit ihrem Beginn an, höchstens heute."


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How and when somebody responded."""

    way: str
    responded_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCampaign:
    """A campaign that reached one person, for the page of that person."""

    id: str
    name: str
    starts_on: date
    responded_on: date | None
    way: str | None


def find_member(session: Session, *, campaign: Campaign, address: str, actor: Actor, now: datetime) -> str:
    """Return the member with this e-mail address or phone number; one entry, also where there is none.

    Asked for in a unit of work that only reads, because the entry has to stay when nobody is found.

    Returns an empty text where it is not exactly one, or the purpose may not use their data: raising would lose the entry.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    purpose = purposes.find_all(session).get(campaign.purpose)
    members = _find_members(session, campaign, address, purpose)
    allowed = disclosure.open_people(session, subject_ids=members, groups=(), purpose=purpose, actor=actor, now=now)
    return allowed[0].subject_id if len(allowed) == 1 else ""


def enter(
    session: Session, *, campaign: Campaign, subject_id: str, response: Response, purpose: Purpose, today: date, actor: Actor, now: datetime
) -> None:
    """Enter the response of a person; the first counts, and a form that comes twice changes nothing.

    Args:
        purpose: of the page on which it is entered.

    Raises:
        InvalidInputError: way or day cannot be, or the campaign did not reach them.
        PurposeNotAllowedError, NoLawfulBasisError …: as the door says.
    """
    disclosure.require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    require_possible(campaign, response, today)
    _enter(session, campaign, subject_id, response, purpose, actor, now)


def find_of_person(session: Session, *, subject_id: str) -> tuple[OwnCampaign, ...]:
    """Return the campaigns that reached a person, the latest first; the caller has opened the door to them."""
    rows = session.execute(_OF_PERSON, {"subject_id": subject_id})
    return tuple(OwnCampaign(id=id_, name=name, starts_on=start, responded_on=day, way=way) for id_, name, start, day, way in rows)


def require_possible(campaign: Campaign, response: Response, today: date) -> None:
    """Refuse a way or a day that cannot be.

    Raises:
        ResponseWayError, ResponseDayError: which it is.
    """
    if response.way not in ENTERED_WAYS:
        raise ResponseWayError(field="way")
    if response.responded_on is None or not campaign.starts_on <= response.responded_on <= today:
        raise ResponseDayError(field="responded_on")


def _find_members(session: Session, campaign: Campaign, address: str, purpose: Purpose) -> Sequence[str]:
    vault = Vault.of(session)
    typed = ((Channel.EMAIL, FieldGroup.EMAIL, exact_email(address)), (Channel.PHONE, FieldGroup.PHONE, exact_phone(address)))
    tags = [
        (channel, tag)
        for channel, group, exact in typed
        if exact and group in purpose.groups
        for tag in vault.lookup_tags(channel, exact)
    ]  # fmt: skip
    if not tags:
        return ()
    same = or_(*(and_(Lookup.field == channel, Lookup.tag == tag) for channel, tag in tags))
    members = select(CampaignMember.subject_id).where(CampaignMember.campaign_id == campaign.id)
    return session.scalars(select(Lookup.subject_id).where(same, Lookup.subject_id.in_(members)).distinct()).all()


def _enter(
    session: Session, campaign: Campaign, subject_id: str, response: Response, purpose: Purpose, actor: Actor, now: datetime
) -> None:
    way, responded_on = ResponseWay(response.way), response.responded_on
    if responded_on is None:
        raise ResponseDayError(field="responded_on")
    facts: dict[str, Any] = {"way": way, "responded_on": responded_on, "purpose": purpose, "actor": actor, "now": now}
    if not outreach.enter_response(session, campaign=campaign, subject_id=subject_id, **facts):
        raise NoMemberError(field="address")
