"""The day on which a person goes moves with what happens to them, in the same transaction (Art. 5(1)(e) DSGVO)."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from crm.actor import Actor, Role
from crm.models.contact import NoteKind
from crm.models.retention import DueKind, RetentionDue
from crm.privacy import due, due_integrity, lawfulness, merging, notes, rectification
from crm.privacy.purposes import Channel
from crm.services.contacts import advertising, rights
from crm.services.contacts.rights import NewConsent
from tests.integration.privacy.people import SALES, new_person

ZONE = ZoneInfo("Europe/Berlin")
COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


def end(house, subject_id, code, ends_at=None):
    with house.database.writing() as session:
        lawfulness.end_ground(
            session,
            subject_id=subject_id,
            purpose=house.purpose(session, code),
            ends_at=ends_at or house.now,
            actor=SALES,
            now=house.now,
        )


def write(house, subject_id, kind, code="precontract_request"):
    with house.database.writing() as session:
        purpose = house.purpose(session, code)
        notes.write(session, subject_id=subject_id, text="Gespräch", kind=kind, purpose=purpose, actor=SALES, now=house.now)


def merge(house, subject_id, **facts):
    with house.database.writing() as session:
        person = new_person(session, house.now, **facts)
        merging.merge(session, subject_id=subject_id, person=person, actor=SALES, now=house.now)


def refresh(house):
    with house.database.writing() as session:
        session.execute(delete(RetentionDue))
    due.refresh_all(house.database, now=house.now)


class TestProspects:
    """RET-01."""

    def test_go_24_months_after_the_last_contact(self, house):
        prospect = house.person("precontract_request", days_ago=1)

        assert house.days() == {prospect: ("RET-01", date(2026, 11, 22), date(2028, 11, 22))}

    def test_a_call_moves_the_day_and_a_note_or_an_edit_does_not(self, house):
        prospect = house.person("precontract_request", days_ago=100)
        before = house.days()

        write(house, prospect, NoteKind.NOTE)
        with house.database.writing() as session:
            rectification.rectify(
                session,
                subject_id=prospect,
                fields={"city": "Fulda"},
                purpose=house.purpose(session, "precontract_request"),
                expected_version=1,
                actor=SALES,
                now=house.now,
            )
        unmoved = house.days()
        write(house, prospect, NoteKind.CALL)

        assert unmoved == before
        assert house.days() == {prospect: ("RET-01", date(2026, 11, 23), date(2028, 11, 23))}

    @pytest.mark.parametrize("code", ["business_contact", "service", "sales_approach"])
    def test_go_so_whatever_they_came_in_for(self, house, code):
        prospect = house.person(code, days_ago=1, is_prospect=True, fields={"last_name": "Wehmeier"})

        assert house.days() == {prospect: ("RET-01", date(2026, 11, 22), date(2028, 11, 22))}

    def test_are_moved_by_a_call_whatever_they_came_in_for(self, house):
        prospect = house.person("business_contact", days_ago=100, is_prospect=True)

        write(house, prospect, NoteKind.CALL, "business_contact")

        assert house.days() == {prospect: ("RET-01", date(2026, 11, 23), date(2028, 11, 23))}

    def test_are_not_kept_longer_by_the_end_of_what_they_came_in_for(self, house):
        prospect = house.person("business_contact", days_ago=700, is_prospect=True)
        before = house.days()

        end(house, prospect, "business_contact")

        assert house.days() == before

    def test_are_none_while_a_contract_runs(self, house):
        customer = house.person("business_contact", "contract_person", days_ago=2_000, is_prospect=True)
        at_first = house.days()
        refresh(house)
        computed = house.days()

        end(house, customer, "contract_person")

        assert at_first == computed == {}
        assert house.days() == {customer: ("RET-07", date(2026, 11, 23), date(2029, 12, 31))}

    def test_are_none_once_another_record_says_so(self, house):
        person = house.person("business_contact", is_prospect=True)

        merge(house, person, is_prospect=True)
        still = house.days()
        merge(house, person)
        no_more = house.days()
        merge(house, person, is_prospect=True)

        assert {day[0] for day in still.values()} == {"RET-01"}
        assert no_more == house.days() == {}

    def test_keep_their_day_when_all_are_computed_anew(self, house):
        house.person("business_contact", days_ago=100, is_prospect=True)
        house.person("business_contact", days_ago=100)
        before = house.days()

        refresh(house)

        assert len(before) == 1
        assert house.days() == before
        assert due_integrity.find_wrong(house.database, zone=ZONE, now=house.now) == (2, [])


class TestRelations:
    """RET-07, RET-08."""

    def test_nobody_goes_while_a_ground_runs_without_end(self, house):
        house.person("business_contact", "precontract_request", days_ago=2_000)

        assert house.days() == {}

    def test_a_customer_goes_three_years_after_the_end_of_the_year_of_the_end(self, house):
        customer = house.person("contract_person")

        end(house, customer, "contract_person")

        assert house.days() == {customer: ("RET-07", date(2026, 11, 23), date(2029, 12, 31))}

    def test_the_last_of_several_days_decides(self, house):
        person = house.person("business_contact", "precontract_request", days_ago=700)

        end(house, person, "business_contact")

        assert house.days() == {person: ("RET-08", date(2026, 11, 23), date(2027, 5, 23))}

    def test_an_end_that_is_set_for_later_counts_from_then(self, house):
        person = house.person("business_contact")

        end(house, person, "business_contact", ends_at=house.now + timedelta(days=30))

        assert house.days() == {person: ("RET-08", date(2026, 12, 23), date(2027, 6, 23))}


class TestConsents:
    """RET-03."""

    def test_who_consented_stays_until_the_withdrawal(self, house):
        person = house.person("precontract_request", days_ago=800)

        with house.database.writing() as session:
            consent_to_newsletter(house, session, person)
        consented = house.days()
        with house.database.writing() as session:
            newsletter = house.purpose(session, "newsletter")
            rights.withdraw_consent(session, subject_id=person, purpose=newsletter, channel=Channel.EMAIL, actor=SALES, now=house.now)

        assert consented == {}
        assert house.days() == {person: ("RET-03", date(2026, 11, 23), date(2026, 11, 23))}

    @pytest.fixture
    def subscriber(self, house):
        """Somebody with a newsletter consent whom nothing else keeps for long."""

        def run(*, days_ago):
            person = house.person("precontract_request", days_ago=days_ago)
            with house.database.writing() as session:
                consent_to_newsletter(house, session, person)
            return person

        return run

    def test_who_objects_goes_by_the_day_they_had_without_the_consent(self, house, subscriber):
        """Art. 21(3) DSGVO: a consent that permits nothing holds nobody."""
        person = subscriber(days_ago=100)
        consented = house.days()

        with house.database.writing() as session:
            advertising.object_to_marketing(session, subject_id=person, channel=None, actor=SALES, now=house.now)

        assert consented == {}
        assert house.days() == {person: ("RET-01", date(2026, 8, 15), date(2028, 8, 15))}
        assert due_integrity.find_wrong(house.database, zone=ZONE, now=house.now) == (1, [])

    def test_who_objects_is_not_forgotten_before_somebody_elses_objection_could_be_taken_back(self, house, subscriber):
        person = subscriber(days_ago=800)

        with house.database.writing() as session:
            advertising.object_to_marketing(session, subject_id=person, channel=Channel.EMAIL, actor=SALES, now=house.now)
        objected = house.days()
        with house.database.writing() as session:
            advertising.correct(session, subject_id=person, channel=Channel.EMAIL, mistake="slip", actor=COORDINATOR, now=house.now)

        assert objected == {person: ("RET-03", date(2026, 12, 23), date(2026, 12, 23))}
        assert house.days() == {}

    def test_an_objection_to_another_channel_ends_no_consent(self, house, subscriber):
        person = subscriber(days_ago=800)

        with house.database.writing() as session:
            advertising.object_to_marketing(session, subject_id=person, channel=Channel.PHONE, actor=SALES, now=house.now)

        assert house.days() == {}

    def test_a_consent_that_is_recorded_under_an_objection_holds_nobody(self, house):
        person = house.person("precontract_request", days_ago=100)
        before = house.days()

        with house.database.writing() as session:
            advertising.object_to_marketing(session, subject_id=person, channel=None, actor=SALES, now=house.now)
            consent_to_newsletter(house, session, person)

        assert house.days() == before


def consent_to_newsletter(house, session, person):
    given = NewConsent(
        purpose=house.purpose(session, "newsletter"),
        channel=Channel.EMAIL,
        wording="Ja.",
        language="de",
        evidence="Formular, Ordner 3",
        given_at=house.now - timedelta(days=5),
    )
    rights.record_consent(session, subject_id=person, given=given, actor=SALES, now=house.now)


def test_a_note_goes_24_months_after_it_was_written(house):
    """RET-17."""
    person = house.person("precontract_request")

    write(house, person, NoteKind.NOTE)

    with house.database.reading() as session:
        row = session.scalars(select(RetentionDue).where(RetentionDue.kind == DueKind.NOTE)).one()
    assert (row.subject_id, row.rule, row.due_on) == (person, "RET-17", date(2028, 11, 23))


def test_days_of_older_data_are_computed_as_if_they_had_always_been_kept(house):
    prospect = house.person("precontract_request", days_ago=100)
    house.person("business_contact")
    write(house, prospect, NoteKind.NOTE)
    with house.database.reading() as session:
        before = sorted(session.execute(select(RetentionDue.__table__)).all())
    with house.database.writing() as session:
        session.execute(delete(RetentionDue))

    looked_at = due.refresh_all(house.database, now=house.now).looked_at

    assert looked_at == 2
    with house.database.reading() as session:
        assert sorted(session.execute(select(RetentionDue.__table__)).all()) == before
