"""One contact as a card that leaves: what the purpose opens, and the company where it is a legal person."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.company import Company
from crm.models.contact import Contact
from crm.privacy import exporting
from crm.privacy.purposes import Purpose


def open_card(session: Session, *, subject_id: str, purpose: Purpose, actor: Actor, now: datetime) -> tuple[Mapping[str, str], str]:
    """Return fields and company of a person; one entry.

    Raises:
        PrivacyError, ErasedError: what stands against it.
    """
    fields = exporting.open_card(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    employer = select(Company.name).join(Contact, Contact.company_id == Company.id).where(Contact.subject_id == subject_id)
    return fields, session.scalar(employer) or ""
