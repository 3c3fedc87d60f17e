"""Lists of tickets: mine, all that are open, what is late, what waits, what is closed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.ticket import Ticket, TicketState
from crm.privacy.purposes import Purpose
from crm.services.tickets.errors import TicketPageTokenError
from crm.services.tickets.shown import ShownTicket, show, show_of_one

PAGE_SIZE = 50
SHOWN: Final = 10  # on the workplace and on the page of a customer
_URGENCY: Final = (
    Ticket.state,
    Ticket.solve_by,
    Ticket.id,
)  # the clock of a ticket that waits stands still: it comes after those that are open


class Scope(StrEnum):
    """Which tickets a list shows."""

    MINE = "mine"
    OPEN = "open"
    LATE = "late"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """What the list is narrowed to; `after` is the last ticket of the page before."""

    scope: Scope = Scope.OPEN
    owner_id: str | None = None
    topic: str | None = None
    priority: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page; `after` is None where the list ends."""

    rows: tuple[ShownTicket, ...]
    count: int
    after: str | None


def list_tickets(session: Session, *, wanted: TicketFilter, purpose: Purpose, actor: Actor, now: datetime) -> TicketPage:
    """Return one page: what is late, then what is to be solved first, then what waits; closed ones from the latest back.

    Args:
        wanted: `owner_id` belongs to the scope `mine`.

    Raises:
        TicketPageTokenError: the token was not given out by this list.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    conditions = _conditions(wanted, now)
    falls = wanted.scope is Scope.CLOSED
    order = (Ticket.closed_at.desc(), Ticket.id.desc()) if falls else _URGENCY
    edge = [_beyond(session, wanted.after, falls=falls)] if wanted.after else []
    found = session.scalars(select(Ticket).where(*conditions, *edge).order_by(*order).limit(PAGE_SIZE + 1)).all()
    page = found[:PAGE_SIZE]
    count = session.scalar(select(func.count()).select_from(Ticket).where(*conditions)) or 0
    rows = show(session, page, purpose=purpose, actor=actor, now=now)
    return TicketPage(tuple(rows), count, page[-1].id if len(found) > PAGE_SIZE else None)


def find_first(session: Session, *, wanted: TicketFilter, purpose: Purpose, actor: Actor, now: datetime) -> tuple[list[ShownTicket], int]:
    """Return the first tickets of a list for the workplace, and how many there are besides."""
    conditions = _conditions(wanted, now)
    first = session.scalars(select(Ticket).where(*conditions).order_by(*_URGENCY).limit(SHOWN)).all()
    count = session.scalar(select(func.count()).select_from(Ticket).where(*conditions)) or 0 if len(first) == SHOWN else len(first)
    return show(session, first, purpose=purpose, actor=actor, now=now), count - len(first)


def find_of_customer(
    session: Session,
    *,
    company_id: str | None,
    subject_id: str | None,
    purpose: Purpose,
    actor: Actor,
    now: datetime,
    topics: frozenset[str] | None = None,
) -> list[ShownTicket]:
    """Return open tickets of a person and of the company behind them, or closed ones on the same topics, the latest first.

    Tickets of other people at the company are about those people and stay out.
    """
    state = [Ticket.closed_at.is_(None)] if topics is None else [Ticket.closed_at.is_not(None), Ticket.topic.in_(topics)]
    order = _URGENCY if topics is None else (Ticket.closed_at.desc(), Ticket.id)
    wanted = select(Ticket).where(about(company_id, subject_id), *state).order_by(*order).limit(SHOWN)
    return show_of_one(session, session.scalars(wanted).all(), purpose=purpose, actor=actor, now=now)


def about(company_id: str | None, subject_id: str | None) -> ColumnElement[bool]:
    """Return the condition that a ticket is about this person, or about this company and nobody in it."""
    of_company = and_(Ticket.company_id == company_id, Ticket.subject_id.is_(None))
    if subject_id is None:
        return of_company
    return Ticket.subject_id == subject_id if company_id is None else or_(Ticket.subject_id == subject_id, of_company)


def _conditions(wanted: TicketFilter, now: datetime) -> list[ColumnElement[bool]]:
    pairs = ((Ticket.topic, wanted.topic), (Ticket.priority, wanted.priority))
    narrowed = [column == value for column, value in pairs if value]
    return [*_scope(wanted, now), *narrowed]


def _scope(wanted: TicketFilter, now: datetime) -> list[ColumnElement[bool]]:
    is_open = Ticket.closed_at.is_(None)
    late = or_(Ticket.solve_by < now, and_(Ticket.answer_by < now, Ticket.answered_at.is_(None)))
    scopes: dict[Scope, list[ColumnElement[bool]]] = {
        Scope.MINE: [is_open, Ticket.owner_id == wanted.owner_id],
        Scope.OPEN: [is_open],
        Scope.LATE: [is_open, Ticket.state == TicketState.OPEN, late],
        Scope.WAITING: [is_open, Ticket.state == TicketState.WAITING],
        Scope.CLOSED: [Ticket.closed_at.is_not(None)],
    }
    return scopes[wanted.scope]


def _beyond(session: Session, token: str, *, falls: bool) -> ColumnElement[bool]:
    key = (Ticket.closed_at, Ticket.id) if falls else _URGENCY
    place = session.execute(select(*key).where(Ticket.id == token)).first()
    if place is None or None in place:
        raise TicketPageTokenError
    edge = tuple_(*place)
    return tuple_(*key) < edge if falls else tuple_(*key) > edge
