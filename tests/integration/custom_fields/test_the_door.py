"""Values of custom fields go in and out by the doors: purpose, group, role and state of the person decide, as for built-in fields."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from crm.db import new_id
from crm.errors import InvalidInputError
from crm.models.custom_field import CustomField, CustomValue
from crm.models.field_groups import FieldGroup
from crm.models.retention import DueKind, RetentionDue
from crm.privacy import collection, disclosure, integrity, merging, purposes
from crm.privacy.custom_fields import CustomFieldRetiredError, CustomNumberError
from crm.privacy.errors import FieldWithoutPurposeError, NoLawfulBasisError, PurposeNotAllowedError, RestrictedError
from crm.services import custom_field_changes, directory
from crm.vault import TamperedError
from tests.integration.custom_fields.conftest import INDUSTRY, MONTHS, SERVICE
from tests.integration.privacy.people import SALES, new_person
from tests.support.own_fields import COORDINATOR, define, field_of

LETTERS = {"last_name": "Wehmeier"}


def leaf(house, action):
    return json.loads(house.entries(action)[-1])


class TestOpening:
    """Art. 5(1)(b), (c) DSGVO."""

    def test_shows_what_is_bound_to_the_purpose_and_no_more(self, house):
        someone = house.person()
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft", MONTHS: "12"})

        assert house.values(someone) == {INDUSTRY: "Wasserwirtschaft", MONTHS: "12"}
        assert house.values(someone, "service") == {MONTHS: "12"}

    def test_shows_nothing_for_a_purpose_that_does_not_open_the_group(self, house):
        """Somebody binds the field with SQL to a purpose that has no use for phone numbers."""
        someone = house.person("sales_approach", "business_contact", fields=LETTERS)
        house.set(someone, **{MONTHS: "12"})
        with house.database.writing() as session:
            bound = update(CustomField).where(CustomField.id == house.interval_id)
            session.execute(bound.values(purposes='["business_contact", "sales_approach"]', version=2))

        assert house.values(someone, "sales_approach") == {}
        assert house.values(someone) == {MONTHS: "12"}

    def test_makes_one_entry_that_names_the_group(self, house):
        someone = house.person(fields=LETTERS)
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})

        house.open(someone)

        assert len(house.entries("person:disclosed")) == 1
        assert leaf(house, "person:disclosed")["f"] == ["identity", "position", "origin"]

    def test_of_a_name_alone_leaves_values_closed(self, house):
        someone = house.person(fields={**LETTERS, INDUSTRY: "Wasserwirtschaft"})

        with house.database.reading() as session:
            part = {"groups": {FieldGroup.IDENTITY, FieldGroup.POSITION}, "actor": SALES, "now": house.now}
            purpose = purposes.find_all(session).get("business_contact")
            opened = disclosure.open_person(session, subject_id=someone, purpose=purpose, **part)

        assert opened.fields == LETTERS
        assert leaf(house, "person:disclosed")["f"] == ["identity"]

    @pytest.mark.parametrize("act", ["open", "set"])
    def test_is_refused_to_a_role_that_does_not_act_for_the_purpose(self, house, act):
        someone = house.person()

        with pytest.raises(PurposeNotAllowedError):
            house.open(someone, actor=SERVICE) if act == "open" else house.set(someone, actor=SERVICE, **{INDUSTRY: "x"})

    @pytest.mark.parametrize("act", ["open", "set"])
    def test_is_refused_while_the_person_is_restricted(self, house, act):
        """Art. 18(2) DSGVO."""
        someone = house.person()
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})
        house.restrict(someone)

        with pytest.raises(RestrictedError):
            house.open(someone) if act == "open" else house.set(someone, **{INDUSTRY: "x"})
        assert house.count_values() == 1

    @pytest.mark.parametrize("act", ["open", "set"])
    def test_is_refused_without_a_ground(self, house, act):
        someone = house.person("business_contact")

        with pytest.raises(NoLawfulBasisError):
            house.open(someone, "service") if act == "open" else house.set(someone, code="service", **{MONTHS: "6"})


class TestWriting:
    def test_is_refused_for_a_purpose_that_the_field_is_not_bound_to(self, house):
        someone = house.person()

        with pytest.raises(FieldWithoutPurposeError) as refused:
            house.set(someone, code="service", **{INDUSTRY: "Wasserwirtschaft"})

        assert refused.value.field == INDUSTRY
        assert house.count_values() == 0

    def test_is_refused_for_a_field_that_does_not_exist(self, house):
        with pytest.raises(FieldWithoutPurposeError):
            house.set(house.person(), custom_hobby="Segeln")

    def test_stores_nothing_readable(self, house):
        someone = house.person()

        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})

        with house.database.reading() as session:
            (row,) = session.execute(select(CustomValue.__table__)).all()
        assert "Wasserwirtschaft" not in repr(row)

    def test_makes_one_entry_together_with_built_in_fields(self, house):
        someone = house.person()

        changed = house.set(someone, position="Leitung", **{INDUSTRY: "Wasserwirtschaft"})

        assert changed == {"position": ("", "Leitung"), INDUSTRY: ("", "Wasserwirtschaft")}
        (entry,) = house.entries("person:rectified")
        said = json.loads(entry)
        assert (said["f"], len(said["vh"])) == (["position", INDUSTRY], 2)
        assert "Wasserwirtschaft" not in entry

    def test_of_the_same_value_changes_nothing_and_does_not_prolong_its_period(self, house, clock):
        someone = house.person()
        house.set(someone, **{MONTHS: "12"})
        clock.advance(timedelta(days=30))

        assert house.set(someone, **{MONTHS: "12,0"}) == {}
        assert len(house.entries("person:rectified")) == 1

    def test_of_nothing_removes_the_value_and_its_day(self, house):
        someone = house.person()
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})

        house.set(someone, **{INDUSTRY: ""})

        assert house.values(someone) == {}
        assert house.count_values() == house.count(RetentionDue, RetentionDue.kind == DueKind.CUSTOM_VALUE) == 0
        assert leaf(house, "person:rectified")["f"] == [INDUSTRY]

    def test_of_something_that_is_no_number_is_refused_at_the_field(self, house):
        with pytest.raises(CustomNumberError) as refused:
            house.set(house.person(), **{MONTHS: "zwölf"})

        assert refused.value.field == MONTHS

    def test_of_a_retired_field_only_removes(self, house):
        someone = house.person()
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})
        with house.database.writing() as session:
            custom_field_changes.retire(session, field_id=house.industry_id, expected_version=1, actor=COORDINATOR, now=house.now)

        assert house.values(someone) == {INDUSTRY: "Wasserwirtschaft"}
        with pytest.raises(CustomFieldRetiredError):
            house.set(someone, **{INDUSTRY: "Chemie"})
        house.set(someone, **{INDUSTRY: ""})
        assert house.count_values() == 0

    @pytest.mark.parametrize(
        ("column", "value"), [("purposes", None), ("purposes", "[]"), ("field_group", None), ("field_group", "notes"), ("rule", None)]
    )
    def test_of_a_field_without_purpose_group_or_rule_is_impossible_also_by_sql(self, house, column, value):
        row = {
            "id": new_id(),
            "code": "hobby",
            "title_de": "Hobby",
            "title_en": "Hobby",
            "kind": "text",
            "options": "[]",
            "field_group": "position",
            "purposes": '["service"]',
            "rule": "RET-38",
            "position": 1,
            "version": 1,
        }
        names = ", ".join(row)

        with pytest.raises(Exception, match=r"(?i)constraint|null"), house.database.writing() as session:
            session.execute(text(f"INSERT INTO custom_field ({names}) VALUES (:{', :'.join(row)})"), {**row, column: value})

        assert house.count(CustomField) == 2

    def test_of_a_value_without_a_field_is_impossible_also_by_sql(self, house):
        someone = house.person()
        row = {"subject_id": someone, "field_id": new_id(), "set_at": house.now, "sealed_value": b"x"}

        with pytest.raises(Exception, match=r"(?i)constraint"), house.database.writing() as session:
            session.execute(CustomValue.__table__.insert(), [row])


class TestCollecting:
    def test_takes_values_of_the_purpose_in_with_one_entry(self, house):
        someone = house.person(fields={**LETTERS, INDUSTRY: "Wasserwirtschaft", MONTHS: "06"})

        assert house.values(someone) == {INDUSTRY: "Wasserwirtschaft", MONTHS: "6"}
        said = leaf(house, "person:collected")
        assert said["f"] == ["identity", "origin", INDUSTRY, MONTHS]

    def test_refuses_values_that_none_of_the_purposes_opens(self, house):
        with pytest.raises(FieldWithoutPurposeError):
            house.person("service", fields={**LETTERS, INDUSTRY: "Wasserwirtschaft"})

    def test_leaves_out_what_the_purpose_does_not_open(self, house):
        with house.database.reading() as session:
            service = purposes.find_all(session).get("service")

        kept = collection.keep_opened({"last_name": "Ott", "street": "Weg 1", INDUSTRY: "Chemie", MONTHS: "6"}, service)

        assert kept == {"last_name": "Ott", MONTHS: "6"}


class TestMerging:
    def test_keeps_what_is_known_and_fills_what_is_empty(self, house):
        someone = house.person(fields={**LETTERS, INDUSTRY: "Wasserwirtschaft"})

        with house.database.writing() as session:
            other = new_person(session, house.now, fields={**LETTERS, INDUSTRY: "Chemie", MONTHS: "6"})
            assert merging.merge(session, subject_id=someone, person=other, actor=SALES, now=house.now) is None

        assert house.values(someone) == {INDUSTRY: "Wasserwirtschaft", MONTHS: "6"}


class TestTheIndex:
    def test_knows_words_for_the_purposes_of_the_field_and_no_numbers(self, house):
        someone = house.person(fields={**LETTERS, INDUSTRY: "Wasserwirtschaft", MONTHS: "6"})

        with house.database.reading() as session:
            (document,) = directory.make_documents(session, [someone], now=house.now)
            bit = purposes.find_all(session).get("business_contact").bit

        assert document.custom == ((1 << bit, "Wasserwirtschaft"),)


class TestIntegrity:
    """Art. 32(1)(b) DSGVO."""

    def test_of_whole_values_is_sound(self, house):
        someone = house.person(fields={**LETTERS, INDUSTRY: "Wasserwirtschaft"})
        house.set(someone, **{INDUSTRY: "Chemie", MONTHS: "6"})
        house.set(someone, **{MONTHS: ""})

        assert self.examine(house, someone).is_sound
        assert self.examine(house, someone).compared == 3  # identity, origin and the one value

    def test_finds_an_older_value_put_back(self, house):
        someone = house.person()
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})
        with house.database.reading() as session:
            before = session.execute(select(CustomValue.set_at, CustomValue.sealed_value)).one()
        house.set(someone, **{INDUSTRY: "Chemie"})

        with house.database.writing() as session:
            session.execute(update(CustomValue).values(set_at=before.set_at, sealed_value=before.sealed_value))

        assert self.examine(house, someone).put_back == {someone: 1}

    def test_finds_a_value_that_was_taken_away(self, house):
        someone = house.person()
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})

        with house.database.writing() as session:
            session.execute(CustomValue.__table__.delete())

        assert self.examine(house, someone).missing == {someone: 1}

    def test_finds_a_moment_that_was_moved_so_that_the_value_stays_longer(self, house, clock):
        someone = house.person()
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})
        clock.advance(timedelta(days=1))

        with house.database.writing() as session:
            session.execute(update(CustomValue).values(set_at=house.now))

        assert self.examine(house, someone).unopened == {someone: 1}

    @staticmethod
    def examine(house, someone):
        with house.database.reading() as session:
            return integrity.examine(session, subject_ids=[someone], actor=COORDINATOR, now=house.now)


class TestValues:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("12", "12"),
            ("012", "12"),
            ("2,5", "2.5"),
            ("2.50", "2.5"),
            ("-3", "-3"),
            ("−3", "-3"),
            ("-0", "0"),
            ("0,125", "0.125"),
            ("1.500,5", "1500.5"),
            ("1,500.5", "1500.5"),
            ("1.234,567", "1234.5670"),
            ("-2.500.000", "-2500000"),
            (" ", ""),
        ],
    )
    def test_of_numbers_are_kept_in_one_form(self, house, typed, kept):
        with house.database.reading() as session:
            field = field_of(session, MONTHS)

        assert field.clean(typed) == kept
        assert field.clean(kept) == kept

    @pytest.mark.parametrize("typed", ["1.500", "1,500", "1.500.5", "1.50,5", "1e5", "12 34", "٣", "1" * 13])
    def test_that_could_be_two_numbers_or_none_are_refused(self, house, typed):
        with house.database.reading() as session, pytest.raises(CustomNumberError):
            field_of(session, MONTHS).clean(typed)

    def test_of_choices_are_those_of_the_list(self, house):
        with house.database.writing() as session:
            define(session, house.now, title_de="Sparte", title_en="Line", kind="choice", options=("Pumpen", "Rohre"))

        with house.database.reading() as session:
            field = field_of(session, "custom_line")
        assert field.clean("Pumpen") == "Pumpen"
        with pytest.raises(InvalidInputError):
            field.clean("Ventile")

    @pytest.mark.parametrize("typed", ["2026-02-30", "30.2.2026", "0001-01-01", "gestern"])
    def test_of_days_are_days(self, house, typed):
        with house.database.writing() as session:
            define(session, house.now, title_de="Baubeginn", title_en="Start", kind="date")

        with house.database.reading() as session, pytest.raises(InvalidInputError):
            field_of(session, "custom_start").clean(typed)

    def test_are_sealed_under_the_profile_of_the_person(self, house):
        someone, other = house.person(), house.person(fields={"last_name": "Ott"})
        house.set(someone, **{INDUSTRY: "Wasserwirtschaft"})

        with house.database.writing() as session:
            session.execute(update(CustomValue).values(subject_id=other))

        with pytest.raises(TamperedError):
            house.values(other)
