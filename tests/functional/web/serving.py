"""Tickets and invoices for tests of pages."""

from datetime import timedelta

from crm.actor import Actor, Role
from crm.models.ticket import Ticket
from crm.privacy import purposes
from crm.services.forms import SentForm, new_form_token
from crm.services.invoices import entry as invoices
from crm.services.invoices.entry import InvoiceEntry, Position
from crm.services.tickets import entry as tickets
from crm.services.tickets.entry import TicketFacts
from crm.services.work_customers import Chosen

SERVICE = Actor("7" * 32, frozenset({Role.SERVICE}), Role.SERVICE)
ACCOUNTING = Actor("8" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING)


def add_ticket(house, *, subject="Dichtung tropft", company_id=None, subject_id=None, priority="normal", owner_id=None):
    facts = TicketFacts(subject=subject, topic="fault", priority=priority, owner_id=owner_id)
    with house.database.writing() as session:
        acting = {"purpose": purposes.find_all(session).get("service"), "actor": SERVICE, "now": house.now}
        form = SentForm(new_form_token(), {})
        return tickets.open_ticket(session, facts=facts, customer=Chosen(company_id, subject_id), form=form, **acting)


def add_invoice(house, number="R-1", *, company_id=None, subject_id=None, source="erp", late=16):
    entry = InvoiceEntry(
        number=number,
        source=source,
        company_id=company_id,
        subject_id=subject_id,
        issued_on=house.now.date() - timedelta(days=30),
        due_on=house.now.date() - timedelta(days=late),
        net_cents=100_000,
        gross_cents=119_000,
        positions=(Position("Ersatzteile LP 40", 100_000),),
    )
    with house.database.writing() as session:
        acting = {"purpose": purposes.find_all(session).get("contract_person"), "actor": ACCOUNTING, "now": house.now}
        return invoices.record(session, entry=entry, form=SentForm(new_form_token(), {}), **acting)


def version_of(house, ticket_id):
    with house.database.reading() as session:
        return session.get_one(Ticket, ticket_id).version
