"""Campaigns come in and change."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError, NotFoundError
from crm.models.campaign import Campaign
from crm.privacy import audit, disclosure, purposes
from crm.privacy.actions import Action
from crm.privacy.errors import StaleVersionError
from crm.services import forms, work_rules
from crm.services.contacts.fields import clean_line
from crm.services.forms import SentForm

LONGEST_NAME = 120
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2100, 12, 31)


class CampaignNameMissingError(InvalidInputError):
    """A campaign needs a name."""

    message = "Bitte geben Sie der Kampagne einen Namen."


class CampaignKindError(InvalidInputError):
    """The kind is none of those in the rules of work."""

    message = "Diese Art von Kampagne gibt es nicht. Wählen Sie eine aus der Liste."


class CampaignStartError(InvalidInputError):
    """The day on which it begins is missing or no date."""

    message = "Bitte geben Sie an, wann die Kampagne beginnt, zum Beispiel 31.12.2027."


class CampaignDayError(InvalidInputError):
    """What was typed as a day is none."""

    message = "Das ist kein Tag. Schreiben Sie ihn zum Beispiel so: 31.12.2027, oder lassen Sie das Feld leer."


class CampaignYearError(InvalidInputError):
    """No campaign is that old or that far ahead: a slip."""

    message = "Das Jahr kann nicht stimmen. Geben Sie einen Tag von 2000 bis 2100 an."


class CampaignEndError(InvalidInputError):
    """It would end before it begins."""

    message = "Die Kampagne würde enden, bevor sie beginnt. Prüfen Sie beide Tage."


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEntry:
    """What somebody typed into the form.

    Attributes:
        purpose: code of the purpose; it stays as it is once the campaign exists, because its members were chosen for it.
    """

    name: str
    kind: str
    purpose: str
    starts_on: date | None
    ends_on: date | None


def get_campaign(session: Session, *, campaign_id: str) -> Campaign:
    """Return a campaign.

    Raises:
        NotFoundError: there is none.
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFoundError
    return campaign


def check(session: Session, *, entry: CampaignEntry) -> list[InvalidInputError]:
    """Return what is wrong with the fields, all of it."""
    faults: list[InvalidInputError] = []
    try:
        if not clean_line(entry.name, field="name", longest=LONGEST_NAME):
            faults.append(CampaignNameMissingError(field="name"))
    except InvalidInputError as fault:
        faults.append(fault)
    if entry.kind not in work_rules.find(session).campaign_kinds:
        faults.append(CampaignKindError(field="kind"))
    if entry.starts_on is None:
        faults.append(CampaignStartError(field="starts_on"))
    faults += [CampaignYearError(field=name) for name in ("starts_on", "ends_on") if not _is_sensible(getattr(entry, name))]
    if entry.starts_on is not None and entry.ends_on is not None and entry.ends_on < entry.starts_on:
        faults.append(CampaignEndError(field="ends_on"))
    return faults


def create(session: Session, *, entry: CampaignEntry, form: SentForm, actor: Actor, now: datetime) -> str:
    """Take in a campaign and return its id; the same form sent again makes nothing.

    Raises:
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    campaign_id = forms.key_of(session, form)
    if session.get(Campaign, campaign_id):
        return campaign_id
    disclosure.require_role(purposes.find_all(session).get(entry.purpose), actor)
    starts_on = _require_sound(session, entry)
    with forms.sent_twice_is_known():
        session.add(
            Campaign(
                id=campaign_id,
                name=_name(entry),
                kind=entry.kind,
                purpose=entry.purpose,
                starts_on=starts_on,
                ends_on=entry.ends_on,
                created_at=now,
                created_by=actor.pseudonym,
            )
        )
        session.flush()
    audit.record(session, Action.CAMPAIGN_CREATED, actor=actor, now=now, kind=entry.kind, purpose=entry.purpose)
    return campaign_id


def change(session: Session, *, campaign_id: str, entry: CampaignEntry, expected_version: int, actor: Actor, now: datetime) -> None:
    """Change name, kind and days of a campaign.

    Raises:
        NotFoundError: there is none.
        InvalidInputError: what was typed cannot be taken.
        StaleVersionError: somebody else changed it since it was opened.
    """
    campaign = get_campaign(session, campaign_id=campaign_id)
    starts_on = _require_sound(session, entry)
    values = {"name": _name(entry), "kind": entry.kind, "starts_on": starts_on, "ends_on": entry.ends_on, "version": expected_version + 1}
    mine = (Campaign.id == campaign_id, Campaign.version == expected_version)
    if session.execute(update(Campaign).where(*mine).values(values).returning(Campaign.id)).first() is None:
        raise StaleVersionError
    audit.record(session, Action.CAMPAIGN_CHANGED, actor=actor, now=now, kind=entry.kind, purpose=campaign.purpose)


def _is_sensible(day: date | None) -> bool:
    return day is None or _FIRST_DAY <= day <= _LAST_DAY


def _name(entry: CampaignEntry) -> str:
    return clean_line(entry.name, field="name", longest=LONGEST_NAME)


def _require_sound(session: Session, entry: CampaignEntry) -> date:
    faults = check(session, entry=entry)
    if faults:
        raise faults[0]
    if entry.starts_on is None:
        raise CampaignStartError(field="starts_on")
    return entry.starts_on
