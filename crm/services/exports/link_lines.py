"""What stands in a file of personal links: each line with a link of its own, made with the line, whose token is kept nowhere else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.campaign import Campaign
from crm.models.export_file import ExportFile
from crm.privacy import exporting, outreach
from crm.privacy.intake import response_links
from crm.privacy.purposes import Purpose
from crm.services.campaigns.entry import get_campaign
from crm.settings import Settings

LINK: Final = "response_link"  # the column that every such file has


def campaign_of(session: Session, file: ExportFile) -> Campaign:
    """Return the campaign of a file of links."""
    return get_campaign(session, campaign_id=file.campaign_id or "")


def find_allowed(session: Session, file: ExportFile, subject_ids: Sequence[str], *, purpose: Purpose, now: datetime) -> set[str]:
    """Return who of these people may be in the file: whom its campaign may send a link."""
    campaign = campaign_of(session, file)
    return set(outreach.find_reachable(session, campaign=campaign, purpose=purpose, subject_ids=subject_ids, now=now))


def make(
    session: Session, file: ExportFile, subject_ids: Sequence[str], *, purpose: Purpose, settings: Settings, actor: Actor, now: datetime
) -> Mapping[str, Mapping[str, str]]:
    """Open the fields of these people, each with a new link; the export is entered as a whole when it is made."""
    opened = exporting.open_fields(session, subject_ids=subject_ids, purpose=purpose, actor=actor)
    campaign = campaign_of(session, file)
    addresses = response_links.issue(session, campaign=campaign, subject_ids=list(opened), settings=settings, now=now)
    return {each: {**fields, LINK: addresses[each]} for each, fields in opened.items()}
