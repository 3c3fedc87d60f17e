"""Setting who the controller is: each change adds a version, nothing is overwritten.

Source: Art. 5(2), 13(1)(a) DSGVO.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.privacy import policy_versions
from crm.privacy.errors import StaleVersionError
from crm.services.contacts.fields import clean, clean_line
from crm.services.controller import FACTS, KIND
from crm.settings import FEDERAL_STATES
from crm.web_address import is_web_address

LONGEST: Final[Mapping[str, int]] = {  # characters; the names are those of the settings
    "organisation": 200,
    "organisation_address": 400,
    "authority": 400,
    "privacy_email": 200,
    "privacy_phone": 40,
    "imprint_url": 200,
    "federal_state": 2,
}


class OrganisationMissingError(InvalidInputError):
    """Nobody says who the controller is."""

    message = "Bitte geben Sie an, wie Ihr Unternehmen heißt, mit Rechtsform."


class NoWayToReachError(InvalidInputError):
    """People could not reach the controller (Art. 13(1)(a) DSGVO)."""

    message = "Bitte geben Sie mindestens einen Weg an, auf dem man Sie erreicht: Anschrift, E-Mail oder Telefon."


class ImprintAddressError(InvalidInputError):
    """Not the address of a page."""

    message = "Das ist keine Adresse einer Webseite. Sie sieht zum Beispiel so aus: https://www.example.com/impressum."


class StateUnknownError(InvalidInputError):
    """Not a federal state."""

    message = "Dieses Bundesland gibt es nicht. Wählen Sie eines aus der Liste, oder „keines“."


def change(session: Session, *, facts: Mapping[str, str], expected_version: int, actor: Actor, now: datetime) -> bool:
    """Set the facts anew and return whether that changed anything; an empty one is none.

    Raises:
        StaleVersionError: somebody else changed them since they were opened.
        InvalidInputError: names the field that cannot be taken.
    """
    if policy_versions.find_newest(session, KIND, FACTS).version != expected_version:
        raise StaleVersionError
    return policy_versions.append(session, KIND, FACTS, _clean(facts), actor=actor, now=now)


def _clean(facts: Mapping[str, str]) -> dict[str, str | None]:
    cleaned: dict[str, Any] = {
        name: clean_line(facts.get(name, ""), field=name, longest=longest) or None for name, longest in LONGEST.items()
    }
    if not cleaned["organisation"]:
        raise OrganisationMissingError(field="organisation")
    if not any(cleaned[name] for name in ("organisation_address", "privacy_email", "privacy_phone")):
        raise NoWayToReachError(field="organisation_address")
    _require_way(cleaned, "privacy_email", "email")
    _require_way(cleaned, "privacy_phone", "phone")
    if cleaned["imprint_url"] and not is_web_address(cleaned["imprint_url"]):
        raise ImprintAddressError(field="imprint_url")
    if cleaned["federal_state"] not in {None, *FEDERAL_STATES}:
        raise StateUnknownError(field="federal_state")
    return cleaned


def _require_way(cleaned: dict[str, Any], name: str, like: str) -> None:
    """Take an address or a number as those of people are taken."""
    if cleaned[name]:
        try:
            cleaned[name] = clean({like: cleaned[name]})[like]
        except InvalidInputError as fault:
            raise type(fault)(field=name) from fault
