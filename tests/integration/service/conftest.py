"""An installation with somebody who serves, and people and companies who call."""

from datetime import timedelta

import pytest

from crm.actor import Actor, Role
from crm.models.invoice import Invoice
from crm.models.ticket import Ticket, TicketEntryKind, TicketWay
from crm.privacy import collection, purposes
from crm.privacy.collection import NewPerson, Notice
from crm.services.companies import entry as companies
from crm.services.companies.entry import CompanyEntry
from crm.services.forms import SentForm, new_form_token
from crm.services.invoices import entry as invoices
from crm.services.invoices.entry import InvoiceEntry, Position
from crm.services.tickets import entry as tickets
from crm.services.tickets import moving, saying
from crm.services.tickets.entry import TicketFacts
from crm.services.tickets.saying import Said
from crm.services.work_customers import Chosen
from tests.support.furnished import Furnished

SALES = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
SERVICE = Actor("7" * 32, frozenset({Role.SERVICE}), Role.SERVICE)
ACCOUNTING = Actor("8" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING)
FACTS = TicketFacts(subject="Dichtung tropft", topic="fault", priority="normal", owner_id=None)
FIELDS = {"first_name": "Samira", "last_name": "Haddad", "email": "haddad@example.com", "phone": "0151 55500187"}


def new_form():
    return SentForm(new_form_token(), {})


class Desk(Furnished):
    """What a test works on."""

    @property
    def today(self):
        return self.now.date()

    def purpose(self, code="service"):
        with self.database.reading() as session:
            return purposes.find_all(session).get(code)

    def company(self, name="Lahntal Papier GmbH"):
        with self.database.writing() as session:
            return companies.create(session, entry=CompanyEntry(fields={"name": name}), actor=SALES, now=self.now)

    def person(self, *codes, company_id=None, fields=FIELDS, **facts):
        codes = codes or ("service", "business_contact")
        with self.database.writing() as session:
            known = purposes.find_all(session)
            person = NewPerson(
                fields=collection.keep_allowed(fields, collection.allowed_groups([known.get(code) for code in codes])),
                purposes=[known.get(code) for code in codes],
                origin="Bestellung",
                notice=Notice.GIVEN,
                collected_at=self.now - timedelta(days=40),
                last_contact_at=self.now - timedelta(days=40),
                company_id=company_id,
                **facts,
            )
            return collection.collect(session, person=person, actor=SALES, now=self.now).subject_id

    def ticket(self, *, company_id=None, subject_id=None, form=None, facts=FACTS):
        with self.database.writing() as session:
            return tickets.open_ticket(
                session, facts=facts, customer=Chosen(company_id, subject_id), form=form or new_form(), **self.acting()
            )

    def say(self, ticket_id, kind=TicketEntryKind.REPLY, text="Wir kommen morgen.", way=TicketWay.PHONE, form=None, version=None, **more):
        said = Said(kind=kind, text=text, way=way, **more)
        with self.database.writing() as session:
            version = version or session.get_one(Ticket, ticket_id).version
            saying.say(session, ticket_id=ticket_id, said=said, form=form or new_form(), expected_version=version, **self.acting())

    def move(self, ticket_id, state):
        with self.database.writing() as session:
            version = session.get_one(Ticket, ticket_id).version
            moving.move(session, ticket_id=ticket_id, state=state, expected_version=version, **self.acting())

    def invoice(self, number="R-2026-3391", *, company_id=None, subject_id=None, source="erp", code="contract_person", **facts):
        given = {
            "issued_on": self.today - timedelta(days=30),
            "due_on": self.today - timedelta(days=16),
            "net_cents": 100_000,
            "gross_cents": 119_000,
        }
        positions = (Position("Ersatzteile LP 40", 100_000),)
        entry = InvoiceEntry(
            number=number, source=source, company_id=company_id, subject_id=subject_id, **{**given, "positions": positions, **facts}
        )
        with self.database.writing() as session:
            return invoices.record(session, entry=entry, form=new_form(), **self.booking(code))

    def acting(self):
        return {"purpose": self.purpose(), "actor": SERVICE, "now": self.now}

    def booking(self, code="contract_person"):
        return {"purpose": self.purpose(code), "actor": ACCOUNTING, "now": self.now}

    def stored(self, model, row_id):
        with self.database.reading() as session:
            return session.get_one(model, row_id)

    def stored_invoice(self, invoice_id):
        return self.stored(Invoice, invoice_id)


@pytest.fixture
def desk(runtime, clock):
    return Desk(runtime, clock)
