"""What goes from the letterbox by time alone: objections that nobody confirmed, links whose time is over.

Requests that nobody confirmed go with the run of the Löschkonzept, by their rule (`erasure.unconfirmed`).

Source: Art. 5(1)(c), (e) DSGVO.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from crm.models.intake import IntakeMessage, MailCount, PersonalLink
from crm.privacy import suppression
from crm.privacy.intake.objecting import ACTOR

_SET_ASIDE_FOR: Final = timedelta(days=90)  # time to look into what was tampered with
_COUNTED_FOR: Final = timedelta(days=2)


def lapse(session: Session, *, now: datetime) -> int:
    """Let go of what has had its time; return how many objections nobody confirmed."""
    addresses = suppression.release_unconfirmed(session, actor=ACTOR, now=now)
    session.execute(delete(PersonalLink).where(PersonalLink.expires_at <= now))
    session.execute(delete(MailCount).where(MailCount.day < (now - _COUNTED_FOR).date()))
    session.execute(delete(IntakeMessage).where(IntakeMessage.set_aside_at <= now - _SET_ASIDE_FOR))
    return addresses
