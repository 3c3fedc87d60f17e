"""What goes from the letterbox by time alone: objections that nobody confirmed, links and copies whose time is over.

Requests that nobody confirmed go with the run of the Löschkonzept, by their rule (`erasure.unconfirmed`).

Source: Art. 5(1)(c), (e) DSGVO.
"""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Delete, delete
from sqlalchemy.orm import Session

from crm.models.intake import IntakeMessage, MailCount
from crm.privacy import audit, due, links, suppression
from crm.privacy.actions import Action
from crm.privacy.intake.letterbox import ACTOR
from crm.privacy.requests import packages

_SET_ASIDE_FOR: Final = timedelta(days=90)  # time to look into what was tampered with
_COUNTED_FOR: Final = timedelta(days=2)


def lapse(session: Session, *, now: datetime) -> int:
    """Let go of what has had its time; return how many objections nobody confirmed."""
    addresses = suppression.release_unconfirmed(session, actor=ACTOR, now=now)
    packages.let_expire(session, today=now.astimezone(due.zone_of(session)).date(), actor=ACTOR, now=now)
    forgotten = links.forget_over(session, now=now)
    session.execute(delete(MailCount).where(MailCount.day < (now - _COUNTED_FOR).date()))
    forgotten += _delete(session, delete(IntakeMessage).where(IntakeMessage.set_aside_at <= now - _SET_ASIDE_FOR))
    if forgotten:
        audit.record(session, Action.INTAKE_FORGOTTEN, actor=ACTOR, now=now, count=forgotten)
    return addresses


def _delete(session: Session, statement: Delete) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
