"""What goes from the letterbox by time alone: requests and objections that nobody confirmed, links whose time is over.

Source: Art. 5(1)(c), (e) DSGVO; RET-02.
"""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from crm.models.intake import IntakeMessage, MailCount, PendingRequest, PersonalLink
from crm.models.request_case import CaseKind
from crm.privacy import audit, suppression
from crm.privacy.actions import Action
from crm.privacy.intake.objecting import ACTOR

_SET_ASIDE_FOR: Final = timedelta(days=90)  # time to look into what was tampered with
_COUNTED_FOR: Final = timedelta(days=2)


def lapse(session: Session, *, now: datetime) -> int:
    """Let go of everything unconfirmed whose time is over; return how many requests and objections that were."""
    requests = _delete(session, delete(PendingRequest).where(PendingRequest.expires_at <= now))
    if requests:
        audit.record(session, Action.REQUEST_LAPSED, actor=ACTOR, now=now, kind=CaseKind.ERASURE, count=requests)
    addresses = suppression.release_unconfirmed(session, actor=ACTOR, now=now)
    _delete(session, delete(PersonalLink).where(PersonalLink.expires_at <= now))
    _delete(session, delete(MailCount).where(MailCount.day < (now - _COUNTED_FOR).date()))
    _delete(session, delete(IntakeMessage).where(IntakeMessage.set_aside_at <= now - _SET_ASIDE_FOR))
    return requests + addresses


def _delete(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
