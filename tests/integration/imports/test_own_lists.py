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


def told(report):
    """Return what the report says by row."""
    return {each["row"]: each["reason"] for each in report["files"]["list.csv"]["reasons"]}


class TestWhatIsSaidOfAnInvoice:
    """The sentence says what is wrong with the row, so that it can be corrected."""

    def row(self, company, number="R-1", net="1.000,00", gross="1.190,00", paid=""):
        return f"{number};{company};;02.11.2026;16.11.2026;{net};{gross};{paid};0"

    def test_of_which_net_is_more_than_gross(self, installation, take_in, company):
        report = take_in(INVOICES, HEADER, self.row(company, net="1.200,00"))

        assert told(report) == {2: "Der Nettobetrag ist höher als der Bruttobetrag."}
        assert rows(installation, Invoice) == []

    def test_of_which_more_is_paid_than_owed(self, installation, take_in, company):
        report = take_in(INVOICES, HEADER, self.row(company, paid="1.500,00"))

        assert told(report) == {2: "Bezahlt ist mehr als der Bruttobetrag; als bezahlt gilt der Bruttobetrag."}
        (invoice,) = rows(installation, Invoice)
        assert (invoice.paid_cents, invoice.ended_as) == (119_000, "paid")

    def test_that_stands_twice_in_the_file(self, installation, take_in, company):
        first, again, other = self.row(company), self.row(company), self.row(company, gross="1.300,00")

        report = take_in(INVOICES, HEADER, first, again, other)

        assert told(report) == {
            3: "Diese Rechnung steht schon weiter oben in der Datei.",
            4: "Diese Rechnungsnummer steht mit anderen Angaben schon weiter oben in der Datei; es gilt die obere Zeile.",
        }
        assert [each.gross_cents for each in rows(installation, Invoice)] == [119_000]

    def test_that_stands_twice_and_was_known_before(self, installation, take_in, company):
        take_in(INVOICES, HEADER, self.row(company))

        report = take_in(INVOICES, HEADER, self.row(company, paid="100,00"), self.row(company, paid="200,00"))

        assert told(report)[3] == "Diese Rechnungsnummer steht mit anderen Angaben schon weiter oben in der Datei; es gilt die obere Zeile."
        assert [each.paid_cents for each in rows(installation, Invoice)] == [10_000]

    def test_whose_number_is_written_in_small_letters_is_the_same_invoice(self, installation, take_in, company):
        report = take_in(INVOICES, HEADER, self.row(company, "N1"), self.row(company, "n1"))
        assert told(report) == {3: "Diese Rechnung steht schon weiter oben in der Datei."}

        take_in(INVOICES, HEADER, self.row(company, "n1", paid="100,00"))

        assert [(each.number, each.paid_cents) for each in rows(installation, Invoice)] == [("N1", 10_000)]


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
