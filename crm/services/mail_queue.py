"""How the mail is doing: what waits too long, what was given up, and of what nobody knows whether it arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.mail import MailState, OutboxMessage

_RECENT: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Numbers of the last 14 days, and since when the oldest message waits."""

    maybe_sent: int
    given_up: int
    waiting_since: datetime | None


def find_trouble(session: Session, *, now: datetime) -> MailTrouble:
    """Return how the mail is doing; nothing of whom it is for."""
    recent = (
        select(OutboxMessage.state, func.count().label("number"))
        .where(OutboxMessage.written_at > now - _RECENT)
        .group_by(OutboxMessage.state)
    )
    counts = {row.state: row.number for row in session.execute(recent)}
    oldest = session.scalar(select(func.min(OutboxMessage.written_at)).where(OutboxMessage.state == MailState.WAITING))
    return MailTrouble(counts.get(MailState.MAYBE_SENT, 0), counts.get(MailState.GIVEN_UP, 0), oldest)
