"""The outbox: mail waits in a table, so that an act and its mail happen together or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, RowId, goes, personal

# A message that the server does not take now is tried again after these waits, then after the last one again. How often counts, not
# how old it is: while the worker stands still nobody tries, and a message that nobody tried to send is not given up.
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
_MOST_ATTEMPTS = 11  # they take three days

KEPT = timedelta(days=90)
_READ_AT_ONCE = 5_000


class MailState(StrEnum):
    """Where a message is."""

    WAITING = "waiting"
    HANDING_OVER = "handing_over"
    ACCEPTED = "accepted"
    MAYBE_SENT = "maybe_sent"  # worker or server went silent after the hand-over began: never sent again, it may have arrived
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message that was handed over, and what the server answered, if it did."""

    state: MailState
    answer: int | None = None


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
    mail_id: Mapped[str | None] = mapped_column(String(300), info=NOT_PERSONAL)  # the Message-ID under which the server knows it
    answer: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)  # the server's last one to this message, like 250 or 550
    answered_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))


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


def has_work(session: Session, *, now: datetime) -> bool:
    """Say whether anything is to be sent, settled or given up; asked before a round, so that most rounds cost one question."""
    due = and_(OutboxMessage.state == MailState.WAITING, OutboxMessage.due_at <= now)
    return bool(session.scalar(select(exists().where(or_(due, OutboxMessage.state == MailState.HANDING_OVER)))))


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many messages of a dead worker were settled, and how many that are long done were forgotten."""

    settled: int
    forgotten: int


def tidy(session: Session, *, now: datetime) -> Tidied:
    """Settle what a dead worker was handing over, and forget what is long done.

    Only whoever hands over may call it, one at a time: what is being handed over now would look like an orphan. A message that may
    have arrived is not sent again, because at most one is promised; that nobody knows is shown to people instead.
    """
    orphans = update(OutboxMessage).where(OutboxMessage.state == MailState.HANDING_OVER).returning(OutboxMessage.id)
    settled = len(session.scalars(orphans.values(state=MailState.MAYBE_SENT, sealed_letter=None)).all())
    is_done = (OutboxMessage.state != MailState.WAITING, OutboxMessage.written_at < now - KEPT)
    long_done = delete(OutboxMessage).where(*is_done).returning(OutboxMessage.id)
    return Tidied(settled, len(session.scalars(long_done).all()))


def claim(session: Session, *, now: datetime) -> OutboxMessage | None:
    """Take the message that has waited longest; commit before handing it over, so that a crash sends it at most once."""
    message = _find_next(session, now)
    if message:
        message.state = MailState.HANDING_OVER
        message.attempts += 1
    return message


def postpone(session: Session, *, now: datetime) -> OutboxMessage | None:
    """Let the next message wait for a server that cannot be reached; the others keep their turn. Return the one that is given up."""
    message = _find_next(session, now)
    if message is None:
        return None
    message.attempts += 1
    if message.attempts < _MOST_ATTEMPTS:
        message.due_at = now + _wait(message.attempts)
        return None
    message.state, message.sealed_letter, message.due_at = MailState.GIVEN_UP, None, now
    return message


def _find_next(session: Session, now: datetime) -> OutboxMessage | None:
    due = select(OutboxMessage).where(OutboxMessage.state == MailState.WAITING, OutboxMessage.due_at <= now)
    return session.scalars(due.order_by(OutboxMessage.due_at, OutboxMessage.id).limit(1).with_for_update(skip_locked=True)).first()


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


def find_given_up(session: Session, *, kinds: Sequence[str], subject_ids: Sequence[str]) -> list[tuple[str, str, datetime]]:
    """Return (person, kind, written at) of each message of these kinds to these people that was given up."""
    columns = (OutboxMessage.subject_id, OutboxMessage.kind, OutboxMessage.written_at)
    wanted = (OutboxMessage.state == MailState.GIVEN_UP, OutboxMessage.kind.in_(kinds), OutboxMessage.subject_id.in_(subject_ids))
    rows = session.execute(select(*columns).where(*wanted).order_by(OutboxMessage.written_at))
    return [(str(row.subject_id), row.kind, row.written_at) for row in rows]


def find_ids(session: Session) -> Iterator[str]:
    """Return the id of every message that is there, whatever its state."""
    return iter(session.scalars(select(OutboxMessage.id).execution_options(yield_per=_READ_AT_ONCE)))


def settle(session: Session, *, message_id: str, outcome: Outcome, mail_id: str, now: datetime) -> MailState:
    """Note what became of a message and return where it is now; what is done loses its text.

    What the server does not take again and again is given up. A message that an erasure took away while it was handed over stays away.

    Args:
        mail_id: the Message-ID under which the server knows it.
    """
    attempts = session.scalar(select(OutboxMessage.attempts).where(OutboxMessage.id == message_id))
    if attempts is None:
        return outcome.state
    is_last = outcome.state is MailState.WAITING and attempts >= _MOST_ATTEMPTS
    state = MailState.GIVEN_UP if is_last else outcome.state
    these = [OutboxMessage.id == message_id]
    noted = {"state": state, "mail_id": mail_id, "answer": outcome.answer, "answered_at": now}
    if outcome.state is MailState.WAITING:
        these.append(OutboxMessage.state == MailState.HANDING_OVER)  # its text is gone when somebody took this worker for dead
    if state is MailState.WAITING:
        noted |= {"due_at": now + _wait(attempts)}
    else:
        noted |= {"sealed_letter": None, "accepted_at": now if state is MailState.ACCEPTED else None}
    session.execute(update(OutboxMessage).where(*these).values(noted))
    return state


def _wait(attempts: int) -> timedelta:
    return _WAITS[min(attempts, len(_WAITS)) - 1]
