"""Whether sealed values are what Lethe wrote (Art. 5(1)(f), 32(1)(b), (d) DSGVO)."""

import json

import pytest
from sqlalchemy import select, update

from crm.actor import Actor
from crm.db import Compartment
from crm.ledger import tables as ledger_tables
from crm.models.company import Company
from crm.models.contact import Contact, NoteKind
from crm.models.deal import Deal
from crm.models.invoice import Invoice
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.privacy import consent, integrity, notes, rectification, tasks, work_texts
from crm.privacy.purposes import Channel
from crm.privacy.work_texts import WorkText
from crm.services.companies import entry as companies
from crm.services.companies.entry import CompanyEntry
from tests.integration.privacy.people import SALES, make_person, new_person, purpose

CONTROL = Actor("cli:0")


@pytest.fixture
def person(runtime, clock):
    with runtime.database.writing() as session:
        return make_person(session, clock.now())


@pytest.fixture
def examine(runtime, clock):
    def run(*subject_ids):
        with runtime.database.reading() as session:
            return integrity.examine(session, subject_ids=subject_ids, actor=CONTROL, now=clock.now())

    return run


def rectify(runtime, clock, person, fields):
    with runtime.database.writing() as session:
        version = session.get(Contact, person).version
        rectification.rectify(
            session, subject_id=person, fields=fields, purpose=purpose(session), expected_version=version, actor=SALES, now=clock.now()
        )


def add_work(runtime, clock, person):
    """Let the person have a deal and an invoice; return which column of each is sealed."""
    now = clock.now()
    with runtime.database.writing() as session:
        title, positions = (
            WorkText("deal", "sealed_title", "d" * 32, person),
            WorkText("invoice", "sealed_positions", "f" * 32, person, Compartment.RECORD),
        )
        session.add(
            Deal(
                id="d" * 32,
                subject_id=person,
                stage="new",
                amount_cents=100,
                probability=10,
                expected_on=now.date(),
                opened_on=now.date(),
                created_at=now,
                changed_at=now,
                sealed_title=work_texts.seal(session, title, "Bohrwerk"),
            )
        )
        session.add(
            Invoice(
                id="f" * 32,
                subject_id=person,
                number="R-1",
                source="erp",
                issued_on=now.date(),
                due_on=now.date(),
                net_cents=100,
                gross_cents=119,
                created_at=now,
                changed_at=now,
                sealed_positions=work_texts.seal_record(session, positions, "[]", now=now),
            )
        )
    return {Deal: "sealed_title", Invoice: "sealed_positions"}


def stored(runtime, person, column):
    with runtime.database.reading() as session:
        return session.scalar(select(getattr(Contact, column)).where(Contact.subject_id == person))


def store(runtime, person, column, value):
    with runtime.database.writing() as session:
        session.execute(update(Contact).where(Contact.subject_id == person).values({column: value}))


class TestSoundValues:
    def test_of_every_kind_open_and_are_covered(self, runtime, clock, person, examine):
        with runtime.database.writing() as session:
            notes.write(
                session, subject_id=person, text="Ruft zurück.", kind=NoteKind.NOTE, purpose=purpose(session), actor=SALES, now=clock.now()
            )
            consent.give(
                session,
                subject_id=person,
                purpose="newsletter",
                channel=Channel.EMAIL,
                wording="Ja, ich will.",
                language="de",
                evidence={"by": "form"},
                given_at=clock.now(),
                actor=SALES,
                now=clock.now(),
            )

        found = examine(person)

        assert (found.values, found.compared, found.suspects) == (7, 7, [])

    def test_stay_so_after_changes_that_fill_and_empty_groups(self, runtime, clock, person, examine):
        rectify(runtime, clock, person, {"phone": "", "last_name": "Brückner"})
        rectify(runtime, clock, person, {"phone": "0561 99", "city": "", "position": "Leitung"})

        found = examine(person)

        assert found.suspects == []
        assert found.values == found.compared == 5

    def test_leave_an_entry_with_their_number_and_groups_only(self, runtime, person, examine):
        examine(person)

        with runtime.database.reading() as session:
            rows = session.scalars(select(ledger_tables.entry.c.leaf).where(ledger_tables.entry.c.action == "people:examined")).all()
        (leaf,) = map(json.loads, rows)
        assert {name: leaf[name] for name in ("a", "cnt", "f", "res", "cls")} == {
            "a": "cli:0",
            "cnt": 1,
            "f": ["identity", "email", "phone", "address", "origin"],
            "res": "sound",
            "cls": "read",
        }
        assert "sub" not in leaf


class TestValuesThatWereChanged:
    def test_do_not_open_and_are_counted(self, runtime, person, examine):
        email = stored(runtime, person, "sealed_email")
        store(runtime, person, "sealed_email", email[:-1] + bytes([email[-1] ^ 1]))
        store(runtime, person, "sealed_phone", stored(runtime, person, "sealed_address"))

        found = examine(person)

        assert (found.unopened, found.put_back) == ({person: 2}, {})

    def test_do_not_hide_those_of_others(self, runtime, clock, person, examine):
        with runtime.database.writing() as session:
            other = make_person(session, clock.now())
        store(runtime, person, "sealed_email", b"nothing sealed")

        found = examine(person, other)

        assert found.suspects == [person]
        assert found.values == 10


class TestValuesThatWerePutBack:
    def test_are_found_though_they_open(self, runtime, clock, person, examine):
        older = stored(runtime, person, "sealed_email")
        rectify(runtime, clock, person, {"email": "neu@example.com"})
        rectify(runtime, clock, person, {"city": "Fulda"})
        store(runtime, person, "sealed_email", older)

        found = examine(person)

        assert (found.unopened, found.put_back) == ({}, {person: 1})

    def test_are_found_where_the_group_had_been_emptied(self, runtime, clock, person, examine):
        older = stored(runtime, person, "sealed_phone")
        rectify(runtime, clock, person, {"phone": "", "email": "neu@example.com"})
        store(runtime, person, "sealed_phone", older)

        assert examine(person).put_back == {person: 1}


class TestWhereTheDataCameFrom:
    """Art. 14(2)(f), 15(1)(g) DSGVO."""

    def test_is_found_when_an_older_word_is_put_back(self, runtime, clock, person, examine):
        older = stored(runtime, person, "sealed_origin")
        with runtime.database.writing() as session:
            tasks.open_many(session, [(person, TaskKind.ORIGIN_UNKNOWN, clock.now().date())], actor=SALES, now=clock.now())
            task = session.scalars(select(PrivacyTask)).one()
            tasks.state_origin(session, task, origin="Visitenkarte", purpose=purpose(session), actor=SALES, now=clock.now())
        sound = examine(person)
        store(runtime, person, "sealed_origin", older)

        assert (sound.suspects, sound.values, sound.compared) == ([], 5, 5)
        assert examine(person).put_back == {person: 1}


class TestSoleTrader:
    """Art. 4(1) DSGVO: the details of a company that is a person are personal data."""

    def test_whose_details_were_put_back_is_found(self, runtime, clock, examine):
        entry = CompanyEntry(fields={"name": "Korbflechterei Wehmeier", "city": "Kassel"})
        with runtime.database.writing() as session:
            company_id = companies.create_sole_trader(
                session, entry=entry, person=new_person(session, clock.now()), actor=SALES, now=clock.now()
            )
            before = session.execute(select(Company.subject_id, Company.sealed_details).where(Company.id == company_id)).one()
        with runtime.database.writing() as session:
            companies.change(
                session,
                company_id=company_id,
                entry=CompanyEntry(fields={"name": "Korbflechterei Brückner"}),
                purpose=purpose(session),
                expected_version=1,
                actor=SALES,
                now=clock.now(),
            )
        sound = examine(before.subject_id)
        with runtime.database.writing() as session:
            session.execute(update(Company).where(Company.id == company_id).values(sealed_details=before.sealed_details))

        assert (sound.suspects, sound.compared) == ([], 6)
        assert examine(before.subject_id).put_back == {before.subject_id: 1}


class TestDailyWork:
    def test_about_a_person_is_examined_and_counted(self, runtime, clock, person, examine):
        with runtime.database.reading() as session:
            before = integrity.count_values(session)
        work = add_work(runtime, clock, person)

        found = examine(person)
        with runtime.database.reading() as session:
            counted = integrity.count_values(session) - before

        assert counted == len(work) == 2
        assert found.is_sound
        assert found.values == before + len(work)

    @pytest.mark.parametrize("of", [Deal, Invoice])
    def test_that_was_changed_with_sql_does_not_open(self, runtime, clock, person, examine, of):
        column = add_work(runtime, clock, person)[of]
        with runtime.database.writing() as session:
            session.execute(update(of).values({column: b"somebody else's words"}))

        assert examine(person).unopened == {person: 1}


class TestChoose:
    @pytest.fixture
    def people(self, runtime, clock):
        with runtime.database.writing() as session:
            return {make_person(session, clock.now()) for _ in range(5)}

    @pytest.mark.parametrize(("at_most", "chosen"), [(5, 5), (6, 5), (4, 4), (1, 1)])
    def test_takes_all_or_as_many_as_it_may(self, runtime, people, at_most, chosen):
        with runtime.database.reading() as session:
            sample = integrity.choose(session, at_most=at_most)

        assert sample.living == 5
        assert len(set(sample.subject_ids)) == len(sample.subject_ids) == chosen
        assert set(sample.subject_ids) <= people

    def test_leaves_nobody_out_for_ever(self, runtime, people):
        with runtime.database.reading() as session:
            seen = {each for _ in range(200) for each in integrity.choose(session, at_most=2).subject_ids}

        assert seen == people

    def test_takes_only_the_living(self, runtime, people):
        erased = min(people)
        with runtime.database.writing() as session:
            runtime.vault.mark_erasing(session, [erased])

        with runtime.database.reading() as session:
            assert erased not in integrity.choose(session, at_most=5).subject_ids
