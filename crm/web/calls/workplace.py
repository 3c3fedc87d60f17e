"""What a service agent finds on the workplace: own tickets, and what is late."""

from functools import partial

from flask import url_for

from crm.actor import Role
from crm.db import Session
from crm.models.ticket import TicketState
from crm.services.staff_names import find_account_id
from crm.services.tickets.listing import Scope, TicketFilter, find_first
from crm.services.tickets.shown import ShownTicket
from crm.site.i18n import _
from crm.site.view_models import DueEntry, DueSection, Urgency
from crm.web.customers import person_name
from crm.web.desk import Desk
from crm.web.due import urgency_of


def ticket_sections(db: Session, desk: Desk) -> tuple[tuple[DueSection, ...], int]:
    """Return own tickets and late ones, and how many people they name; nothing for other roles."""
    if desk.actor.role is not Role.SERVICE:
        return (), 0
    find = partial(find_first, db, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    owner_id = find_account_id(db, desk.actor)
    late, more_late = find(wanted=TicketFilter(scope=Scope.LATE))
    mine, more = find(wanted=TicketFilter(scope=Scope.MINE, owner_id=owner_id))
    sections = (
        _section(desk, Scope.LATE, _("Überfällige Tickets"), late, more_late, _("Kein Ticket ist überfällig.")),
        _section(desk, Scope.MINE, _("Meine Tickets"), mine, more, _("Ihnen ist kein offenes Ticket zugeordnet.")),
    )
    return sections, sum(1 for each in (*late, *mine) if each.customer.person is not None)


def _section(desk: Desk, scope: Scope, title: str, found: list[ShownTicket], more: int, empty: str) -> DueSection:
    return DueSection(
        title=title,
        entries=tuple(_entry(desk, each) for each in found),
        empty=empty,
        empty_url=url_for("tickets.index", show=Scope.OPEN.value),
        empty_action=_("Alle offenen Tickets"),
        more_url=url_for("tickets.index", show=scope.value) if found else None,
        more=more,
    )


def _entry(desk: Desk, each: ShownTicket) -> DueEntry:
    ticket = each.ticket
    promised = (ticket.solve_by if ticket.answered_at else ticket.answer_by).astimezone(desk.zone).date()
    waits = ticket.state == TicketState.WAITING  # its clock stands still, so it is not late
    about = [_("wartet auf den Kunden") if waits else "", each.customer.company, person_name(each.customer)]
    return DueEntry(
        title=f"{ticket.number}: {each.subject}" if each.subject is not None else ticket.number,
        due_on=promised,
        urgency=Urgency.LATER if waits else urgency_of(promised, today=desk.today),
        url=url_for("tickets.show", ticket_id=ticket.id),
        note=" · ".join(part for part in about if part) or None,
    )
