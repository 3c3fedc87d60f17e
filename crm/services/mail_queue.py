"""How the mail is doing: what waits too long, what was given up, and of what nobody knows whether it arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
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
    since = now - _RECENT
    recent = (
        select(OutboxMessage.state, func.count().label("number"))
        .where(or_(OutboxMessage.due_at > since, OutboxMessage.answered_at > since))  # what waited out a standstill is older
        .group_by(OutboxMessage.state)
    )
    counts = {row.state: row.number for row in session.execute(recent)}
    oldest = session.scalar(select(func.min(OutboxMessage.written_at)).where(OutboxMessage.state == MailState.WAITING))
    return MailTrouble(counts.get(MailState.MAYBE_SENT, 0), counts.get(MailState.GIVEN_UP, 0), oldest)
