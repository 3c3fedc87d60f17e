"""Tickets wait for the customer, are closed and opened again; the clock of the promise follows."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.ticket import Ticket, TicketState
from crm.privacy import due, due_work
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_role
from crm.privacy.purposes import Purpose
from crm.services import work_rules
from crm.services.tickets import errors, promises
from crm.services.tickets.entry import enter, get_ticket, write
from crm.services.tickets.service_hours import find_service_hours


def move(session: Session, *, ticket_id: str, state: str, purpose: Purpose, expected_version: int, actor: Actor, now: datetime) -> None:
    """Let a ticket wait for the customer, go on, be closed or be opened again; where it is there already, nothing happens.

    Raises:
        TicketStateError: there is no such state.
        StaleVersionError: somebody else changed it since it was opened.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    if state not in set(TicketState):
        raise errors.TicketStateError(field="state")
    require_role(purpose, actor)
    ticket = get_ticket(session, ticket_id=ticket_id)
    if state == ticket.state:
        return
    was_closed = ticket.closed_at is not None
    write(session, ticket_id, expected_version, {**changes_of(session, ticket, TicketState(state), now), "changed_at": now})
    settle(session, ticket)
    opening = Action.TICKET_REOPENED if was_closed else Action.TICKET_CHANGED
    action = Action.TICKET_CLOSED if state == TicketState.CLOSED else opening
    enter(session, action, ticket.subject_id, purpose=purpose, actor=actor, now=now)


def changes_of(session: Session, ticket: Ticket, state: TicketState, now: datetime) -> dict[str, Any]:
    """Return the columns that change when a ticket enters a state; one that is opened again gets a new promise of a solution."""
    rules = work_rules.find(session)
    hours = find_service_hours(session, rules)
    promised = promises.after_waiting(hours, ticket, now)
    if ticket.closed_at is not None and ticket.priority in rules.priorities:
        again = hours.add(now, timedelta(hours=rules.priorities[ticket.priority].solve_hours))
        promised = promises.Promise(promised.answer_by, again)
    return {
        "state": state.value,
        "answer_by": promised.answer_by if ticket.answered_at is None else ticket.answer_by,
        "solve_by": promised.solve_by,
        "waiting_since": now if state is TicketState.WAITING else None,
        "closed_at": now if state is TicketState.CLOSED else None,
    }


def settle(session: Session, ticket: Ticket) -> None:
    """Note when a ticket goes, after it was closed or opened again."""
    session.refresh(ticket)
    due_work.refresh_ticket(session, ticket, zone=due.zone_of(session))
