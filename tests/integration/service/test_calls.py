"""The call screen: finds the caller, shows what the call needs and nothing else, and enters how they were recognised."""

import pytest
from sqlalchemy import select

from crm.errors import NotFoundError
from crm.models.contact import Note, NoteKind
from crm.models.ticket import Ticket, TicketEntry, TicketState
from crm.privacy import lawfulness, notes, objection, purposes
from crm.privacy.errors import NoLawfulBasisError, PurposeNotAllowedError
from crm.privacy.objection import Heard, Objection
from crm.search.builder import IndexBuilder
from crm.services import directory
from crm.services.calls import finding, noting, opening, verifying
from crm.services.calls.noting import NEW_TICKET, CallNote, CallTicketError, CompanyNoteError
from crm.services.calls.verifying import Recognised, RecognisedError
from crm.services.work_customers import Chosen
from tests.integration.service.conftest import FIELDS, SALES, SERVICE, new_form


def build_index(desk):
    directory.build(desk.database, IndexBuilder(desk.runtime.place), clock=desk.clock, progress=lambda _done, _total: None)


def found(desk, text, actor=SERVICE):
    with desk.database.reading() as session:
        return finding.find(session, text=text, purpose=desk.purpose(), actor=actor, now=desk.now)


def screen(desk, **caller):
    with desk.database.reading() as session:
        return opening.open_screen(session, caller=Chosen(**{"company_id": None, "subject_id": None, **caller}), **desk.acting())


def keep(desk, call, form=None, **caller):
    with desk.database.writing() as session:
        whom = Chosen(**{"company_id": None, "subject_id": None, **caller})
        return noting.keep(session, caller=whom, call=call, form=form or new_form(), **desk.acting())


class TestFinding:
    def test_finds_by_phone_in_any_spelling_before_the_index_is_there(self, desk):
        person = desk.person()

        for spelled in ("0151 55500187", "+49 151 55500187", "0151/555-00187"):
            assert found(desk, spelled).only_one == Chosen(None, person)

    def test_finds_by_name_of_person_and_of_company(self, desk):
        company = desk.company("Haddad Papier GmbH")
        person = desk.person()
        build_index(desk)

        callers = found(desk, "haddad")

        assert [each.person.subject_id for each in callers.people] == [person]
        assert [each.id for each in callers.companies] == [company]
        assert callers.only_one is None

    def test_finds_by_the_number_of_an_invoice_or_ticket(self, desk):
        company, person = desk.company(), desk.person("service", "contract_person")
        desk.invoice("R-2026-3391", company_id=company)
        number = desk.stored(Ticket, desk.ticket(subject_id=person)).number

        assert found(desk, " r-2026-3391 ").only_one == Chosen(company, None)
        assert found(desk, number.lower()).only_one == Chosen(None, person)

    def test_names_nobody_whom_service_may_not_use(self, desk):
        person = desk.person("contract_person")
        with desk.database.writing() as session:  # they contest being served
            objection.raise_many(session, [(person, Objection("service"))], origin=Heard.STAFF, actor=SERVICE, now=desk.now)
        desk.invoice("R-1", subject_id=person)

        assert found(desk, "R-1").only_one is None
        assert found(desk, FIELDS["phone"]).only_one is None

    def test_says_that_names_cannot_be_looked_up_while_the_index_is_built(self, desk):
        assert found(desk, "Haddad").is_partial

    def test_is_for_those_who_serve(self, desk):
        with pytest.raises(PurposeNotAllowedError):
            found(desk, "x", actor=SALES)


class TestScreen:
    """DS-UC-04, DS-UC-05."""

    def test_shows_what_person_and_company_owe_and_what_is_open(self, desk):
        company = desk.company()
        person = desk.person("service", "contract_person", company_id=company)
        own, theirs = desk.invoice("R-1", subject_id=person), desk.invoice("R-2", company_id=company)
        colleague = desk.person("service", "contract_person", company_id=company, fields={"first_name": "Jörn", "last_name": "Pfister"})
        desk.invoice("R-3", subject_id=colleague)
        mine, of_company = desk.ticket(subject_id=person), desk.ticket(company_id=company)
        desk.ticket(subject_id=colleague)
        closed = desk.ticket(subject_id=person)
        desk.move(closed, TicketState.CLOSED)

        shown = screen(desk, subject_id=person)

        assert {each.id for each in shown.invoices} == {own, theirs}
        assert {each.ticket.id for each in shown.tickets} == {mine, of_company}
        assert [each.ticket.id for each in shown.same_topic] == [closed]
        assert shown.company == "Lahntal Papier GmbH"

    def test_shows_no_old_notes_no_address_and_no_origin_and_the_log_says_so(self, desk):
        person = desk.person(fields={**FIELDS, "street": "Weg 1", "city": "Kassel"})
        with desk.database.writing() as session:
            acting = {"purpose": desk.purpose("business_contact"), "actor": SALES, "now": desk.now}
            notes.write(session, subject_id=person, text="Fährt gern Rad.", kind=NoteKind.NOTE, **acting)

        shown = screen(desk, subject_id=person)

        assert set(shown.fields) == {"first_name", "last_name", "email", "phone"}
        (entry,) = desk.entries("person:disclosed")
        assert "notes" not in entry
        assert '"pur":"service"' in entry.replace(" ", "")

    def test_enters_that_own_invoices_were_shown(self, desk):
        person = desk.person("service", "contract_person")
        desk.invoice(subject_id=person)

        screen(desk, subject_id=person)

        assert len(desk.entries("invoices:disclosed")) == 1

    def test_of_a_company_alone_is_about_nobody(self, desk):
        company = desk.company()
        desk.invoice(company_id=company)

        shown = screen(desk, company_id=company)

        assert (dict(shown.fields), len(shown.invoices)) == ({}, 1)
        assert desk.entries("person:disclosed") == desk.entries("invoices:disclosed") == []

    def test_is_refused_for_whom_service_has_no_ground(self, desk):
        with pytest.raises(NoLawfulBasisError):
            screen(desk, subject_id=desk.person("contract_person"))

    def test_of_nobody_there_is_none(self, desk):
        with pytest.raises(NotFoundError):
            screen(desk, subject_id="f" * 32)


class TestVerifying:
    """Art. 32 DSGVO; LG Bonn 29 OWi 1/20: name and date of birth alone are no way."""

    @pytest.mark.parametrize("by", list(Recognised))
    def test_enters_how_somebody_was_recognised(self, desk, by):
        person = desk.person()

        with desk.database.writing() as session:
            verifying.note(session, caller=Chosen(None, person), by=by, **desk.acting())

        (entry,) = desk.entries("caller:verified")
        assert by in entry
        assert person in entry

    @pytest.mark.parametrize("by", ["birth_date", "name", ""])
    def test_takes_no_other_way(self, desk, by):
        with desk.database.writing() as session, pytest.raises(RecognisedError):
            verifying.note(session, caller=Chosen(None, desk.person()), by=by, **desk.acting())


class TestNoting:
    def test_belongs_to_the_ticket_that_was_chosen(self, desk):
        person = desk.person()
        ticket_id = desk.ticket(subject_id=person)

        assert keep(desk, CallNote(text="Tropft wieder.", ticket=ticket_id), subject_id=person) == ticket_id

        assert (desk.count(TicketEntry), desk.count(Note)) == (1, 0)

    def test_opens_a_ticket_and_says_it_there_once(self, desk):
        person, form = desk.person(), new_form()
        call = CallNote(text="Tropft.", ticket=NEW_TICKET, subject="Dichtung tropft", topic="fault")

        assert keep(desk, call, form, subject_id=person) == keep(desk, call, form, subject_id=person)

        assert desk.count(Ticket) == desk.count(TicketEntry) == 1

    def test_without_a_ticket_is_a_note_of_a_call_written_once(self, desk):
        person, form = desk.person(), new_form()
        for _ in range(2):
            assert keep(desk, CallNote(text="Fragt nach dem Katalog.", ticket=""), form, subject_id=person) is None

        with desk.database.reading() as session:
            assert [each.kind for each in session.scalars(select(Note))] == [NoteKind.CALL]

    def test_belongs_to_no_ticket_of_somebody_else(self, desk):
        other = desk.ticket(subject_id=desk.person(fields={"last_name": "Pfister"}))

        with pytest.raises(CallTicketError):
            keep(desk, CallNote(text="Hm.", ticket=other), subject_id=desk.person())

    def test_of_a_company_needs_a_ticket(self, desk):
        with pytest.raises(CompanyNoteError):
            keep(desk, CallNote(text="Hm.", ticket=""), company_id=desk.company())


class TestWhoIsServed:
    """The ground of service begins with the first matter, whoever took the person in (Art. 6(1)(f) DSGVO)."""

    def customer(self, desk):
        return desk.person("contract_person", "legal_retention")

    def grounds(self, desk, subject_id):
        with desk.database.reading() as session:
            return set(lawfulness.find_grounds(session, [subject_id], now=desk.now).get(subject_id, {}))

    def test_somebody_with_an_invoice(self, desk):
        customer = self.customer(desk)
        assert "service" not in self.grounds(desk, customer)

        desk.invoice(subject_id=customer)

        assert "service" in self.grounds(desk, customer)
        assert len(desk.entries("ground:started")) == 2  # legal_retention began with the person

    def test_once_however_many_there_are(self, desk):
        customer = self.customer(desk)
        for number in ("R-1", "R-2"):
            desk.invoice(number, subject_id=customer)

        assert len(desk.entries("ground:started")) == 2

    def test_nobody_who_contests_it(self, desk):
        customer = self.customer(desk)
        with desk.database.writing() as session:
            objection.raise_many(session, [(customer, Objection("service"))], origin=Heard.STAFF, actor=SERVICE, now=desk.now)

        desk.invoice(subject_id=customer)

        assert "service" not in self.grounds(desk, customer)

    def test_nobody_where_the_company_does_not_use_the_purpose(self, desk):
        customer = self.customer(desk)
        with desk.database.writing() as session:
            purposes.set_roles(session, code="service", roles=[], actor=SERVICE, now=desk.now)

        desk.invoice(subject_id=customer)

        assert "service" not in self.grounds(desk, customer)
