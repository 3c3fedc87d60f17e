"""Invoices: copies of the ERP's, or documents under a duty that outlive the person; and what ends them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.db import Compartment
from crm.errors import NotFoundError
from crm.models.erasure import ErasureCause
from crm.models.invoice import Invoice
from crm.models.retention import RetentionDue
from crm.privacy import due, due_integrity
from crm.privacy.erasure import eraser, job, run
from crm.privacy.errors import StaleVersionError
from crm.services.invoices import errors, listing, settling, view
from crm.services.invoices.listing import InvoiceFilter, Scope
from crm.services.invoices.settling import Payment
from crm.services.work_customers import CustomerMissingError
from tests.integration.service.conftest import ACCOUNTING, FIELDS, SALES

MANAGEMENT = Actor("9" * 32, frozenset({Role.MANAGEMENT}), Role.MANAGEMENT)
DAY = timedelta(days=1)


def customer(desk):
    return desk.person("contract_person", "legal_retention")


def opened(desk, invoice_id, code="legal_retention", actor=ACCOUNTING):
    with desk.database.reading() as session:
        purpose = desk.purpose(code) if code else None
        return view.open_view(session, invoice_id=invoice_id, purpose=purpose, actor=actor, now=desk.now)


def listed(desk, scope=Scope.OPEN, *, code="contract_person", actor=ACCOUNTING, **more):
    with desk.database.reading() as session:
        purpose = desk.purpose(code) if code else None
        wanted = InvoiceFilter(scope=scope, **more)
        return listing.list_invoices(session, wanted=wanted, today=desk.today, purpose=purpose, actor=actor, now=desk.now)


def pay(desk, invoice_id, cents, *, version, on=None):
    with desk.database.writing() as session:
        payment = Payment(on or desk.today, cents)
        settling.pay(session, invoice_id=invoice_id, payment=payment, expected_version=version, **desk.booking())


def dun(desk, invoice_id, version):
    with desk.database.writing() as session:
        return settling.dun(session, invoice_id=invoice_id, expected_version=version, **desk.booking())


def end(desk, invoice_id, ended_as, version=1):
    with desk.database.writing() as session:
        settling.end(session, invoice_id=invoice_id, ended_as=ended_as, expected_version=version, **desk.booking())


def erase(desk, subject_id):
    with desk.database.writing() as session:
        job.order(session, subject_id=subject_id, cause=ErasureCause.REVIEW, rule=None, case_id=None, actor=SALES, now=desk.now)
    eraser.finish(desk.database, vault=desk.runtime.vault, clock=lambda: desk.now)


def days(desk):
    with desk.database.reading() as session:
        rows = session.scalars(select(RetentionDue).where(RetentionDue.kind == "invoice"))
        return [(each.rule, each.started_on, each.due_on) for each in rows]


class TestRecording:
    def test_keeps_positions_sealed_and_shows_them_to_who_keeps_the_books(self, desk):
        invoice_id = desk.invoice(subject_id=customer(desk), source="here")

        assert b"Ersatzteile" not in desk.stored_invoice(invoice_id).sealed_positions
        assert [each.text for each in opened(desk, invoice_id).positions] == ["Ersatzteile LP 40"]
        assert len(desk.entries("invoice:recorded")) == 1

    @pytest.mark.parametrize(
        ("facts", "error"),
        [
            ({"number": " "}, errors.InvoiceNumberError),
            ({"number": "R-1"}, errors.InvoiceNumberTakenError),
            ({"number": "r-1"}, errors.InvoiceNumberTakenError),
            ({"source": "moon"}, errors.InvoiceSourceError),
            ({"issued_on": date(2027, 1, 1), "due_on": date(2027, 2, 1)}, errors.IssuedDayError),
            ({"issued_on": None}, errors.IssuedDayError),
            ({"due_on": date(2020, 1, 1)}, errors.DueDayError),
            ({"gross_cents": 99_999}, errors.NetAboveGrossError),
            ({"net_cents": 99_999}, errors.PositionsDoNotAddUpError),
            ({"source": "here", "issued_on": date(2017, 12, 31), "due_on": date(2018, 1, 31)}, errors.DutyOverError),
        ],
    )
    def test_says_what_is_wrong_and_keeps_nothing(self, desk, facts, error):
        company = desk.company()
        desk.invoice("R-1", company_id=company)

        with pytest.raises(error):
            desk.invoice(company_id=company, **facts)

        assert desk.count(Invoice) == 1

    def test_is_for_somebody(self, desk):
        with pytest.raises(CustomerMissingError):
            desk.invoice()


class TestSettling:
    def test_the_last_cent_settles_it(self, desk):
        invoice_id = desk.invoice(company_id=desk.company())

        pay(desk, invoice_id, 19_000, version=1)
        assert desk.stored_invoice(invoice_id).is_open
        pay(desk, invoice_id, 100_000, version=2)

        settled = desk.stored_invoice(invoice_id)
        assert (settled.is_open, settled.ended_as, settled.settled_on) == (False, "paid", desk.today)
        assert [each.cents for each in settling.payments_of(settled)] == [19_000, 100_000]

    @pytest.mark.parametrize("cents", [0, 119_001])
    def test_nothing_and_more_than_is_owed_are_no_payments(self, desk, cents):
        with pytest.raises(errors.PaidTooMuchError):
            pay(desk, desk.invoice(company_id=desk.company()), cents, version=1)

    @pytest.mark.parametrize("days_from_today", [1, -31])
    def test_nobody_pays_tomorrow_or_before_the_invoice(self, desk, days_from_today):
        invoice_id = desk.invoice(company_id=desk.company())

        with pytest.raises(errors.PaymentDayError):
            pay(desk, invoice_id, 1, version=1, on=desk.today + days_from_today * DAY)

    def test_a_payment_sent_twice_is_entered_once(self, desk):
        invoice_id = desk.invoice(company_id=desk.company())
        pay(desk, invoice_id, 500, version=1)

        with pytest.raises(StaleVersionError):
            pay(desk, invoice_id, 500, version=1)

        assert desk.stored_invoice(invoice_id).paid_cents == 500

    def test_is_dunned_up_to_the_fourth_level_once_it_is_late(self, desk):
        invoice_id = desk.invoice(company_id=desk.company())

        levels = [dun(desk, invoice_id, version) for version in (1, 2, 3, 4)]

        assert levels == [1, 2, 3, 4]
        with pytest.raises(errors.DunnedEnoughError):
            dun(desk, invoice_id, 5)

    def test_on_the_day_it_is_due_nobody_is_dunned(self, desk):
        with pytest.raises(errors.NotDueYetError):
            dun(desk, desk.invoice(company_id=desk.company(), due_on=desk.today), 1)

    @pytest.mark.parametrize("ended_as", ["cancelled", "written_off"])
    def test_what_is_cancelled_or_written_off_is_owed_no_more(self, desk, ended_as):
        invoice_id = desk.invoice(company_id=desk.company())

        end(desk, invoice_id, ended_as)

        assert desk.stored_invoice(invoice_id).ended_as == ended_as
        with pytest.raises(errors.NotOpenError):
            end(desk, invoice_id, ended_as, version=2)

    def test_there_is_no_other_end(self, desk):
        with pytest.raises(errors.InvoiceEndError):
            end(desk, desk.invoice(company_id=desk.company()), "paid")


class TestWhoSees:
    def test_who_does_not_keep_the_books_sees_those_of_companies_without_positions(self, desk):
        of_company = desk.invoice("R-1", company_id=desk.company())
        of_person = desk.invoice("R-2", subject_id=customer(desk))

        for actor, code in ((SALES, "business_contact"), (MANAGEMENT, None)):
            page = listed(desk, Scope.ALL, actor=actor, code=code)
            assert ([each.invoice.id for each in page.rows], page.count, page.open_cents) == ([of_company], 1, 119_000)
            assert opened(desk, of_company, code=code, actor=actor).positions is None
            with pytest.raises(NotFoundError):
                opened(desk, of_person, code=code, actor=actor)

    def test_a_list_goes_from_page_to_page_and_sums_what_is_open(self, desk, monkeypatch):
        monkeypatch.setattr(listing, "PAGE_SIZE", 2)
        company = desk.company()
        made = {desk.invoice(f"R-{each}", company_id=company, due_on=desk.today + (each % 2) * DAY) for each in range(5)}

        seen, after = [], None
        for _ in range(3):
            page = listed(desk, after=after)
            seen += [each.invoice.id for each in page.rows]
            after = page.after

        assert (set(seen), len(seen), after, page.open_cents) == (made, 5, None, 5 * 119_000)
        assert listed(desk, Scope.OVERDUE).count == 0

    def test_of_companies_alone_no_list_of_people_is_entered(self, desk):
        desk.invoice(company_id=desk.company())

        listed(desk)

        assert desk.entries("people:listed") == []


class TestForgetting:
    """RET-15: a copy goes a year after its settlement, RET-14: dunned three; RET-10: the document itself when its duty ends."""

    def test_the_period_of_a_copy_begins_with_its_settlement(self, desk):
        invoice_id = desk.invoice(subject_id=customer(desk))
        assert days(desk) == []

        pay(desk, invoice_id, 119_000, version=1)

        assert days(desk) == [("RET-15", desk.today, desk.today.replace(year=desk.today.year + 1))]

    def test_one_that_was_dunned_stays_until_the_claim_is_time_barred(self, desk):
        invoice_id = desk.invoice(subject_id=customer(desk))
        dun(desk, invoice_id, 1)

        end(desk, invoice_id, "written_off", version=2)

        assert days(desk) == [("RET-14", desk.today, date(2029, 12, 31))]

    def test_the_days_are_those_that_the_control_computes(self, desk):
        person = customer(desk)
        end(desk, desk.invoice("R-1", subject_id=person), "cancelled")
        with desk.database.reading() as session:
            zone = due.zone_of(session)

        assert due_integrity.find_wrong(desk.database, zone=zone, now=desk.now) == (1, [])
        due.refresh_all(desk.database, now=desk.now)
        assert len(days(desk)) == 1
        with desk.database.writing() as session:
            session.execute(RetentionDue.__table__.delete().where(RetentionDue.kind == "invoice"))
        assert due_integrity.find_wrong(desk.database, zone=zone, now=desk.now) == (1, [person])

    def test_a_copy_goes_the_day_after_the_last(self, desk):
        end(desk, desk.invoice(subject_id=customer(desk)), "cancelled")
        ((_, _, last),) = days(desk)

        for day, left in ((last, 1), (last + DAY, 0)):
            run.run_for(desk.database, vault=desk.runtime.vault, day=day, clock=lambda: desk.now)
            assert desk.count(Invoice) == left

        assert len(desk.entries("invoice:erased")) == 1

    def test_an_erased_person_takes_copies_along_and_leaves_documents_under_their_duty(self, desk):
        person = customer(desk)
        copy, document = desk.invoice("R-1", subject_id=person), desk.invoice("R-2", subject_id=person, source="here")

        erase(desk, person)

        assert desk.count(Invoice, Invoice.id == copy) == 0
        kept = opened(desk, document)
        assert [each.text for each in kept.positions] == ["Ersatzteile LP 40"]
        assert kept.shown.customer.person is None
        assert opened(desk, document, code="contract_person").positions is None

    def test_the_duty_takes_the_last_document_and_its_key_with_it(self, desk):
        person = customer(desk)
        document = desk.invoice(subject_id=person, source="here")
        erase(desk, person)
        last = desk.stored_invoice(document).keep_until
        assert last == date(2034, 12, 31)

        for day, left in ((last, 1), (last + DAY, 0)):
            run.run_for(desk.database, vault=desk.runtime.vault, day=day, clock=lambda: desk.now)
            assert desk.count(Invoice) == left

        assert not desk.runtime.vault.inspect().find_with_key([person], compartment=Compartment.RECORD)


class TestRecipient:
    """A document without its recipient would be none (§ 14(4) Nr. 1 UStG, § 147 AO)."""

    def test_of_a_document_kept_here_outlives_the_person(self, desk):
        subject_id = desk.person("contract_person", "legal_retention", fields=FIELDS | {"street": "Lindenufer 14", "city": "Kassel"})
        invoice_id = desk.invoice(subject_id=subject_id, source="here")
        assert b"Haddad" not in desk.stored_invoice(invoice_id).sealed_recipient

        erase(desk, subject_id)

        shown = opened(desk, invoice_id).recipient
        assert (shown["last_name"], shown["street"], shown["city"]) == ("Haddad", "Lindenufer 14", "Kassel")
        assert "email" not in shown

    def test_of_a_copy_is_not_kept(self, desk):
        assert desk.stored_invoice(desk.invoice(subject_id=customer(desk))).sealed_recipient is None

    def test_is_for_those_who_keep_the_books(self, desk):
        invoice_id = desk.invoice(subject_id=customer(desk), source="here")

        with pytest.raises(NotFoundError):
            opened(desk, invoice_id, "business_contact", actor=SALES)
