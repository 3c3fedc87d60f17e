"""Invoices on their pages: who sees which, amounts as people type them, and what ends an invoice."""

import pytest

from crm.actor import Role
from crm.models.invoice import Invoice
from tests.functional.web.conftest import error_at, hidden
from tests.functional.web.serving import add_invoice


def record(member, **fields):
    page = member.get("/invoices/new")
    form = {
        "token": hidden(page, "token"),
        "purpose": "contract_person",
        "number": "R-7",
        "source": "erp",
        "issued_on": "2026-11-01",
        "due_on": "2026-11-15",
        "net": "1.000",
        "gross": "1.190,00",
    }
    return member.send("/invoices/new", {**form, **fields})


class TestForm:
    def test_records_an_invoice_of_a_company_with_positions(self, house, accounting):
        house.add_company("Alpha GmbH")

        answer = record(accounting, company="Alpha GmbH", positions="Wartung Herbst | 600,00\nFilter | 400")

        page = accounting.get(answer.location).text
        assert "Rechnung R-7" in page
        assert "Wartung Herbst" in page
        assert "1.190,00\u00a0€" in page

    def test_of_a_person_under_the_duty_says_until_when(self, house, accounting):
        person = house.take_in("contract_person")

        answer = record(accounting, person=person, source="here")

        assert "aufzubewahren bis 31.12.2034" in accounting.get(answer.location).text

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"number": ""}, "number"),
            ({"number": "x" * 41}, "number"),
            ({"source": "moon"}, "source"),
            ({"company": "Luftschloss AG"}, "company"),
            ({"issued_on": "2026-02-30"}, "issued_on"),
            ({"issued_on": "2027-01-01"}, "issued_on"),
            ({"due_on": "2026-10-01"}, "due_on"),
            ({"net": "viel"}, "net"),
            ({"net": "-1"}, "net"),
            ({"gross": "0"}, "gross"),
            ({"gross": "9999999999"}, "gross"),
            ({"net": "2.000"}, "net"),
            ({"positions": "Wartung"}, "positions"),
            ({"positions": "Wartung | 999"}, "positions"),
            ({"positions": "\n".join(["A | 1"] * 21)}, "positions"),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_loses_nothing(self, house, accounting, wrong, field):
        house.add_company("Alpha GmbH")

        answer = record(accounting, **{"company": "Alpha GmbH", "number": "R-<7>", **wrong})

        assert answer.status_code == 422
        assert error_at(answer, field)
        assert ("R-&lt;7&gt;" in answer.text) is ("number" not in wrong)
        assert house.count(Invoice) == 0

    def test_of_somebody_restricted_is_refused_with_a_sentence(self, house, accounting):
        person = house.take_in("contract_person")
        house.restrict(person)

        assert record(accounting, person=person).status_code == 409
        assert house.count(Invoice) == 0


class TestPage:
    def test_payments_dunning_and_the_end(self, house, accounting):
        invoice_id = add_invoice(house, company_id=house.add_company())
        path, given = f"/invoices/{invoice_id}", {"purpose": "contract_person"}

        paid = accounting.send(f"{path}/pay", {**given, "version": "1", "amount": "190", "paid_on": "2026-11-20"}, follow_redirects=True)
        assert "1.000,00\u00a0€" in paid.text
        dunned = accounting.send(f"{path}/dun", {**given, "version": "2"}, follow_redirects=True)
        assert "16 Tage überfällig, 1. Mahnung" in dunned.text
        ended = accounting.send(f"{path}/end", {**given, "version": "3", "ended_as": "written_off"}, follow_redirects=True)
        assert "ausgebucht am" in ended.text

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"amount": "0"}, "amount"),
            ({"amount": "1.190,01"}, "amount"),
            ({"amount": "x"}, "amount"),
            ({"paid_on": "2027-01-01"}, "paid_on"),
            ({"paid_on": "gestern"}, "paid_on"),
        ],
    )
    def test_a_payment_that_cannot_be_is_refused_at_its_field(self, house, accounting, fields, field):
        invoice_id = add_invoice(house, company_id=house.add_company())
        given = {"purpose": "contract_person", "version": "1", "amount": "1", "paid_on": "2026-11-20"}

        answer = accounting.send(f"/invoices/{invoice_id}/pay", {**given, **fields})

        assert answer.status_code == 422
        assert error_at(answer, field)

    def test_somebody_was_faster(self, house, accounting):
        invoice_id = add_invoice(house, company_id=house.add_company())

        answer = accounting.send(f"/invoices/{invoice_id}/dun", {"purpose": "contract_person", "version": "9"})

        assert answer.status_code == 409
        assert "Inzwischen wurde an dieser Rechnung etwas geändert." in answer.text


class TestWhoSees:
    def test_sales_and_management_see_what_companies_owe_and_no_people(self, house, colleague):
        company = house.add_company()
        of_company, of_person = (
            add_invoice(house, "R-1", company_id=company),
            add_invoice(house, "R-2", subject_id=house.take_in("contract_person")),
        )

        for role in (Role.SALES, Role.MANAGEMENT):
            member = colleague(role)
            page = member.get("/invoices").text
            assert "R-1" in page
            assert "R-2" not in page
            assert member.get(f"/invoices/{of_person}").status_code == 404
            shown = member.get(f"/invoices/{of_company}").text
            assert "Ersatzteile" not in shown
            assert "Zahlung erfassen" not in shown
            assert "R-1" in member.get(f"/companies/{company}").text

    def test_service_sees_them_on_the_call_screen_only(self, colleague):
        assert colleague(Role.SERVICE).get("/invoices").status_code == 403

    @pytest.mark.parametrize("query", ["?show=moon", "?show=all", "?show=overdue", "?after=" + "f" * 32, "?company=" + "f" * 32])
    def test_every_address_is_answered(self, accounting, query):
        assert accounting.get(f"/invoices{query}").status_code in {200, 422}
