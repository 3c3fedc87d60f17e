"""Persönlicher Link zum Widerspruch: staff hand it to a person, who then stops advertising without typing an address.

Source: Art. 12(2), 21(2), (4) DSGVO.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import NotAllowedError
from crm.privacy import lawfulness, purposes
from crm.privacy.intake import way_out
from crm.privacy.intake.way_out import WayOut
from crm.privacy.lawfulness import PersonState, Standing
from crm.privacy.purposes import Purposes
from crm.services.contacts.view import get_contact
from crm.settings import Settings


class LinkNotYoursError(NotAllowedError):
    """Neither does the actor's role see the person for advertising, nor does it hold the desk of requests."""

    message = "Diesen Link gibt aus, wer die Person für Werbung ansprechen darf, oder die Datenschutzkoordination. Bitten Sie diese darum."


def may_issue(state: PersonState, known: Purposes, *, actor: Actor, now: datetime) -> bool:
    """Say whether this actor hands out links for a person in this state: the coordinator, and whoever may advertise to them."""
    allowing = (each for each in known.of_role(actor.role) if lawfulness.standing(each, state, now=now) is Standing.ALLOWED)
    return actor.role is Role.PRIVACY or any(each.direct_marketing for each in allowing)


def issue(session: Session, *, subject_id: str, settings: Settings, actor: Actor, now: datetime) -> WayOut:
    """Make one link, to be shown once and handed over; no field of the person is opened.

    Raises:
        LinkNotYoursError: this actor hands out none for this person.
        NotFoundError, ErasedError: there is no such contact, or no more.
    """
    get_contact(session, subject_id=subject_id)
    state = lawfulness.find_states(session, [subject_id], now=now)[subject_id]
    if not may_issue(state, purposes.find_all(session), actor=actor, now=now):
        raise LinkNotYoursError
    return way_out.issue(session, subject_id=subject_id, settings=settings, actor=actor, now=now)
