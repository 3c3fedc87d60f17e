"""Persönlicher Link zum Widerspruch: staff hand it to a person, who then stops advertising without typing an address.

Source: Art. 12(2), 21(2), (4) DSGVO.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import NotAllowedError
from crm.privacy import purposes
from crm.privacy.intake import way_out
from crm.privacy.intake.way_out import WayOut
from crm.services.contacts.view import find_allowing
from crm.settings import Settings


class LinkNotYoursError(NotAllowedError):
    """Neither does the actor's role see the person for advertising, nor does it hold the desk of requests."""

    message = "Diesen Link gibt aus, wer die Person für Werbung ansprechen darf, oder die Datenschutzkoordination. Bitten Sie diese darum."


def may_issue(session: Session, *, subject_id: str, actor: Actor, now: datetime) -> bool:
    """Say whether this actor hands out links for this person: the coordinator, and whoever may advertise to them.

    Raises:
        NotFoundError, ErasedError: there is no such contact, or no more.
    """
    allowing = find_allowing(session, subject_id=subject_id, purposes=purposes.find_all(session), actor=actor, now=now)
    return actor.role is Role.PRIVACY or any(each.direct_marketing for each in allowing)


def issue(session: Session, *, subject_id: str, settings: Settings, actor: Actor, now: datetime) -> WayOut:
    """Make one link, to be shown once and handed over; no field of the person is opened.

    Raises:
        LinkNotYoursError: this actor hands out none for this person.
        NotFoundError, ErasedError: there is no such contact, or no more.
    """
    if not may_issue(session, subject_id=subject_id, actor=actor, now=now):
        raise LinkNotYoursError
    return way_out.issue(session, subject_id=subject_id, settings=settings, actor=actor, now=now)
