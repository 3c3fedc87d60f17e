"""Tickets as lists show them, on their own page, on the workplace and on the call screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from crm.db import Session
from crm.services import work_rules
from crm.services.tickets.listing import find_of_customer
from crm.services.tickets.shown import ShownTicket
from crm.services.work_rules import WorkRules
from crm.site.access import may
from crm.site.addresses import addresses_by_id
from crm.site.i18n import _, in_language
from crm.site.view_models import TicketRow
from crm.web.customers import customer_addresses, person_name
from crm.web.desk import Desk
from crm.web.tickets.words import standing_of


def make_rows(desk: Desk, found: Sequence[ShownTicket], *, rules: WorkRules, staff: Mapping[str, str]) -> tuple[TicketRow, ...]:
    """Return the rows of a page."""
    url, customer_urls = addresses_by_id("tickets.show", "ticket_id"), customer_addresses()
    rows = []
    for each in found:
        ticket = each.ticket
        company_url, person_url = customer_urls(each.customer)
        topic, priority = rules.topics.get(ticket.topic or ""), rules.priorities.get(ticket.priority)
        rows.append(
            TicketRow(
                ticket_id=ticket.id,
                number=ticket.number,
                url=url(ticket.id),
                subject=each.subject if each.subject is not None else _("zeigt dieser Zweck nicht"),
                company=each.customer.company,
                company_url=company_url,
                person=person_name(each.customer),
                person_url=person_url,
                topic=in_language(topic.title) if topic else "",
                priority=in_language(priority.title) if priority else ticket.priority,
                owner=staff.get(ticket.owner_id or "", ""),
                standing=standing_of(ticket, desk),
                opened_at=ticket.opened_at,
                closed_at=ticket.closed_at,
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class TicketsOf:
    """The open tickets of a person or company on its own page."""

    rows: tuple[TicketRow, ...]
    new_url: str


def tickets_of(
    db: Session, desk: Desk | None, staff: Mapping[str, str], *, company_id: str | None = None, subject_id: str | None = None
) -> TicketsOf | None:
    """Return the open tickets of a person, of a company and nobody in it, or of a sole trader; None where the role sees none."""
    if desk is None or not may("tickets.show"):
        return None
    found = find_of_customer(db, company_id=company_id, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    whose = {"company": company_id} if company_id else {"person": subject_id}
    return TicketsOf(make_rows(desk, found, rules=work_rules.find(db), staff=staff), url_for("tickets.new", **whose))
