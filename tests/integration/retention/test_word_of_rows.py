"""Nothing is destroyed on the word of a row that was changed past the program, be it a note, a document or a day that was kept ready."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from crm.models.contact import Note
from crm.models.erasure import RetainedDocument
from crm.models.retention import RetentionDue
from crm.privacy import documents, purposes
from crm.privacy.documents import NewDocument
from crm.privacy.erasure import run
from tests.integration.retention.test_plan import ACCOUNTING, planned, write_note
from tests.support.own_fields import define


def change(house, statement):
    with house.database.writing() as session:
        session.execute(text(statement))


def file_voucher(house, person, issued_on):
    with house.database.writing() as session:
        duty = purposes.find_all(session).get("legal_retention")
        paper = NewDocument(rule="RET-10", title="Rechnung", content=b"%PDF-1.7", issued_on=issued_on)
        about = {"purpose": duty, "today": issued_on + timedelta(days=30), "actor": ACCOUNTING, "now": house.now}
        documents.file(session, subject_id=person, document=paper, **about)


@pytest.fixture
def person(house):
    return house.person("business_contact", "contract_person", days_ago=5)


class TestDayThatWasKeptReady:
    def test_of_a_note_is_put_right_before_it_goes(self, house, person):
        with house.database.writing() as session:
            write_note(session, house, person, days_ago=10)
        change(house, "UPDATE retention_due SET due_on = '2020-01-01' WHERE kind = 'note'")

        foreseen = planned(house)
        [report] = house.run()

        assert foreseen.counts == report.counts == {} and house.count(Note) == 1
        with house.database.reading() as session:
            assert session.query(RetentionDue.due_on).filter_by(kind="note").scalar() > house.today

    def test_of_a_value_of_a_custom_field_too(self, house):
        with house.database.writing() as session:
            define(session, house.now - timedelta(days=20))
        house.person("business_contact", fields={"last_name": "Ott", "custom_industry": "Chemie"})
        change(house, "UPDATE retention_due SET due_on = '2020-01-01' WHERE kind = 'custom'")

        foreseen = planned(house)
        [report] = house.run()

        assert foreseen.counts == report.counts == {}

    def test_of_people_is_not_believed_by_the_plan_either(self, house, person):
        change(house, f"UPDATE retention_due SET due_on = '2020-01-01', rule = 'RET-01' WHERE subject_id = '{person}'")

        foreseen = planned(house)
        [report] = house.run()

        assert foreseen.counts == report.counts == {} and person in house.living()


class TestRow:
    def test_of_a_note_that_is_said_to_be_older_stays_with_the_note(self, house, person):
        with house.database.writing() as session:
            write_note(session, house, person, days_ago=10)
        change(house, "UPDATE note SET written_at = '2020-01-01 00:00:00'")
        change(house, "UPDATE retention_due SET due_on = '2022-01-01', started_on = '2020-01-01' WHERE kind = 'note'")

        foreseen = planned(house)
        [report] = house.run()

        assert foreseen.counts == report.counts == {} and house.count(Note) == 1
        assert report.skipped == {"changed": 1}

    def test_of_a_document_that_is_said_to_be_over_stays_with_all_of_that_person(self, house, person):
        """Art. 17(3)(b) DSGVO, § 147(3) AO."""
        other = house.person("contract_person", days_ago=5)
        for each in (person, person, other):
            file_voucher(house, each, date(2024, 3, 10))
        file_voucher(house, other, date(2012, 3, 10))
        one = f"(SELECT min(id) FROM retained_document WHERE subject_id = '{person}')"
        change(house, f"UPDATE retained_document SET keep_until = '2020-12-31' WHERE id = {one}")

        foreseen = planned(house)
        [report] = house.run()

        assert foreseen.counts == report.counts == {"RET-10": 1}
        assert house.count(RetainedDocument) == 3 and report.skipped == {"changed": 1}


def test_what_went_before_a_crash_is_counted_where_it_went(house, person, monkeypatch):
    """The deletion protocol names every document, whenever the process dies (Art. 5(2) DSGVO)."""
    file_voucher(house, person, date(2012, 3, 10))
    file_voucher(house, person, date(2013, 3, 10))

    def die(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(run.unconfirmed, "let_lapse", die)
        with pytest.raises(KeyboardInterrupt):
            house.run()
    [report] = house.run()

    assert house.count(RetainedDocument) == 0 and report.counts == {"RET-10": 2}
