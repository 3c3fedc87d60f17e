"""The plan says what the run does, of every kind of thing, and the run says what stayed (Art. 5(1)(e), 5(2) DSGVO)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from crm.actor import Actor, Role
from crm.db import new_id
from crm.models.account import Account
from crm.models.contact import NoteKind
from crm.models.export_file import ExportFile
from crm.models.intake import PendingRequest
from crm.models.retention import RetentionRun
from crm.privacy import documents, hold_acts, notes, purposes, restriction
from crm.privacy.documents import NewDocument
from crm.privacy.erasure import plan
from crm.privacy.erasure.amounts import Unit, count_by_unit
from crm.privacy.hold_acts import NewHold
from crm.privacy.restriction import RestrictionReason
from tests.integration.privacy.people import SALES
from tests.integration.retention.test_aged import reach

ACCOUNTING = Actor("a" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING)
EVERYTHING = {"RET-01": 2, "RET-02": 1, "RET-10": 2, "RET-17": 1, "RET-19": 3, "RET-24": 1, "RET-36": 1}


@pytest.fixture
def ended(house):
    """Let one of every kind have ended, and somebody go of whom a campaign knows; return who stays."""
    going, _other = house.overdue(2)
    staying = house.person("business_contact", "contract_person", days_ago=5)
    for person in (staying, staying, staying, going):
        reach(house, person, 400)
    with house.database.writing() as session:
        write_note(session, house, staying, days_ago=800)
        _file_documents(session, house, staying)
        _leave_request(session, house)
        _ask_for_file(session, house)
        protocol = {"id": new_id(), "day": date(2021, 3, 1), "state": "done", "planned": 0, "counts": "{}", "skipped": "{}"}
        session.execute(insert(RetentionRun), [{**protocol, "started_at": house.now, "finished_at": house.now}])
        yesterday = {**protocol, "id": new_id(), "day": house.today - timedelta(days=1)}
        session.execute(insert(RetentionRun), [{**yesterday, "started_at": house.now, "finished_at": house.now}])
    return staying


def write_note(session, house, person, *, days_ago):
    moment = {"now": house.now, "happened_at": house.now - timedelta(days=days_ago)}
    purpose = house.purpose(session, "business_contact")
    notes.write(session, subject_id=person, text="Notiz", kind=NoteKind.NOTE, purpose=purpose, actor=SALES, **moment)


def _file_documents(session, house, person):
    duty = purposes.find_all(session).get("legal_retention")
    for issued_on in (date(2012, 3, 10), date(2013, 3, 10)):
        paper = NewDocument(rule="RET-10", title="Rechnung", content=b"%PDF-1.7", issued_on=issued_on)
        about = {"purpose": duty, "today": date(2018, 1, 1), "actor": ACCOUNTING, "now": house.now}
        documents.file(session, subject_id=person, document=paper, **about)


def _leave_request(session, house):
    pending = {"id": new_id(), "kind": "erasure", "language": "de", "address_tag": b"t" * 16, "sealed_request": b"s"}
    moments = {"received_at": house.now - timedelta(days=20), "expires_at": house.now - timedelta(days=6)}
    session.execute(insert(PendingRequest), [{**pending, **moments}])


def _ask_for_file(session, house):
    account_id = new_id()
    account = {"id": account_id, "pseudonym": "f" * 32, "email_tag": b"t" * 16, "sealed_email": b"s", "sealed_name": b"s"}
    session.execute(insert(Account), [{**account, "password_hash": "x", "created_at": house.now}])
    file = {"id": new_id(), "kind": "contacts", "purpose": "business_contact", "columns": "[]", "row_count": 0, "state": "ready"}
    asked = {"requested_by": account_id, "requested_in": "sales", "requested_at": house.now, "sealed_reason": b"s"}
    session.execute(insert(ExportFile), [{**file, **asked, "expires_on": house.today - timedelta(days=1)}])


def planned(house):
    with house.database.reading() as session:
        return plan.make_plan(session, day=house.today, zone=house.database.equipment["zone"], now=house.now)


def test_the_run_does_what_the_plan_says_of_every_kind(house, ended):
    foreseen = planned(house)

    [report] = house.run()

    assert foreseen.counts == report.counts == EVERYTHING
    assert report.skipped == {}


def test_each_kind_is_counted_as_what_it_is(house, ended):
    assert count_by_unit(planned(house).counts) == {
        Unit.PERSON: 2,
        Unit.NOTE: 1,
        Unit.DOCUMENT: 2,
        Unit.REACHED: 3,
        Unit.PROTOCOL: 1,
        Unit.REQUEST: 1,
        Unit.EXPORT: 1,
    }


def test_neither_counts_as_going_what_is_under_a_hold(house, ended):
    with house.database.writing() as session:
        for rule in EVERYTHING:
            new = NewHold(reason="litigation", reference="Az. 1", review_on=house.today + timedelta(days=9), rule=rule)
            hold_acts.ask(session, new, actor=SALES, now=house.now)

    foreseen = planned(house)
    [report] = house.run()

    assert foreseen.counts == report.counts == {}
    assert report.skipped == {"hold": sum(EVERYTHING.values()) + 1}  # and what a campaign knows of somebody who would have gone


def test_what_is_kept_because_somebody_obtained_that_is_named_as_such(house, ended):
    """Art. 18(1) DSGVO: documents whose duty has ended, what campaigns know, and notes."""
    with house.database.writing() as session:
        restriction.impose(session, subject_ids=[ended], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=house.now)

    foreseen = planned(house)
    [report] = house.run()

    staying = ("RET-10", "RET-17", "RET-19")
    assert foreseen.counts == report.counts == {rule: number for rule, number in EVERYTHING.items() if rule not in staying}
    assert report.skipped == {"restriction": sum(EVERYTHING[rule] for rule in staying)}
