"""The outbox: mail waits in a table, so that an act and its mail happen together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, RowId, goes, personal

# After these waits a message that the server did not take is given up.
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))

_LONGEST_WAIT = timedelta(days=3)
_KEPT = timedelta(days=90)


class MailState(StrEnum):
    """Where a message is. `handing_over` that outlives its worker is never sent again: it may have arrived."""

    WAITING = "waiting"
    HANDING_OVER = "handing_over"
    ACCEPTED = "accepted"
    GIVEN_UP = "given_up"


class OutboxMessage(Base):
    """One mail to one address; address and text are sealed."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_state", "state", "due_at"), {"info": goes()})

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    # Whose data the mail may hold, so that an erasure finds what still waits; no foreign key, because the outbox knows no people.
    subject_id: Mapped[str | None] = mapped_column(String(32), index=True, info=personal(Category.LINK))
    sealed_letter: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.STAFF))
    state: Mapped[str] = mapped_column(String(14), info=NOT_PERSONAL)
    attempts: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    written_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    due_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    accepted_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))


def enqueue(session: Session, *, message_id: str, kind: str, sealed_letter: bytes, now: datetime, subject_id: str | None = None) -> None:
    """Put a sealed letter into the outbox, in the transaction of the act it tells of."""
    session.add(
        OutboxMessage(
            id=message_id,
            kind=kind,
            subject_id=subject_id,
            sealed_letter=sealed_letter,
            state=MailState.WAITING,
            attempts=0,
            written_at=now,
            due_at=now,
        )
    )


def claim(session: Session, *, now: datetime, limit: int = 20) -> Sequence[OutboxMessage]:
    """Take messages that are due; commit before handing them over, so that a crash sends none twice."""
    _give_up_old(session, now)
    due = select(OutboxMessage).where(OutboxMessage.state == MailState.WAITING, OutboxMessage.due_at <= now)
    messages = session.scalars(due.order_by(OutboxMessage.due_at).limit(limit).with_for_update(skip_locked=True)).all()
    for message in messages:
        message.state = MailState.HANDING_OVER
        message.attempts += 1
    return messages


def _give_up_old(session: Session, now: datetime) -> None:
    """Let go of mail that waited so long, for want of a server, that it would only confuse; rows go after 90 days."""
    waited = (OutboxMessage.state == MailState.WAITING, OutboxMessage.written_at < now - _LONGEST_WAIT)
    session.execute(update(OutboxMessage).where(*waited).values(state=MailState.GIVEN_UP, sealed_letter=None))
    session.execute(delete(OutboxMessage).where(OutboxMessage.written_at < now - _KEPT))


def is_claimed(session: Session, *, message_id: str) -> bool:
    """Say whether a message that was taken is still to be handed over: an erasure takes away what waits."""
    state = session.scalar(select(OutboxMessage.state).where(OutboxMessage.id == message_id))
    return state == MailState.HANDING_OVER


@dataclass(frozen=True, slots=True)
class MailFate:
    """Where a message is; `accepted_at` once the server has taken it."""

    state: MailState
    accepted_at: datetime | None


def find_fates(session: Session, message_ids: Sequence[str]) -> dict[str, MailFate]:
    """Return where these messages are; what went with an erasure, or is older than 90 days, is absent."""
    columns = (OutboxMessage.id, OutboxMessage.state, OutboxMessage.accepted_at)
    rows = session.execute(select(*columns).where(OutboxMessage.id.in_(message_ids)))
    return {row.id: MailFate(MailState(row.state), row.accepted_at) for row in rows}


def settle(session: Session, *, message_id: str, accepted: bool, now: datetime) -> None:
    """Note that the server took a message, or that it has to be tried again later; what is done loses its text.

    A message that an erasure took away while it was handed over stays away.
    """
    message = session.get(OutboxMessage, message_id)
    if message is None:
        return
    if accepted:
        done = {"state": MailState.ACCEPTED, "accepted_at": now, "sealed_letter": None}
    elif message.attempts > len(_WAITS):
        done = {"state": MailState.GIVEN_UP, "sealed_letter": None}
    else:
        done = {"state": MailState.WAITING, "due_at": now + _WAITS[message.attempts - 1]}
    session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(**done))
