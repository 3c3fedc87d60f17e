"""What goes with a person and what stays (Art. 17(1), 17(3) DSGVO)."""

import pytest
from sqlalchemy import MetaData, Table

from crm.db import Base, Fate, Kept, Oblivion, emptied, goes
from crm.models.company import Company, CompanyKind
from crm.models.contact import Contact
from crm.models.intake import LinkKind, PersonalLink
from crm.models.lawfulness import GroundEvent, ObjectionEvent
from crm.privacy.erasure import reach
from crm.privacy.erasure.reach import KeptRows, UndecidedTableError
from crm.privacy.objection import Heard
from tests.support.remains import count_left


def rows_of(house, subject_id):
    """Return table names with the number of rows that name the person."""
    with house.database.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if "subject_id" in table.c]
        counted = {table.name: session.execute(table.select().where(table.c.subject_id == subject_id)).all() for table in tables}
    return {name: len(rows) for name, rows in counted.items() if rows}


def test_of_the_person_in_the_fixture_there_is_something_in_every_table_that_an_erasure_touches(house):
    with house.database.reading() as session:
        touched = [table for table, oblivion in reach.find_reach() if oblivion.fate in {Fate.GOES, Fate.EMPTIED}]
        missing = [t.name for t in touched if not session.execute(t.select().where(t.c.subject_id == house.person.subject_id)).first()]

    assert missing == []


def test_what_stays_is_evidence_case_document_log_and_protocol(house):
    house.seal_log()

    house.erase()

    left = rows_of(house, house.person.subject_id)
    assert left.pop("ledger_entry") > 5
    assert left.pop("search_change") > 1
    assert left == {
        "erasure_job": 1,
        "consent_event": 1,
        "ground_event": 3,
        "objection_event": 1,
        "restriction_event": 1,
        "notice_event": 1,
        "request_case": 1,
        "case_subject": 1,
        "retained_document": 1,
        "invoice": 1,
        "company": 1,
        "deal": 1,
        "personal_link": 1,
    }


def test_the_status_of_the_request_can_still_be_asked_for(house):
    house.erase()

    [link] = house.rows(PersonalLink.__table__)
    assert link["kind"] == LinkKind.STATUS


def test_the_company_of_a_sole_trader_stays_as_an_empty_row_that_others_point_to(house):
    house.erase()

    [company] = house.rows(Company.__table__)
    with house.database.reading() as session:
        neighbour = session.get_one(Contact, house.person.bystander_id)
    assert neighbour.company_id == company["id"] == house.person.company_id
    assert company["kind"] == CompanyKind.NATURAL_PERSON
    filled = {name for name, value in company.items() if value is not None}
    assert filled == {"id", "kind", "subject_id", "created_at", "changed_at", "version"}


def test_what_was_lawful_until_when_stays_and_how_somebody_objected_in_words_of_ours(house):
    house.erase()

    [ground, *_] = [row for row in house.rows(GroundEvent.__table__) if row["subject_id"] == house.person.subject_id]
    [objection] = house.rows(ObjectionEvent.__table__)
    assert (ground["purpose"], ground["basis"], ground["act"]) == ("business_contact", "6-1-f", "started")
    assert objection["origin"] == Heard.CALL


def test_nobody_else_loses_anything(house):
    before = rows_of(house, house.person.bystander_id)

    house.erase()

    assert rows_of(house, house.person.bystander_id) == before


def test_what_stays_is_told_by_reason(house):
    house.erase()

    with house.database.reading() as session:
        kept = reach.find_kept(session, house.person.subject_id)
        assert count_left(session, [house.person.subject_id]) == 0
    assert KeptRows("retained_document", Kept.DOCUMENT, 1) in kept
    assert KeptRows("personal_link", Kept.CASE, 1) in kept
    assert {each.kept for each in kept} == {Kept.EVIDENCE, Kept.CASE, Kept.DOCUMENT, Kept.OTHERS}


@pytest.mark.parametrize(
    ("info", "expected"), [(goes(), Oblivion(Fate.GOES)), (emptied("x", kept=Kept.OTHERS), Oblivion(Fate.EMPTIED, Kept.OTHERS, ("x",)))]
)
def test_what_a_table_says_of_itself_comes_first(info, expected):
    contact = Contact.__table__.to_metadata(MetaData())
    contact.info.update(info)

    assert reach.oblivion_of(contact) == expected


def test_a_table_that_decides_nothing_is_a_mistake():
    link = Base.metadata.tables["lookup"].c.subject_id
    undecided = Table("new_thing", MetaData(), link._copy())

    with pytest.raises(UndecidedTableError, match="new_thing"):
        reach.oblivion_of(undecided)
