"""On which terms people are taken in: for which purpose, from whose system, and what that makes due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.privacy_task import DECIDED_WITHIN
from crm.privacy.collection import Notice
from crm.privacy.due import find_end_of_prospect, last_day
from crm.privacy.periods import RetentionRule
from crm.privacy.purposes import Purpose, find_all
from crm.privacy.retention_rules import find_rules
from crm.services import staff_names
from crm.services.accounts.users import get_id_by_email


class Migration(StrEnum):
    """From whose system the data come."""

    OWN = "own"  # the controller's previous system: people were told when the data were collected
    THIRD_PARTY = "third-party"  # bought or received: people have to be told within a month (Art. 14)


class ConsentPurposeError(InvalidInputError):
    """Nobody can be imported for a purpose that rests on consent."""

    message = (
        "Der Zweck „%(purpose)s“ braucht von jeder Person eine nachweisbare Einwilligung; ein Import bringt keine mit. "
        "Wählen Sie den Zweck, für den Sie die Daten bisher genutzt haben."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one import; `rules` are the Löschregeln that hold as it begins."""

    purpose: Purpose
    migration: Migration
    owner_id: str | None
    actor: Actor
    rules: Mapping[str, RetentionRule]

    @property
    def notice(self) -> Notice:
        """Return what the people know: moving from one's own old system starts no timer, a received list does."""
        return Notice.EARLIER if self.migration is Migration.OWN else Notice.DUE


def find_terms(session: Session, *, purpose: str, migration: Migration, owner: str | None, actor: Actor) -> Terms:
    """Return the terms of an import.

    Args:
        owner: e-mail address of the account that everybody taken in belongs to.

    Raises:
        UnknownPurposeError, ConsentPurposeError: nobody can be taken in for this purpose.
        AccountNotFoundError, OwnerUnknownError: no such account, or it may not be given contacts.

    Source: Art. 6(1)(a), 7(1) DSGVO.
    """
    found = find_all(session).get(purpose)
    if found.needs_consent:
        raise ConsentPurposeError(field="purpose", purpose=found.title["de"])
    owner_id = get_id_by_email(session, owner) if owner else None
    if owner_id:
        staff_names.require_account(session, owner_id)
    return Terms(purpose=found, migration=migration, owner_id=owner_id, actor=actor, rules=find_rules(session))


def is_time_up(terms: Terms, *, last_contact_at: datetime, prospect: bool, zone: ZoneInfo, now: datetime) -> bool:
    """Return whether the retention period had ended before the import.

    Prospects go by their last contact; contact persons of a customer stay while the relation lasts, whose end no
    export tells.

    Args:
        terms: those of the import; whoever comes in for a contract is no prospect.

    Source: Art. 5(1)(e) DSGVO.
    """
    last = find_end_of_prospect(terms.rules, [terms.purpose], last_contact_at.astimezone(zone).date()) if prospect else None
    return last is not None and last < now.astimezone(zone).date()


def due_within_a_month(now: datetime, *, zone: ZoneInfo) -> date:
    """Return the last day for what an import leaves to people."""
    return last_day(now, within=DECIDED_WITHIN, zone=zone)
