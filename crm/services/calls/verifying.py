"""How a caller was recognised, before anything is told. Name and date of birth alone are no way: whoever knows somebody knows both.

Source: Art. 32(1)(b), (4) DSGVO; LG Bonn, 11.11.2020, 29 OWi 1/20.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_access, require_role
from crm.privacy.purposes import Purpose
from crm.services.work_customers import Chosen


class Recognised(StrEnum):
    """By what somebody was recognised."""

    INVOICE = "invoice_number"  # number and amount of an invoice
    TICKET = "ticket_number"
    CALLBACK = "callback"  # we called the number we knew before
    NOT = "not_recognised"


class RecognisedError(InvalidInputError):
    """None of the ways there are."""

    message = "Bitte wählen Sie, woran Sie die Person erkannt haben."


def note(session: Session, *, caller: Chosen, by: str, purpose: Purpose, actor: Actor, now: datetime) -> Recognised:
    """Enter by what a caller was recognised, or that they could not be.

    Raises:
        RecognisedError: there is no such way.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    if by not in set(Recognised):
        raise RecognisedError(field="by")
    require_role(purpose, actor)
    if caller.subject_id:
        require_access(session, subject_id=caller.subject_id, purpose=purpose, actor=actor, now=now)
    audit.record(
        session,
        Action.CALLER_VERIFIED,
        actor=actor,
        now=now,
        subject_id=caller.subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        result=by,
    )
    return Recognised(by)
