"""Campaigns that reached the person, on the contact page: who responded, and the form that enters it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from crm.services.campaigns.responding import ENTERED_WAYS, OwnCampaign
from crm.site.view_models import Option
from crm.web.campaigns.words import WAY_TITLES
from crm.web.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignOfPerson:
    """One campaign; `enter_url` is None once a response is entered."""

    name: str
    starts_on: date
    responded_on: date | None
    way: str
    enter_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsView:
    """The campaigns, and what their forms carry."""

    rows: tuple[CampaignOfPerson, ...]
    ways: tuple[Option, ...]
    purpose: str
    today: date


def make_campaigns(desk: Desk, subject_id: str, found: Sequence[OwnCampaign]) -> CampaignsView | None:
    """Return the section, or None where no campaign reached the person."""
    if not found:
        return None
    rows = tuple(
        CampaignOfPerson(
            name=each.name,
            starts_on=each.starts_on,
            responded_on=each.responded_on,
            way=str(WAY_TITLES.get(each.way or "", "")),
            enter_url=None if each.responded_on else url_for("campaigns.enter_for_person", subject_id=subject_id, campaign_id=each.id),
        )
        for each in found
    )
    ways = tuple(Option(each, str(WAY_TITLES[each])) for each in ENTERED_WAYS)
    return CampaignsView(rows=rows, ways=ways, purpose=desk.purpose.code, today=desk.today)
