"""Whom a campaign reaches: people of a customer group whom its purpose may use now, as numbers and never as a list."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import in_batches, new_id
from crm.errors import InvalidInputError
from crm.models.campaign import Campaign, CampaignMember
from crm.models.company import Company
from crm.models.contact import Contact
from crm.privacy import audit, disclosure, lawfulness, outreach, purposes
from crm.privacy.actions import Action
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Purpose
from crm.services.campaigns.rough import find_rough

EXCLUSIONS = (Standing.OBJECTED, Standing.RESTRICTED, Standing.MISSING)  # the erased belong to no group


class GroupUnknownError(InvalidInputError):
    """No customer group was chosen, or nobody belongs to it."""

    message = "Zu dieser Kundengruppe gehört niemand. Wählen Sie eine aus der Liste."


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A customer group before a campaign; its numbers are rough (`crm.services.campaigns.rough`), None for very few or nobody.

    Attributes:
        ids: whom the campaign may reach and does not yet; for the program, no page shows them or counts them.
        number: how many they are.
        excluded: how many it may not reach, by what stands against it: each reason is there, whether it stands against anybody or not.
        present: how many are members already.
    """

    ids: tuple[str, ...]
    number: int | None
    excluded: Mapping[Standing, int | None]
    present: int | None


def find_audience(session: Session, *, campaign: Campaign, group: str, actor: Actor, now: datetime) -> Audience:
    """Return about how many of a customer group the campaign may reach now, and why not the others.

    Raises:
        GroupUnknownError: nobody belongs to it.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    purpose = purposes.find_all(session).get(campaign.purpose)
    disclosure.require_role(purpose, actor)
    is_member = exists().where(CampaignMember.campaign_id == campaign.id, CampaignMember.subject_id == Contact.subject_id)
    of_group = select(Contact.subject_id, is_member).outerjoin(Company, Company.id == Contact.company_id)
    rows = session.execute(of_group.where(_belongs_to(group)).order_by(Contact.subject_id)).all()
    if not group or not rows:
        raise GroupUnknownError(field="group")
    by_standing = _sort_out(session, [subject_id for subject_id, member in rows if not member], campaign, purpose, now)
    present = [subject_id for subject_id, member in rows if member]

    def roughly(part: str, subject_ids: Sequence[str]) -> int | None:
        return find_rough(session, len(subject_ids), about=(purpose.code, campaign.kind, part, *subject_ids))

    return Audience(
        ids=tuple(by_standing[Standing.ALLOWED]),
        number=roughly(Standing.ALLOWED, by_standing[Standing.ALLOWED]),
        excluded={each: roughly(each, by_standing[each]) for each in EXCLUSIONS},
        present=roughly("present", present),
    )


def add(session: Session, *, campaign: Campaign, subject_ids: Sequence[str], sent_on: date, actor: Actor, now: datetime) -> int:
    """Enter one portion of an audience as reached, and return their number; who may not be reached any more is left out.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    purpose = purposes.find_all(session).get(campaign.purpose)
    disclosure.require_role(purpose, actor)
    allowed = _sort_out(session, subject_ids, campaign, purpose, now)[Standing.ALLOWED]
    groups = dict(
        session.execute(
            select(Contact.subject_id, _GROUP).outerjoin(Company, Company.id == Contact.company_id).where(Contact.subject_id.in_(allowed))
        ).all()
    )
    rows = [
        {
            "id": new_id(),
            "campaign_id": campaign.id,
            "subject_id": each,
            "segment": groups.get(each),
            "has_responded": False,
            "sent_on": sent_on,
        }
        for each in allowed
    ]
    if not rows:
        return 0
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(CampaignMember).values(rows).on_conflict_do_nothing().returning(CampaignMember.subject_id)
    added = [each for each in session.scalars(statement) if each]  # a colleague may have entered some of them at this moment
    audit.record(session, Action.CAMPAIGN_MEMBERS_ADDED, actor=actor, now=now, subjects=added, purpose=purpose.code, basis=purpose.basis)
    return len(added)


_GROUP = func.coalesce(Contact.segment, Company.segment)


def _belongs_to(group: str) -> ColumnElement[bool]:
    return or_(Contact.segment == group, and_(Contact.segment.is_(None), Company.segment == group))


def _sort_out(
    session: Session, subject_ids: Sequence[str], campaign: Campaign, purpose: Purpose, now: datetime
) -> Mapping[Standing, list[str]]:
    sorted_out: dict[Standing, list[str]] = defaultdict(list)
    for batch in in_batches(subject_ids):
        states = lawfulness.find_states(session, batch, now=now)
        for each in batch:
            sorted_out[outreach.standing(campaign, purpose, states.get(each), now=now)].append(each)
    return sorted_out
