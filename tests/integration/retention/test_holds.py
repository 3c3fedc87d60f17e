"""Löschsperren: what is held is not destroyed, by no path, and the run says what it left alone (§ 147(3) AO, Art. 17(3) DSGVO)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from crm.actor import Actor, Role
from crm.models.contact import Note, NoteKind
from crm.models.erasure import ErasureCause, ErasureJob, RetainedDocument
from crm.models.legal_hold import LegalHold
from crm.privacy import documents, hold_acts, notes, pausing, purposes, row_integrity
from crm.privacy.documents import NewDocument
from crm.privacy.documents.duty import PURPOSE
from crm.privacy.erasure import guard, job
from crm.privacy.hold_acts import HoldScopeError, HoldStateError, NewHold, OwnHoldError, ReviewDayError
from crm.privacy.holds import HeldError
from crm.services.companies import entry as companies
from crm.services.companies.entry import CompanyEntry
from tests.integration.privacy.people import SALES
from tests.integration.retention.test_aged import reach

ACCOUNTING = Actor("7" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING)
COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
YEARS = timedelta(days=365)


@pytest.fixture
def hold(house):
    """A function that asks for a hold; `approved=False` leaves it to a second person."""

    def place(*, approved=True, reason="litigation", review_in=90, **scope):
        new = NewHold(reason=reason, reference="12 O 34/26", review_on=house.today + timedelta(days=review_in), **scope)
        with house.database.writing() as session:
            hold_id = hold_acts.ask(session, new, actor=ACCOUNTING, now=house.now).id
            if approved:
                hold_acts.approve(session, hold_id=hold_id, actor=COORDINATOR, now=house.now)
        return hold_id

    return place


def end(house, hold_id):
    with house.database.writing() as session:
        hold_acts.end(session, hold_id=hold_id, actor=COORDINATOR, now=house.now)


def tomorrow(house):
    house.clock.advance(timedelta(days=1))
    return house.run()


def write_note(house, person):
    with house.database.writing() as session:
        purpose = house.purpose(session, "precontract_request")
        notes.write(session, subject_id=person, text="Gespräch", kind=NoteKind.NOTE, purpose=purpose, actor=SALES, now=house.now)


class TestRun:
    def test_leaves_a_person_alone_and_says_so_until_the_hold_ends(self, house, hold):
        held, gone = house.overdue(2)
        hold_id = hold(subject_id=held)

        report = house.run()[-1]
        left = house.living()
        end(house, hold_id)
        tomorrow(house)

        assert left == {held} and report.counts == {"RET-01": 1} and report.skipped == {"hold": 1}
        assert house.living() == set() and gone not in left

    def test_leaves_the_people_of_a_company_alone(self, house, hold):
        with house.database.writing() as session:
            company = companies.create(session, entry=CompanyEntry(fields={"name": "Beispiel GmbH"}), actor=SALES, now=house.now)
        held = house.person(days_ago=800, company_id=company)
        other = house.person(days_ago=800)
        hold(company_id=company, reason="tax_audit")

        house.run()

        assert held in house.living() and other not in house.living()

    def test_leaves_a_kind_of_data_alone_and_whoever_it_would_go_with(self, house, hold):
        person = house.person(days_ago=1)
        write_note(house, person)
        house.clock.advance(3 * YEARS)
        hold(rule="RET-17")

        reports = house.run()
        if reports[-1].doubt:
            with house.database.writing() as session:
                guard.confirm(session, run_id=None, actor=COORDINATOR, now=house.now)
            reports = house.run()

        assert person in house.living() and house.count(Note) == 1
        assert reports[-1].skipped == {"hold": 2}

    def test_keeps_somebody_of_whom_a_campaign_knows(self, house, hold):
        """What would go with them is under the hold (Art. 17(3)(e) DSGVO)."""
        reached, gone = house.overdue(2)
        reach(house, reached, 100)
        hold(rule="RET-19")

        report = house.run()[-1]

        assert house.living() == {reached} and gone not in house.living()
        assert report.skipped == {"hold": 1}

    def test_leaves_documents_alone_whose_duty_is_over(self, house, hold):
        person = house.person("contract_person")
        with house.database.writing() as session:
            paper = NewDocument(rule="RET-10", title="Rechnung 1", content=b"%PDF-1.7", issued_on=date(2018, 3, 10))
            duty = purposes.find_all(session).get(PURPOSE)
            documents.file(session, subject_id=person, document=paper, purpose=duty, today=house.today, actor=ACCOUNTING, now=house.now)
        hold_id = hold(rule="RET-10", reason="tax_audit", review_in=300)
        after = date(2027, 1, 1)
        vault, clock = house.runtime.vault, lambda: house.now

        held = documents.expire(house.database, vault=vault, today=after, clock=clock)
        with house.database.reading() as session:
            skipped = documents.count_held(session, today=after)
        end(house, hold_id)
        ended = documents.expire(house.database, vault=vault, today=after, clock=clock)

        assert (sum(held.values()), skipped, sum(ended.values())) == (0, 1, 1)
        assert house.count(RetainedDocument) == 0

    def test_stops_where_a_hold_was_ended_with_sql(self, house, hold):
        held = house.overdue(1)[0]
        hold(subject_id=held)
        with house.database.writing() as session:
            session.execute(text("UPDATE legal_hold SET ended_at = asked_at"))

        report = house.run()[-1]

        assert report.doubt is guard.Doubt.HOLDS_CHANGED and held in house.living()
        with house.database.reading() as session:
            assert not row_integrity.compare(session).is_sound

    def test_is_not_stopped_by_a_hold_that_went_with_its_person(self, house, hold):
        gone = house.overdue(1)[0]
        end(house, hold(subject_id=gone))
        house.run()

        report = tomorrow(house)[-1]

        assert gone not in house.living() and house.count(LegalHold) == 0
        assert report.doubt is None
        with house.database.reading() as session:
            assert row_integrity.compare(session).is_sound


class TestSecondPerson:
    def test_holds_at_once_and_lapses_without_one(self, house, hold):
        held = house.overdue(1)[0]
        hold(subject_id=held, approved=False)
        house.run()
        at_once = held in house.living()

        house.clock.advance(timedelta(days=14))
        house.run()
        on_the_last_day = held in house.living()
        tomorrow(house)

        assert at_once and on_the_last_day and held not in house.living()

    def test_is_not_the_one_who_asked_and_approves_once(self, house, hold):
        hold_id = hold(subject_id=house.person(), approved=False)

        with pytest.raises(OwnHoldError), house.database.writing() as session:
            hold_acts.approve(session, hold_id=hold_id, actor=ACCOUNTING, now=house.now)
        with house.database.writing() as session:
            hold_acts.approve(session, hold_id=hold_id, actor=COORDINATOR, now=house.now)
        with pytest.raises(HoldStateError), house.database.writing() as session:
            hold_acts.approve(session, hold_id=hold_id, actor=COORDINATOR, now=house.now)

        assert house.count_entries("hold:asked", "hold:approved") == (1, 1)


class TestTakesNothing:
    @pytest.mark.parametrize("days", [0, 366, None])
    def test_without_a_day_of_review(self, house, days):
        day = None if days is None else house.today + timedelta(days=days)
        new = NewHold(reason="litigation", reference="Az. 1", review_on=day, rule="RET-10")

        with pytest.raises(ReviewDayError), house.database.writing() as session:
            hold_acts.ask(session, new, actor=ACCOUNTING, now=house.now)

    @pytest.mark.parametrize(
        "scope", [{}, {"rule": "RET-10", "company_id": "a" * 32}, {"rule": "RET-33"}, {"subject_id": "a" * 32}, {"company_id": "a" * 32}]
    )
    def test_of_nothing_or_of_two_things(self, house, hold, scope):
        with pytest.raises(HoldScopeError):
            hold(**scope)

        assert house.count(LegalHold) == 0


def test_no_other_path_destroys_who_is_held(house, hold):
    held = house.person()
    hold(subject_id=held)

    with pytest.raises(HeldError), house.database.writing() as session:
        job.order(session, subject_id=held, cause=ErasureCause.REVIEW, rule=None, case_id=None, actor=COORDINATOR, now=house.now)

    assert house.count(ErasureJob) == 0


@pytest.mark.parametrize(("code", "rule"), [("precontract_request", "RET-01"), ("contract_person", "RET-07")])
def test_of_the_kind_of_data_by_which_somebody_goes_keeps_them_on_every_path(house, hold, code, rule):
    person = house.person(code)
    hold(rule=rule)

    with pytest.raises(HeldError), house.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=COORDINATOR, now=house.now)


def test_that_was_ended_with_sql_lets_no_path_destroy(house, hold):
    person = house.person()
    hold(subject_id=person)
    with house.database.writing() as session:
        session.execute(text("UPDATE legal_hold SET ended_at = asked_at"))

    with pytest.raises(HeldError), house.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=COORDINATOR, now=house.now)
    assert person in house.living()


class TestPause:
    """SDM M60.P06."""

    def test_lets_nothing_be_forgotten_until_its_last_day_and_then_catches_up(self, house):
        person = house.overdue(1)[0]
        with house.database.writing() as session:
            pausing.begin(session, reason="Umzug", until=house.today, today=house.today, actor=COORDINATOR, now=house.now)

        paused = house.run()
        tomorrow(house)

        assert paused == [] and person not in house.living()

    def test_needs_an_end_that_is_near(self, house):
        for until in (None, house.today - timedelta(days=1), house.today + timedelta(days=31)):
            with pytest.raises(pausing.PauseDayError), house.database.writing() as session:
                pausing.begin(session, reason="Umzug", until=until, today=house.today, actor=COORDINATOR, now=house.now)
