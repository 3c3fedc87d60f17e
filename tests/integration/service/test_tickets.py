"""Tickets are opened, answered by the lawful way, wait, and are closed; what they say goes with the person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.mail.outbox import OutboxMessage
from crm.models.contact import Contact
from crm.models.retention import RetentionDue
from crm.models.ticket import Ticket, TicketEntry, TicketEntryKind, TicketState, TicketWay
from crm.privacy import restriction
from crm.privacy.erasure import run
from crm.privacy.errors import PurposeNotAllowedError, RestrictedError, StaleVersionError
from crm.privacy.notes import EmptyNoteError, SpecialCategoryError
from crm.privacy.restriction import RestrictionReason
from crm.services.lawful_mail import NoAddressError
from crm.services.staff_names import OwnerUnknownError
from crm.services.tickets import entry as tickets
from crm.services.tickets import listing, view
from crm.services.tickets.errors import (
    ClosedTicketError,
    NobodyToMailError,
    PriorityError,
    TicketPageTokenError,
    TicketSubjectMissingError,
    TopicError,
    WayMissingError,
)
from crm.services.tickets.listing import Scope, TicketFilter
from tests.integration.service.conftest import FACTS, FIELDS, SALES, SERVICE, new_form

WEEK = timedelta(days=7)


def restrict(desk, subject_id):
    with desk.database.writing() as session:
        restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=desk.now)


def opened(desk, ticket_id):
    with desk.database.reading() as session:
        return view.open_view(session, ticket_id=ticket_id, **desk.acting())


def listed(desk, scope=Scope.OPEN, **more):
    with desk.database.reading() as session:
        return listing.list_tickets(session, wanted=TicketFilter(scope=scope, **more), **desk.acting())


class TestOpening:
    def test_numbers_tickets_by_year_and_seals_what_they_are_about(self, desk):
        person = desk.person()

        first, second = desk.ticket(subject_id=person), desk.ticket(subject_id=person)

        assert [desk.stored(Ticket, each).number for each in (first, second)] == ["T-2026-00001", "T-2026-00002"]
        assert b"Dichtung" not in desk.stored(Ticket, first).sealed_subject
        assert opened(desk, first).shown.subject == "Dichtung tropft"
        assert len(desk.entries("ticket:opened")) == 2

    def test_of_a_person_knows_the_company_they_work_for(self, desk):
        company = desk.company()

        ticket = desk.stored(Ticket, desk.ticket(subject_id=desk.person(company_id=company)))

        assert ticket.company_id == company

    def test_sent_twice_opens_one(self, desk):
        form, company = new_form(), desk.company()

        assert desk.ticket(company_id=company, form=form) == desk.ticket(company_id=company, form=form)
        assert desk.count(Ticket) == 1

    def test_about_somebody_restricted_is_refused(self, desk):
        person = desk.person()
        restrict(desk, person)

        with pytest.raises(RestrictedError):
            desk.ticket(subject_id=person)

    def test_says_everything_that_is_wrong_at_once(self, desk):
        facts = replace(FACTS, subject=" ", topic="moon", priority="", owner_id="a" * 32)

        with desk.database.reading() as session:
            faults = tickets.check(session, facts)

        assert [type(each) for each in faults] == [TicketSubjectMissingError, TopicError, PriorityError, OwnerUnknownError]

    def test_is_for_those_who_serve(self, desk):
        with desk.database.writing() as session, pytest.raises(PurposeNotAllowedError):
            tickets.open_ticket(
                session,
                facts=FACTS,
                customer=tickets.Chosen(desk.company(), None),
                form=new_form(),
                purpose=desk.purpose(),
                actor=SALES,
                now=desk.now,
            )


class TestSaying:
    def test_a_reply_by_mail_is_in_the_outbox_and_ends_the_clock_of_the_answer(self, desk):
        person = desk.person()
        ticket_id = desk.ticket(subject_id=person)

        desk.say(ticket_id, way=TicketWay.EMAIL)

        with desk.database.reading() as session:
            message = session.scalars(select(OutboxMessage)).one()
        assert (message.kind, message.subject_id) == ("ticket_reply", person)
        assert desk.stored(Ticket, ticket_id).answered_at == desk.now
        assert [each.text for each in opened(desk, ticket_id).entries] == ["Wir kommen morgen."]

    def test_a_reply_about_a_company_or_without_an_address_goes_another_way_and_nothing_is_kept(self, desk):
        of_company = desk.ticket(company_id=desk.company())
        without = desk.ticket(subject_id=desk.person(fields={**FIELDS, "email": ""}))

        with pytest.raises(NobodyToMailError):
            desk.say(of_company, way=TicketWay.EMAIL)
        with pytest.raises(NoAddressError):
            desk.say(without, way=TicketWay.EMAIL)

        assert desk.count(TicketEntry) == desk.count(OutboxMessage) == 0

    def test_what_was_said_on_the_phone_moves_the_last_contact(self, desk):
        person = desk.person()

        desk.say(desk.ticket(subject_id=person))

        with desk.database.reading() as session:
            assert session.get_one(Contact, person).last_contact_at == desk.now
        assert desk.count(OutboxMessage) == 0

    def test_the_same_form_sent_twice_says_it_once(self, desk):
        ticket_id, form = desk.ticket(subject_id=desk.person()), new_form()

        desk.say(ticket_id, way=TicketWay.EMAIL, form=form, version=1)
        desk.say(ticket_id, way=TicketWay.EMAIL, form=form, version=1)

        assert desk.count(TicketEntry) == desk.count(OutboxMessage) == 1

    def test_two_colleagues_do_not_answer_the_same_thing(self, desk):
        ticket_id = desk.ticket(subject_id=desk.person())
        desk.say(ticket_id, version=1)

        with pytest.raises(StaleVersionError):
            desk.say(ticket_id, version=1)

    def test_what_a_customer_says_ends_waiting_and_opens_what_was_closed(self, desk):
        ticket_id = desk.ticket(subject_id=desk.person())
        for state in (TicketState.WAITING, TicketState.CLOSED):
            desk.move(ticket_id, state)

            desk.say(ticket_id, kind=TicketEntryKind.FROM_CUSTOMER)

            ticket = desk.stored(Ticket, ticket_id)
            assert (ticket.state, ticket.closed_at, ticket.waiting_since) == (TicketState.OPEN, None, None)

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ({"text": "  "}, EmptyNoteError),
            ({"way": None}, WayMissingError),
            ({"text": "Sie ist schwanger und kann nicht heben."}, SpecialCategoryError),
        ],
    )
    def test_refuses_what_cannot_be_kept(self, desk, said, error):
        ticket_id = desk.ticket(subject_id=desk.person())

        with pytest.raises(error):
            desk.say(ticket_id, **said)

        assert desk.count(TicketEntry) == 0

    def test_about_somebody_restricted_nothing_is_said_and_nothing_shown(self, desk):
        person = desk.person()
        ticket_id = desk.ticket(subject_id=person)
        desk.say(ticket_id)
        restrict(desk, person)

        with pytest.raises(RestrictedError):
            desk.say(ticket_id)

        shown = opened(desk, ticket_id)
        assert (shown.shown.subject, shown.shown.customer.person, shown.entries) == (None, None, ())


class TestClock:
    def test_stands_still_while_we_wait_for_the_customer(self, desk):
        ticket_id = desk.ticket(subject_id=desk.person())
        before = desk.stored(Ticket, ticket_id)
        desk.move(ticket_id, TicketState.WAITING)

        desk.clock.advance(WEEK)
        desk.move(ticket_id, TicketState.OPEN)

        after = desk.stored(Ticket, ticket_id)
        assert after.solve_by - before.solve_by == after.answer_by - before.answer_by == WEEK

    def test_begins_anew_for_what_is_opened_again(self, desk):
        ticket_id = desk.ticket(subject_id=desk.person())
        first = desk.stored(Ticket, ticket_id).solve_by
        desk.move(ticket_id, TicketState.CLOSED)

        desk.clock.advance(WEEK)
        desk.move(ticket_id, TicketState.OPEN)

        assert desk.stored(Ticket, ticket_id).solve_by - first == WEEK

    def test_follows_the_priority(self, desk):
        ticket_id = desk.ticket(company_id=desk.company())

        with desk.database.writing() as session:
            tickets.change(session, ticket_id=ticket_id, facts=replace(FACTS, priority="urgent"), expected_version=1, **desk.acting())

        before, after = desk.now, desk.stored(Ticket, ticket_id)
        assert after.answer_by - before == timedelta(hours=1)

    def test_what_is_closed_is_not_changed(self, desk):
        ticket_id = desk.ticket(company_id=desk.company())
        desk.move(ticket_id, TicketState.CLOSED)

        with desk.database.writing() as session, pytest.raises(ClosedTicketError):
            tickets.change(session, ticket_id=ticket_id, facts=FACTS, expected_version=2, **desk.acting())


class TestList:
    def test_shows_what_is_late_first_and_each_scope_its_own(self, desk):
        company = desk.company()
        waits, late = desk.ticket(company_id=company), desk.ticket(company_id=company, facts=replace(FACTS, priority="urgent"))
        desk.move(waits, TicketState.WAITING)
        closed = desk.ticket(company_id=company)
        desk.move(closed, TicketState.CLOSED)
        desk.clock.advance(timedelta(days=1))
        fresh = desk.ticket(company_id=company)

        def ids(scope):
            return [each.ticket.id for each in listed(desk, scope).rows]

        assert ids(Scope.OPEN)[0] == late
        assert set(ids(Scope.OPEN)) == {late, waits, fresh}
        assert (ids(Scope.LATE), ids(Scope.WAITING), ids(Scope.CLOSED)) == ([late], [waits], [closed])

    def test_goes_from_page_to_page_without_a_gap(self, desk, monkeypatch):
        monkeypatch.setattr(listing, "PAGE_SIZE", 2)
        company = desk.company()
        made = {desk.ticket(company_id=company) for _ in range(5)}

        seen, after = [], None
        while True:
            page = listed(desk, after=after)
            seen += [each.ticket.id for each in page.rows]
            after = page.after
            if after is None:
                break

        assert (len(seen), set(seen)) == (5, made)

    def test_refuses_a_page_that_it_did_not_give_out(self, desk):
        with pytest.raises(TicketPageTokenError):
            listed(desk, after="f" * 32)

    def test_names_nobody_whom_the_door_keeps(self, desk):
        person = desk.person()
        desk.ticket(subject_id=person)
        restrict(desk, person)

        (row,) = listed(desk).rows

        assert (row.subject, row.customer.person) == (None, None)


class TestForgetting:
    """RET-16: three years from the end of the year in which it was closed."""

    def test_a_ticket_goes_by_its_own_period_and_the_person_stays(self, desk):
        person = desk.person("service", "contract_person")
        ticket_id = desk.ticket(subject_id=person)
        desk.say(ticket_id)
        desk.move(ticket_id, TicketState.CLOSED)
        with desk.database.reading() as session:
            (due,) = session.scalars(select(RetentionDue).where(RetentionDue.kind == "ticket"))
        assert (due.rule, due.due_on.isoformat()) == ("RET-16", "2029-12-31")

        run.run_for(desk.database, vault=desk.runtime.vault, day=due.due_on, clock=lambda: desk.now)
        assert desk.count(Ticket) == 1
        run.run_for(desk.database, vault=desk.runtime.vault, day=due.due_on + timedelta(days=1), clock=lambda: desk.now)

        assert desk.count(Ticket) == desk.count(TicketEntry) == 0
        assert desk.count(Contact) == 1
        assert len(desk.entries("ticket:erased")) == 1

    def test_opened_again_it_has_no_day(self, desk):
        ticket_id = desk.ticket(subject_id=desk.person())
        desk.move(ticket_id, TicketState.CLOSED)

        desk.move(ticket_id, TicketState.OPEN)

        assert desk.count(RetentionDue, RetentionDue.kind == "ticket") == 0


def test_the_log_says_nothing_of_what_a_ticket_says(desk):
    ticket_id = desk.ticket(subject_id=desk.person())
    desk.say(ticket_id, way=TicketWay.EMAIL)

    said = "".join(desk.entries("ticket:opened") + desk.entries("ticket:written") + desk.entries("mail:written"))

    assert "Dichtung" not in said
    assert "morgen" not in said
    assert SERVICE.pseudonym in said
