"""Files of requests go three years after the end of the year in which their case was closed (RET-22; Art. 5(1)(e), 12 DSGVO)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from crm.db import Compartment
from crm.models.erasure import ErasureCause, ErasureJob
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import hold_acts, restriction, row_integrity
from crm.privacy.actions import Action
from crm.privacy.erasure import eraser, job, plan, run
from crm.privacy.erasure.periods_by_rule import count_by_rule, find_running_rules
from crm.privacy.erasure.proof import find_proof
from crm.privacy.hold_acts import NewHold
from crm.privacy.requests import people
from crm.services.health.keys import KeysLost, examine_keys
from crm.services.health.stores import Stores
from tests.integration.requests.conftest import PRIVACY, SALES, ZONE

LONG_AGO = datetime(2022, 12, 31, 12, tzinfo=UTC)  # goes since 2026-01-01
JUST_AFTER = datetime(2023, 1, 1, 12, tzinfo=UTC)  # goes since 2027-01-01


@pytest.fixture
def closed(desk):
    """A function that opens a case and closes it at a moment."""

    def make(*found, at=LONG_AGO):
        case_id = desk.open(*found)
        with desk.database.writing() as session:
            case = session.get_one(RequestCase, case_id)
            case.state, case.closed_at = CaseState.CLOSED, at
            people.enter(session, case, Action.REQUEST_CLOSED, actor=PRIVACY, now=desk.now)
        return case_id

    return make


@pytest.fixture
def go(desk):
    """A function that runs today and returns what went and what stayed; the plan has to say the same before."""

    def forget():
        today = desk.now.astimezone(ZONE).date()
        with desk.database.reading() as session:
            planned = plan.make_plan(session, day=today, zone=ZONE, now=desk.now).counts
        report = run.catch_up(desk.database, vault=desk.runtime.vault, clock=lambda: desk.now)[-1]
        assert planned == report.counts
        return report

    return forget


def files(desk):
    with desk.database.reading() as session:
        return set(session.scalars(select(RequestCase.id))), set(session.scalars(select(CaseSubject.case_id)))


def test_only_what_was_closed_long_enough_ago_goes(desk, closed, go):
    person = desk.take_in()
    gone, staying = closed(person), closed(person, at=JUST_AFTER)

    report = go()

    assert report.counts == {"RET-22": 1} and files(desk) == ({staying}, {staying})
    assert gone != staying and desk.destroyed(person, Compartment.CASE) == []
    with desk.database.reading() as session:
        assert count_by_rule(session, zone=ZONE)["RET-22"] == 1 and "RET-22" in find_running_rules(session)


def test_with_the_last_file_its_key_goes_and_a_new_case_gets_a_new_one(desk, closed, go):
    person = desk.take_in()
    closed(person)
    go()

    assert desk.destroyed(person, Compartment.CASE) == [1] and desk.destroyed(person, Compartment.PROFILE) == []
    again = desk.open(person)
    assert desk.read(again).request["message"] == "Bitte löschen Sie alles."


def test_is_entered_and_the_control_misses_nothing(desk, closed, go):
    person = desk.take_in()
    closed(person)
    go()

    [entry] = map(json.loads, desk.entries("request:forgotten"))
    assert (entry["sub"], entry["res"], entry["cls"]) == (person, "RET-22", "change")
    with desk.database.reading() as session:
        assert row_integrity.compare(session).is_sound


def test_nothing_goes_on_the_word_of_a_row_that_was_changed_with_sql(desk, closed, go):
    case_id = closed(desk.take_in(), at=JUST_AFTER)
    with desk.database.writing() as session:
        session.execute(update(RequestCase).where(RequestCase.id == case_id).values(closed_at=LONG_AGO))

    report = go()

    assert report.counts == {} and report.skipped == {"changed": 1} and files(desk)[0] == {case_id}


def test_the_control_finds_a_file_that_was_deleted_with_sql(desk, closed):
    case_id = closed(desk.take_in())
    with desk.database.writing() as session:
        for each in session.scalars(select(CaseSubject).where(CaseSubject.case_id == case_id)):
            session.delete(each)
        session.flush()
        session.delete(session.get_one(RequestCase, case_id))

    with desk.database.reading() as session:
        assert sum(row_integrity.compare(session).gone.values()) == 1


def test_of_somebody_nobody_knows_nothing_is_left_and_no_key_is_missed(desk, closed, go):
    stores = Stores(desk.runtime.settings, desk.database, desk.runtime.vault)
    stranger = desk.case(closed()).subject_id
    assert go().counts == {"RET-22": 1}

    assert desk.destroyed(stranger, Compartment.CASE) == [1]
    assert not [each for each in examine_keys(stores) if isinstance(each, KeysLost)]


def test_the_proof_of_the_erasure_outlives_the_file(desk, closed, go):
    person = desk.take_in()
    case_id = closed(person)
    with desk.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=case_id, actor=PRIVACY, now=desk.now)
    assert eraser.finish(desk.database, vault=desk.runtime.vault, clock=desk.clock.now) == 1
    go()

    assert files(desk) == (set(), set()) and desk.destroyed(person, Compartment.CASE) == [1]
    with desk.database.reading() as session:
        assert session.scalars(select(ErasureJob.case_id)).one() == case_id
        assert find_proof(session, subject_id=person).case_id == case_id
        assert job.find_genuine(session, [person]) and row_integrity.compare(session).is_sound


@pytest.mark.parametrize("why", ["request", "restriction", "hold", "hold_of_all"])
def test_stays_and_is_counted_while_something_keeps_it(desk, closed, go, why):
    person = desk.take_in()
    case_id = closed(person)
    if why == "request":
        desk.open(person)
    with desk.database.writing() as session:
        if why == "restriction":
            restriction.impose(session, subject_ids=[person], reason=min(restriction.OBTAINED), actor=PRIVACY, now=desk.now)
        if why.startswith("hold"):
            scope = {"rule": "RET-22"} if why == "hold_of_all" else {"subject_id": person}
            new = NewHold(reason="litigation", reference="Az. 1", review_on=(desk.now + timedelta(days=9)).date(), **scope)
            hold_acts.ask(session, new, actor=SALES, now=desk.now)

    report = go()

    assert "RET-22" not in report.counts and case_id in files(desk)[0]
    assert report.skipped == {why.partition("_")[0]: 1}


def test_many_go_over_several_units_of_work(desk, closed, go, monkeypatch):
    monkeypatch.setattr("crm.privacy.erasure.request_files._AT_ONCE", 2)
    people_with_files = [desk.take_in(last_name=f"Person{number}", email=f"p{number}@example.com") for number in range(3)]
    for person in people_with_files:
        closed(person)
        closed(person)

    assert go().counts == {"RET-22": 6}
    assert all(desk.destroyed(each, Compartment.CASE) == [1] for each in people_with_files)
