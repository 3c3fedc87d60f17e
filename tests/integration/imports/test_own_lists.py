"""Invoices, deals, tickets and activities out of a spreadsheet, as a German office writes them."""

from collections import Counter

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.models.activity import Activity
from crm.models.deal import Deal
from crm.models.invoice import Invoice
from crm.models.ticket import Ticket
from tests.support.exports import API
from tests.support.staff import hire

INVOICES = """kind = "invoice"
[columns]
"Beleg-Nr." = "number"
"Kunde" = "company_name"
"E-Mail" = "email"
"Datum" = "issued_on"
"Fällig am" = "due_on"
"Netto" = "net"
"Brutto" = "gross"
"Bezahlt" = "paid"
"Mahnstufe" = "dunning_level"
"""
HEADER = "Beleg-Nr.;Kunde;E-Mail;Datum;Fällig am;Netto;Brutto;Bezahlt;Mahnstufe"


@pytest.fixture
def company(installation):
    """Take people and companies in first, and return the name of a company that is a legal person."""
    installation.take_in(API)
    return min(installation.company_names())


@pytest.fixture
def owner(installation):
    return hire(installation.database, installation.runtime.clock.now(), Role.SALES, Role.SERVICE).email


@pytest.fixture
def take_in(installation, tmp_path):
    def take(mapping, *lines, encoding="cp1252", **terms):
        (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
        (tmp_path / "list.csv").write_text("\r\n".join(lines) + "\r\n", encoding=encoding)
        return installation.take_in_spreadsheet(tmp_path / "list.csv", tmp_path / "mapping.toml", **terms)

    return take


def rows(installation, model):
    with installation.database.reading() as session:
        return list(session.scalars(select(model)))


def test_invoices_come_with_german_amounts_and_days(installation, take_in, company):
    take_in(INVOICES, HEADER, f"R-1;{company};;02.11.2026;16.11.2026;1.000,00;1.190,00 €;;1")

    (invoice,) = rows(installation, Invoice)
    assert (invoice.number, invoice.net_cents, invoice.gross_cents, invoice.paid_cents, invoice.dunning_level) == (
        "R-1",
        100_000,
        119_000,
        0,
        1,
    )
    assert (str(invoice.issued_on), str(invoice.due_on), invoice.is_open, invoice.source) == ("2026-11-02", "2026-11-16", True, "erp")


def test_a_later_list_brings_known_invoices_to_what_the_erp_says(installation, take_in, company):
    take_in(INVOICES, HEADER, f"R-1;{company};;02.11.2026;16.11.2026;1.000,00;1.190,00;;1")

    take_in(INVOICES, HEADER, f"R-1;{company};;02.11.2026;16.11.2026;1.000,00;1.190,00;1.190,00;0")

    (invoice,) = rows(installation, Invoice)
    assert (invoice.is_open, invoice.paid_cents, invoice.dunning_level, invoice.ended_as) == (False, 119_000, 0, "paid")


def test_a_deal_of_somebody_is_found_by_the_exact_address(installation, take_in, company, owner):
    everybody = {each.subject_id: each for each in installation.people().values()}.values()
    emails = Counter(each.fields.get("email") for each in everybody)
    somebody = next(each for each in everybody if each.fields.get("email") and emails[each.fields["email"]] == 1)
    mapping = """kind = "deal"
[columns]
"Wer" = "email"
"Was" = "title"
"Phase" = "stage"
"Wert" = "amount"
"Abschluss" = "expected_on"
"""

    take_in(mapping, "Wer;Was;Phase;Wert;Abschluss", f"{somebody.fields['email']};Förderband;Angebot;12.500;31.12.2026", owner=owner)

    (deal,) = rows(installation, Deal)
    assert (deal.subject_id, deal.stage, deal.amount_cents, str(deal.expected_on)) == (
        somebody.subject_id,
        "offer",
        1_250_000,
        "2026-12-31",
    )


def test_tickets_and_activities_come_for_a_company(installation, take_in, company, owner):
    take_in('kind = "ticket"\n[columns]\nFirma = "company_name"\nBetreff = "title"\n', "Firma;Betreff", f"{company};Störung", owner=owner)
    activity = 'kind = "activity"\n[columns]\nFirma = "company_name"\nWas = "title"\nArt = "kind"\nBis = "due_on"\n'
    take_in(activity, "Firma;Was;Art;Bis", f"{company};Nachfassen;Anruf;01.12.2026", owner=owner)

    assert [each.company_id is not None for each in rows(installation, Ticket)] == [True]
    assert [(each.kind, str(each.due_on)) for each in rows(installation, Activity)] == [("call", "2026-12-01")]


def test_the_same_list_again_doubles_nothing(installation, take_in, company, owner):
    deal = 'kind = "deal"\n[columns]\nFirma = "company_name"\nWas = "title"\n'

    for _ in range(2):
        take_in(deal, "Firma;Was", f"{company};Förderband", owner=owner)

    assert len(rows(installation, Deal)) == 1
