"""One ticket in full view: what it is about, and everything said about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.ticket import Ticket, TicketEntry
from crm.privacy import work_texts
from crm.privacy.purposes import Purpose
from crm.services import work_customers
from crm.services.tickets.entry import get_ticket, place_of
from crm.services.tickets.saying import entry_place
from crm.services.tickets.shown import ShownTicket


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One thing that was said."""

    entry: TicketEntry
    text: str


@dataclass(frozen=True, slots=True)
class TicketView:
    """Everything the page of a ticket shows; `entries` from the first to the last, none where the door says no."""

    shown: ShownTicket
    entries: tuple[ShownEntry, ...]

    @property
    def ticket(self) -> Ticket:
        return self.shown.ticket


def open_view(session: Session, *, ticket_id: str, purpose: Purpose, actor: Actor, now: datetime) -> TicketView:
    """Open one ticket; where the door says no, its number, state and promise are all there is.

    Raises:
        NotFoundError: there is none.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    ticket = get_ticket(session, ticket_id=ticket_id)
    entries = session.scalars(
        select(TicketEntry).where(TicketEntry.ticket_id == ticket_id).order_by(TicketEntry.said_at, TicketEntry.id)
    ).all()
    texts = [
        (place_of(ticket.id, ticket.subject_id), ticket.sealed_subject),
        *((entry_place(each.id, each.subject_id), each.sealed_text) for each in entries),
    ]
    opened = work_texts.open_allowed(session, texts=texts, purpose=purpose, actor=actor, now=now)
    customer = work_customers.find_customers(session, [ticket], purpose=purpose, actor=actor, now=now)[ticket.id]
    said = tuple(ShownEntry(each, opened[each.id]) for each in entries if each.id in opened)
    return TicketView(ShownTicket(ticket, opened.get(ticket.id), customer), said)
