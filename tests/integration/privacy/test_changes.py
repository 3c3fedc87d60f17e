"""Rectification and notes: what changes, what is kept, what is refused."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.db import Compartment
from crm.ledger import tables as ledger_tables
from crm.models.contact import Contact, Lookup, NoteKind
from crm.privacy import disclosure, notes, rectification
from crm.privacy.errors import FieldWithoutPurposeError, StaleVersionError
from crm.privacy.notes import EmptyNoteError, SpecialCategoryError
from tests.integration.privacy.people import SALES, make_person, purpose


@pytest.fixture
def person(runtime, clock):
    with runtime.database.writing() as session:
        return make_person(session, clock.now())


def rectify(runtime, clock, person, fields, version=1):
    with runtime.database.writing() as session:
        return rectification.rectify(
            session, subject_id=person, fields=fields, purpose=purpose(session), expected_version=version, actor=SALES, now=clock.now()
        )


class TestRectify:
    """Art. 16 DSGVO."""

    def test_changes_what_is_named_and_leaves_the_rest(self, runtime, clock, person):
        changed = rectify(runtime, clock, person, {"last_name": "Brückner", "phone": ""})

        with runtime.database.reading() as session:
            opened = disclosure.open_person(session, subject_id=person, purpose=purpose(session), actor=SALES, now=clock.now())
        assert changed == {"last_name": ("Wehmeier", "Brückner"), "phone": ("0561 4711", "")}
        assert (opened.fields["last_name"], opened.fields["first_name"], "phone" in opened.fields) == ("Brückner", "Katharina", False)

    def test_refuses_to_overwrite_what_somebody_else_changed(self, runtime, clock, person):
        rectify(runtime, clock, person, {"city": "Fulda"})

        with pytest.raises(StaleVersionError):
            rectify(runtime, clock, person, {"city": "Gießen"}, version=1)

    def test_changes_nothing_when_nothing_is_new(self, runtime, clock, person):
        rectify(runtime, clock, person, {"city": "Kassel"})

        with runtime.database.reading() as session:
            assert session.get(Contact, person).version == 1

    def test_forgets_the_old_address_in_the_look_ups(self, runtime, clock, person):
        rectify(runtime, clock, person, {"email": "neu@example.com"})

        with runtime.database.reading() as session:
            tags = session.scalars(select(Lookup.tag).where(Lookup.field == "email")).all()
        assert tags == [runtime.vault.lookup_tag("email", "neu@example.com")]

    def test_keeps_old_and_new_sealed_in_the_entry(self, runtime, clock, person):
        rectify(runtime, clock, person, {"last_name": "Brückner"})

        with runtime.database.reading() as session:
            row = session.execute(
                select(ledger_tables.entry.c.leaf, ledger_tables.payload.c.content)
                .join(ledger_tables.payload, ledger_tables.payload.c.event == ledger_tables.entry.c.event)
                .where(ledger_tables.entry.c.action == "person:rectified")
            ).one()
        leaf = {name: value for name, value in json.loads(row.leaf).items() if name != "ph"}
        context = json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        opened = runtime.vault.open_bound(person, Compartment.PROFILE, row.content, context=context)
        assert json.loads(opened) == {"last_name": ["Wehmeier", "Brückner"]}
        assert "Brückner".encode() not in row.leaf + row.content

    def test_refuses_a_field_of_another_purpose(self, runtime, clock, person):
        with pytest.raises(FieldWithoutPurposeError):
            rectify(runtime, clock, person, {"birth_date": "1980-01-31"})


class TestNotes:
    """Art. 5(1)(c), 9(1) DSGVO."""

    @staticmethod
    def write(runtime, clock, person, text, kind=NoteKind.NOTE, **more):
        with runtime.database.writing() as session:
            notes.write(session, subject_id=person, text=text, kind=kind, purpose=purpose(session), actor=SALES, now=clock.now(), **more)

    def test_are_sealed_and_come_back_through_the_door(self, runtime, clock, person):
        self.write(runtime, clock, person, "Lieferung nur vormittags.")

        with runtime.database.reading() as session:
            opened = disclosure.open_person(session, subject_id=person, purpose=purpose(session), actor=SALES, now=clock.now())
        assert [note.text for note in opened.notes] == ["Lieferung nur vormittags."]

    def test_hint_at_special_categories_before_they_are_kept(self, runtime, clock, person):
        with pytest.raises(SpecialCategoryError):
            self.write(runtime, clock, person, "Ist krank.")

        self.write(runtime, clock, person, "Ist krank.", seen_hints=frozenset({"krank"}))

    def test_of_nothing_are_refused(self, runtime, clock, person):
        with pytest.raises(EmptyNoteError):
            self.write(runtime, clock, person, " \n ")

    def test_of_a_call_start_the_period_anew_and_mere_notes_do_not(self, runtime, clock, person):
        before = clock.now() - timedelta(days=10)
        self.write(runtime, clock, person, "Nur ein Vermerk.")
        with runtime.database.reading() as session:
            assert session.get(Contact, person).last_contact_at == before

        self.write(runtime, clock, person, "Angerufen.", NoteKind.CALL, happened_at=clock.now() - timedelta(days=1))

        with runtime.database.reading() as session:
            assert session.get(Contact, person).last_contact_at == clock.now() - timedelta(days=1)
