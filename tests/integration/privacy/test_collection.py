"""The door in: purpose, origin, notice, suppression."""

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.ledger import tables as ledger_tables
from crm.models.contact import Contact, Lookup
from crm.models.field_groups import FieldGroup
from crm.models.lawfulness import NoticeEvent
from crm.privacy import collection, disclosure, lawfulness, suppression
from crm.privacy.collection import Notice, Refusal
from crm.privacy.errors import FieldWithoutPurposeError, OriginMissingError
from crm.privacy.lawfulness import Standing
from crm.privacy.suppression import SuppressionReason
from tests.integration.privacy.people import FIELDS, SALES, make_person, new_person, purpose

ORIGIN = "Empfehlung von Frau Müller"


class TestCollect:
    """Art. 5(1)(b), (c), 13, 14, 21(3) DSGVO."""

    def test_seals_what_it_takes_in_and_the_door_gives_it_back(self, runtime, clock):
        with runtime.database.writing() as session:
            subject_id = make_person(session, clock.now())

        with runtime.database.reading() as session:
            contact = session.get(Contact, subject_id)
            opened = disclosure.open_person(session, subject_id=subject_id, purpose=purpose(session), actor=SALES, now=clock.now())
        assert dict(opened.fields) == FIELDS
        assert all(b"Wehmeier" not in (value or b"") for value in (contact.sealed_identity, contact.sealed_email))

    @pytest.mark.parametrize(("code", "role", "said"), [("business_contact", Role.SALES, ORIGIN), ("legal_retention", Role.ACCOUNTING, "")])
    def test_seals_where_the_data_came_from_and_opens_it_for_purposes_that_need_it(self, runtime, clock, code, role, said):
        actor = Actor("6" * 32, frozenset({role}), role)
        with runtime.database.writing() as session:
            subject_id = make_person(session, clock.now(), code, origin=ORIGIN, fields={"last_name": "Wehmeier"})

        with runtime.database.reading() as session:
            contact = session.get(Contact, subject_id)
            opened = disclosure.open_person(session, subject_id=subject_id, purpose=purpose(session, code), actor=actor, now=clock.now())
        assert (opened.origin, FieldGroup.ORIGIN in opened.groups) == (said, bool(said))
        assert b"Frau" not in contact.sealed_origin
        assert dict(opened.fields) == {"last_name": "Wehmeier"}

    def test_refuses_a_field_that_no_purpose_needs(self, runtime, clock):
        with pytest.raises(FieldWithoutPurposeError) as refusal, runtime.database.writing() as session:
            make_person(session, clock.now(), fields={**FIELDS, "birth_date": "1980-01-31"})

        assert refusal.value.field == "birth_date"

    def test_refuses_people_of_unknown_origin(self, runtime, clock):
        with pytest.raises(OriginMissingError), runtime.database.writing() as session:
            make_person(session, clock.now(), origin="  ")

    def test_leaves_nothing_behind_when_one_of_many_is_refused(self, runtime, clock):
        with runtime.database.reading() as session:
            people = [new_person(session, clock.now()), new_person(session, clock.now(), origin="")]

        with pytest.raises(OriginMissingError), runtime.database.writing() as session:
            collection.collect_many(session, people=people, actor=SALES, now=clock.now())

        with runtime.database.reading() as session:
            assert session.scalars(select(Contact)).all() == []

    def test_sets_the_day_until_which_people_from_elsewhere_have_to_be_told(self, runtime, clock):
        with runtime.database.writing() as session:
            make_person(session, clock.now(), notice=Notice.DUE)

        with runtime.database.reading() as session:
            notice = session.scalars(select(NoticeEvent)).one()
        assert (notice.article, notice.due_at - clock.now()) == ("14", collection.NOTICE_WITHIN)

    def test_leaves_an_entry_without_contents(self, runtime, clock):
        with runtime.database.writing() as session:
            subject_id = make_person(session, clock.now())

        with runtime.database.reading() as session:
            leaves = session.scalars(select(ledger_tables.entry.c.leaf).where(ledger_tables.entry.c.subject_id == subject_id)).all()
        assert len(leaves) == 1
        assert b'"act":"person:collected"' in leaves[0]
        assert not any(value.encode() in leaves[0] for value in FIELDS.values())

    def test_looks_addresses_up_by_keyed_hash_only(self, runtime, clock):
        with runtime.database.writing() as session:
            make_person(session, clock.now())

        with runtime.database.reading() as session:
            lookups = session.scalars(select(Lookup)).all()
        assert {lookup.field: len(lookup.tag) for lookup in lookups} == {"email": 16, "phone": 16}


class TestSuppression:
    """Art. 21(3) DSGVO; rules for migrations: a suppressed address is a paying customer all the same."""

    @pytest.fixture
    def suppressed(self, runtime, clock):
        with runtime.database.writing() as session:
            suppression.enter(
                session,
                address="wehmeier@example.com",
                channel="email",
                reason=SuppressionReason.OBJECTION_6_1_F,
                actor=SALES,
                now=clock.now(),
            )

    def test_a_customer_comes_in_with_advertising_blocked(self, runtime, clock, suppressed):
        with runtime.database.writing() as session:
            subject_id = make_person(session, clock.now())

        with runtime.database.reading() as session:
            state = lawfulness.find_states(session, [subject_id], now=clock.now())[subject_id]
            assert lawfulness.standing(purpose(session), state, now=clock.now()) is Standing.ALLOWED
            assert lawfulness.standing(purpose(session, "newsletter"), state, now=clock.now()) is Standing.OBJECTED

    def test_nobody_comes_in_for_advertising_alone(self, runtime, clock, suppressed):
        with runtime.database.writing() as session:
            person = new_person(session, clock.now(), "newsletter", fields={"last_name": "Wehmeier", "email": "WEHMEIER@example.com "})
            outcome = collection.collect(session, person=person, actor=SALES, now=clock.now())

        assert (outcome.subject_id, outcome.refused) == (None, Refusal.SUPPRESSED)
