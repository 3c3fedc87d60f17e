"""Tickets as pages show them: number, state and promise for all who serve, what they are about by the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.ticket import Ticket
from crm.privacy import work_texts
from crm.privacy.purposes import Purpose
from crm.services import work_customers
from crm.services.tickets.entry import place_of
from crm.services.work_customers import NOBODY, Customer


@dataclass(frozen=True, slots=True)
class ShownTicket:
    """One ticket with what the reader may know of it; `subject` is None where the door says no."""

    ticket: Ticket
    subject: str | None
    customer: Customer


def show(session: Session, tickets: Sequence[Ticket], *, purpose: Purpose, actor: Actor, now: datetime) -> list[ShownTicket]:
    """Return these tickets in order; one entry for what they are about and one for the names, none where nobody is concerned.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    subjects = find_subjects(session, tickets, purpose=purpose, actor=actor, now=now)
    customers = work_customers.find_customers(session, tickets, purpose=purpose, actor=actor, now=now)
    return [ShownTicket(each, subjects.get(each.id), customers[each.id]) for each in tickets]


def show_of_one(session: Session, tickets: Sequence[Ticket], *, purpose: Purpose, actor: Actor, now: datetime) -> list[ShownTicket]:
    """Return tickets of a customer whose page it is; nobody is named besides."""
    subjects = find_subjects(session, tickets, purpose=purpose, actor=actor, now=now)
    return [ShownTicket(each, subjects.get(each.id), NOBODY) for each in tickets]


def find_subjects(session: Session, tickets: Sequence[Ticket], *, purpose: Purpose, actor: Actor, now: datetime) -> dict[str, str]:
    """Return what tickets are about as far as the door hands it out, by their id."""
    texts = [(place_of(each.id, each.subject_id), each.sealed_subject) for each in tickets]
    return dict(work_texts.open_allowed(session, texts=texts, purpose=purpose, actor=actor, now=now)) if texts else {}
