"""By when a ticket is answered and solved: from its priority, in hours of service, without the time we wait for the customer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crm.models.ticket import Ticket, TicketState
from crm.services.tickets.service_hours import ServiceHours
from crm.services.work_rules import Priority


@dataclass(frozen=True, slots=True)
class Promise:
    """The two moments that were promised."""

    answer_by: datetime
    solve_by: datetime


class Standing(StrEnum):
    """How a ticket stands to its promise."""

    ANSWER_LATE = "answer_late"
    SOLUTION_LATE = "solution_late"
    ANSWER_DUE = "answer_due"
    SOLUTION_DUE = "solution_due"
    WAITING = "waiting"
    CLOSED = "closed"


def promise(hours: ServiceHours, priority: Priority, opened_at: datetime) -> Promise:
    """Return what is promised for a ticket opened at a moment."""
    answer, solution = timedelta(hours=priority.answer_hours), timedelta(hours=priority.solve_hours)
    return Promise(hours.add(opened_at, answer), hours.add(opened_at, solution))


def after_waiting(hours: ServiceHours, ticket: Ticket, now: datetime) -> Promise:
    """Return the promise after a time of waiting: what was left when it began is left again."""
    since = ticket.waiting_since
    if since is None:
        return Promise(ticket.answer_by, ticket.solve_by)
    return Promise(_shifted(hours, ticket.answer_by, since, now), _shifted(hours, ticket.solve_by, since, now))


def after_new_priority(hours: ServiceHours, ticket: Ticket, before: Priority, after: Priority) -> Promise:
    """Return the promise under another priority; the time that was waited so far counts as before."""
    was, will = promise(hours, before, ticket.opened_at), promise(hours, after, ticket.opened_at)
    return Promise(
        hours.add(will.answer_by, hours.between(was.answer_by, ticket.answer_by)),
        hours.add(will.solve_by, hours.between(was.solve_by, ticket.solve_by)),
    )


def standing(ticket: Ticket, now: datetime) -> Standing:
    """Return how a ticket stands: what is late comes first; the clock of one that waits stands still."""
    if ticket.closed_at is not None:
        return Standing.CLOSED
    if ticket.state == TicketState.WAITING:
        return Standing.WAITING
    if ticket.solve_by < now:
        return Standing.SOLUTION_LATE
    if ticket.answered_at is not None:
        return Standing.SOLUTION_DUE
    return Standing.ANSWER_LATE if ticket.answer_by < now else Standing.ANSWER_DUE


def _shifted(hours: ServiceHours, promised: datetime, since: datetime, now: datetime) -> datetime:
    return promised if promised <= since else hours.add(now, hours.between(since, promised))
