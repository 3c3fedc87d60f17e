"""A last contact, an owner or a name that SQL changed is found, and nobody goes on the word of such a row (Art. 5(1)(f) DSGVO)."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from crm.models.company import Company
from crm.models.contact import Contact, NoteKind
from crm.privacy import collection, due, notes, plain_columns
from crm.privacy.collection import NewPerson, Notice
from crm.privacy.erasure import plan, run
from crm.privacy.erasure.ended import HeldBy
from crm.privacy.errors import LastContactAheadError
from crm.services.companies import entry as companies
from crm.services.contacts import entry as contacts
from crm.services.health.columns import ColumnsChanged, ColumnsSound, ContactsAhead, examine_columns, examine_contacts_ahead
from crm.vault import Vault
from tests.integration.health.test_days import ZONE, find_wrong
from tests.integration.privacy.people import SALES, make_person, purpose


@pytest.fixture
def company(runtime, clock):
    with runtime.database.writing() as session:
        fields = {"name": "Muster GmbH", "city": "Kassel"}
        return companies.create(session, entry=companies.CompanyEntry(fields=fields), actor=SALES, now=clock.now())


@pytest.fixture
def people(runtime, clock, company):
    with runtime.database.writing() as session:
        return [make_person(session, clock.now(), "precontract_request", company_id=company) for _ in range(3)]


def change(runtime, statement):
    with runtime.engine.execution_options(writing=True).begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def move_contact(runtime, subject_id, moment):
    with runtime.database.writing() as session:
        session.execute(update(Contact).where(Contact.subject_id == subject_id).values(last_contact_at=moment))


def find_unsound(runtime):
    with runtime.database.reading() as session:
        return plain_columns.find_all_unsound(session)


class TestChangedRows:
    def test_rows_that_acts_wrote_are_sound_after_every_kind_of_act(self, runtime, clock, people, company):
        clock.advance(timedelta(days=1))

        with runtime.database.writing() as session:
            call = {"text": "Angerufen.", "kind": NoteKind.CALL, "purpose": purpose(session, "precontract_request")}
            notes.write(session, subject_id=people[0], **call, actor=SALES, now=clock.now())
            wanted = contacts.ContactEntry(fields={"last_name": "Neu"}, company_id=None, segment="A")
            asked = purpose(session, "precontract_request")
            contacts.change(session, subject_id=people[1], entry=wanted, purpose=asked, expected_version=1, actor=SALES, now=clock.now())
            renamed = companies.CompanyEntry(fields={"name": "Muster AG"}, segment="B")
            companies.change(session, company_id=company, entry=renamed, purpose=asked, expected_version=1, actor=SALES, now=clock.now())

        with runtime.database.reading() as session:
            assert session.get(Contact, people[0]).last_contact_at == clock.now()
            assert session.get(Contact, people[1]).segment == "A"
            assert session.get(Company, company).name == "Muster AG"
        assert find_unsound(runtime) == {}
        [sound] = examine_columns(runtime.database)
        assert isinstance(sound, ColumnsSound)
        assert sound.facts["rows"] == 4

    @pytest.mark.parametrize(
        "values",
        [
            "last_contact_at = '2019-01-01 00:00:00'",
            "collected_at = '2019-01-01 00:00:00'",
            "segment = 'B'",
            "company_id = NULL",
            "is_prospect = NOT is_prospect",
        ],
    )
    def test_a_column_of_a_contact_that_sql_changed_is_named(self, runtime, people, values):
        change(runtime, f"UPDATE contact SET {values} WHERE subject_id = '{people[1]}'")

        assert find_unsound(runtime) == {"contact": [people[1]]}
        [changed] = examine_columns(runtime.database)
        assert isinstance(changed, ColumnsChanged)
        assert changed.facts == {"count": 1, "tables": "contact", "ids": people[1]}

    @pytest.mark.parametrize("values", ["name = 'Andere GmbH'", "city = NULL", "segment = 'B'"])
    def test_a_column_of_a_company_that_sql_changed_is_named(self, runtime, people, company, values):
        change(runtime, f"UPDATE company SET {values} WHERE id = '{company}'")

        assert find_unsound(runtime) == {"company": [company]}

    def test_a_seal_of_another_row_does_not_hold(self, runtime, people):
        change(runtime, f"UPDATE contact SET seal = (SELECT seal FROM contact WHERE subject_id = '{people[0]}')")

        assert find_unsound(runtime) == {"contact": sorted(people[1:])}

    def test_a_later_act_launders_no_change(self, runtime, clock, people):
        change(runtime, f"UPDATE contact SET is_prospect = NOT is_prospect WHERE subject_id = '{people[0]}'")
        clock.advance(timedelta(days=1))

        with runtime.database.writing() as session:
            call = {"text": "Angerufen.", "kind": NoteKind.CALL, "purpose": purpose(session, "precontract_request")}
            notes.write(session, subject_id=people[0], **call, actor=SALES, now=clock.now())

        assert find_unsound(runtime) == {"contact": [people[0]]}

    def test_it_holds_again_once_the_row_says_what_it_said(self, runtime, people):
        change(runtime, f"UPDATE contact SET segment = 'B' WHERE subject_id = '{people[0]}'")

        change(runtime, f"UPDATE contact SET segment = NULL WHERE subject_id = '{people[0]}'")

        assert find_unsound(runtime) == {}

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_a_moment_that_is_none_hides_nobody(self, runtime, people):
        change(runtime, f"UPDATE contact SET last_contact_at = 'gestern' WHERE subject_id = '{people[2]}'")

        assert find_unsound(runtime) == {"contact": [people[2]]}


class TestPeriods:
    def test_computing_the_days_anew_names_who_was_changed_and_leaves_them_alone(self, runtime, clock, people):
        move_contact(runtime, people[0], clock.now() - timedelta(days=3000))
        with runtime.database.reading() as session:
            before = due.find_days(session, people)

        refreshed = due.refresh_all(runtime.database, now=clock.now())

        assert (refreshed.looked_at, refreshed.left_alone) == (3, (people[0],))
        with runtime.database.reading() as session:
            assert due.find_days(session, people) == before
        assert find_wrong(runtime, clock) == (3, [])  # named once, where it helps

    def test_nobody_is_forgotten_on_the_word_of_a_row_that_was_changed(self, runtime, clock, people):
        clock.advance(timedelta(days=3000))
        change(runtime, f"UPDATE contact SET segment = 'B' WHERE subject_id = '{people[0]}'")
        today = clock.now().astimezone(ZONE).date()
        with runtime.database.reading() as session:
            planned = plan.make_plan(session, day=today, zone=ZONE, now=clock.now())

        report = run.run_for(runtime.database, vault=runtime.vault, day=today, clock=clock.now)

        assert sorted(each.subject_id for each in planned.due) == sorted(people[1:])
        assert [(each.subject_id, each.why) for each in planned.held] == [(people[0], (HeldBy.CHANGED,))]
        assert sum(report.counts.values()) == 2
        with runtime.database.reading() as session:
            assert session.get(Contact, people[0]) is not None


class TestContactsAhead:
    def test_the_examination_names_who_has_one(self, runtime, clock, people):
        assert list(examine_contacts_ahead(runtime.database, now=clock.now())) == []

        move_contact(runtime, people[0], clock.now() + timedelta(days=1))

        [ahead] = examine_contacts_ahead(runtime.database, now=clock.now())
        assert isinstance(ahead, ContactsAhead)
        assert ahead.facts == {"count": 1, "subjects": people[0]}

    def test_nobody_is_taken_in_with_one(self, runtime, clock):
        with runtime.database.writing() as session:
            person = NewPerson(
                fields={"last_name": "Muster"},
                purposes=[purpose(session, "precontract_request")],
                origin="Messe",
                notice=Notice.GIVEN,
                collected_at=clock.now(),
                last_contact_at=clock.now() + timedelta(seconds=1),
            )
            with pytest.raises(LastContactAheadError):
                collection.collect(session, person=person, actor=SALES, now=clock.now())

    def test_no_call_is_noted_before_it_was(self, runtime, clock, people):
        with runtime.database.writing() as session:
            call = {"text": "Angerufen.", "kind": NoteKind.CALL, "purpose": purpose(session, "precontract_request")}
            with pytest.raises(LastContactAheadError):
                notes.write(
                    session, subject_id=people[0], **call, actor=SALES, now=clock.now(), happened_at=clock.now() + timedelta(days=1)
                )


def test_rows_of_an_older_version_are_sealed_as_they_stand(runtime, people):
    change(runtime, "UPDATE contact SET seal = ''" if runtime.engine.dialect.name == "postgresql" else "UPDATE contact SET seal = x''")
    assert find_unsound(runtime) == {"contact": sorted(people)}

    with runtime.database.writing() as session:
        plain_columns.seal_everything(session.connection(), vault=Vault.of(session))

    assert find_unsound(runtime) == {}
