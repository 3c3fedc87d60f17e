"""Defining custom fields: none without purpose, group and rule, none for what is never collected.

Art. 5(1)(b), (c), (e), 9, 10 DSGVO.
"""

import json
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from crm.models.custom_field import CustomField
from crm.privacy import purposes, row_integrity
from crm.privacy.errors import StaleVersionError
from crm.search.feed import SearchChange
from crm.services import custom_field_changes as changes
from crm.services import custom_field_errors as errors
from crm.services.forms import SentForm, new_form_token
from tests.integration.custom_fields.conftest import INDUSTRY, MONTHS
from tests.support.own_fields import COORDINATOR, ENTRY, INTERVAL, define

NEVER = (
    *("Religion", "Krankheiten", "Gesundheitszustand", "Parteimitglied", "Gewerkschaft", "Blutgruppe", "Behinderung", "Health"),
    *("Geschlecht", "Gender", "Einkommen", "Jahresgehalt", "Salary", "Vorstrafen", "Bonität", "SCHUFA", "Kreditlinie", "Zahlungsmoral"),
)
HOBBY = replace(ENTRY, title_de="Ansprechzeit", title_en="Best time")


def faults_of(house, entry, *, field=None):
    with house.database.reading() as session:
        return {fault.field: type(fault) for fault in changes.check(session, entry, field=field)}


def get(house, field_id):
    with house.database.reading() as session:
        return changes.get_field(session, field_id)


def change(house, field_id, *, version=1, **wanted):
    with house.database.writing() as session:
        entry = replace(changes.entry_of(changes.get_field(session, field_id).field), **wanted)
        return changes.change(session, field_id=field_id, entry=entry, expected_version=version, actor=COORDINATOR, now=house.now)


class TestDefine:
    def test_needs_purpose_group_and_rule(self, house):
        wrong = faults_of(house, replace(HOBBY, purposes=(), group="", rule=""))

        assert wrong == {"purposes": errors.FieldPurposeMissingError, "group": errors.FieldGroupError, "rule": errors.FieldRuleError}

    @pytest.mark.parametrize("group", ["notes", "origin", "hobby"])
    def test_takes_no_group_of_free_text_or_origin(self, house, group):
        assert faults_of(house, replace(HOBBY, group=group)) == {"group": errors.FieldGroupError}

    @pytest.mark.parametrize("rule", ["RET-01", "RET-10", "RET-17", "RET-99"])
    def test_takes_only_rules_that_start_when_a_value_is_set(self, house, rule):
        assert faults_of(house, replace(HOBBY, rule=rule)) == {"rule": errors.FieldRuleError}

    def test_takes_no_purpose_that_does_not_open_the_group(self, house):
        assert faults_of(house, replace(HOBBY, purposes=("business_contact", "newsletter"))) == {"purposes": errors.FieldPurposeGroupError}
        assert faults_of(house, replace(HOBBY, purposes=("business_contact", "gone"))) == {"purposes": errors.FieldPurposeGroupError}

    @pytest.mark.parametrize("title", NEVER)
    @pytest.mark.parametrize("language", ["title_de", "title_en"])
    def test_refuses_what_is_never_collected(self, house, title, language):
        assert faults_of(house, replace(HOBBY, **{language: title})) == {language: errors.FieldForbiddenError}

    @pytest.mark.parametrize("title", ["Kooperationspartner", "Wartungsintervall (Monate)", "Anlagenzahl", "Arbeitszeit"])
    def test_takes_words_that_only_look_like_it(self, house, title):
        assert faults_of(house, replace(HOBBY, title_de=title)) == {}

    @pytest.mark.parametrize(
        ("wrong", "fault"),
        [
            ({"title_de": " "}, errors.FieldTitleMissingError),
            ({"title_de": "branche des PROJEKTS"}, errors.FieldTitleTwiceError),
            ({"kind": "picture"}, errors.FieldKindError),
            ({"kind": "choice"}, errors.FieldOptionsError),
            ({"kind": "choice", "options": ("Eins",)}, errors.FieldOptionsError),
            ({"kind": "choice", "options": ("Eins", "eins")}, errors.FieldOptionTwiceError),
            ({"kind": "choice", "options": tuple(map(str, range(31)))}, errors.FieldOptionsError),
        ],
    )
    def test_refuses_what_nobody_could_fill(self, house, wrong, fault):
        assert fault in faults_of(house, replace(HOBBY, **wrong)).values()

    def test_gives_each_field_a_code_of_its_own(self, house):
        with house.database.writing() as session:
            define(session, house.now, title_de="Sparte", title_en="Industry!")
            assert {each.field.code for each in changes.find_fields(session)} == {"industry", "industry_2", "interval"}

    def test_sent_twice_defines_once(self, house):
        form = SentForm(new_form_token(), {})
        with house.database.writing() as session:
            twice = [changes.define(session, entry=HOBBY, form=form, actor=COORDINATOR, now=house.now) for _ in range(2)]

        assert twice[0] == twice[1]
        assert house.count(CustomField) == 3

    def test_enters_who_did_it(self, house):
        said = json.loads(house.entries("field:defined")[0])

        assert (said["a"], said["obj"]) == (COORDINATOR.pseudonym, INDUSTRY)


class TestChange:
    def test_of_purposes_shows_the_field_elsewhere_at_once_and_reads_its_people_anew(self, house):
        someone = house.person(fields={"last_name": "Wehmeier", INDUSTRY: "Chemie"})
        with house.database.writing() as session:
            session.execute(delete(SearchChange))

        assert change(house, house.industry_id, purposes=("service",))

        assert (house.values(someone), house.values(someone, "service")) == ({}, {INDUSTRY: "Chemie"})
        with house.database.reading() as session:
            assert [row.subject_id for row in session.scalars(select(SearchChange))] == [someone]

    def test_keeps_what_people_have(self, house):
        with house.database.writing() as session:
            line = define(session, house.now, title_de="Sparte", title_en="Line", kind="choice", options=("Pumpen", "Rohre"))
        someone = house.person(fields={"last_name": "Wehmeier", "custom_line": "Rohre"})

        change(house, line, options=("Pumpen", "Ventile"))

        assert house.values(someone) == {"custom_line": "Rohre"}
        assert house.set(someone, custom_line="Rohre") == {}

    def test_of_nothing_makes_no_version(self, house):
        assert change(house, house.industry_id) is False
        assert get(house, house.industry_id).field.version == 1

    def test_of_a_field_that_somebody_else_changed_is_refused(self, house):
        change(house, house.industry_id, title_de="Branche")

        with pytest.raises(StaleVersionError):
            change(house, house.industry_id, title_de="Zweig")

    def test_cannot_take_the_last_purpose_away(self, house):
        with pytest.raises(errors.FieldPurposeMissingError):
            change(house, house.industry_id, purposes=())


class TestRetire:
    def test_lets_a_field_without_values_vanish(self, house):
        with house.database.writing() as session:
            changes.retire(session, field_id=house.interval_id, expected_version=1, actor=COORDINATOR, now=house.now)
            assert [each.field.name for each in changes.find_fields(session)] == [INDUSTRY]
            assert [each.name for each in purposes.find_all(session).get("service").custom] == []

    def test_says_how_many_people_have_a_value_and_until_when(self, house):
        for name in ("Wehmeier", "Ott"):
            house.person(fields={"last_name": name, MONTHS: "6"})

        found = get(house, house.interval_id)

        assert (found.people, found.last_day.isoformat()) == (2, "2027-11-23")

    def test_is_entered_once(self, house):
        for _ in range(2):
            with house.database.writing() as session:
                changes.retire(session, field_id=house.interval_id, expected_version=1, actor=COORDINATOR, now=house.now)

        assert len(house.entries("field:retired")) == 1


class TestBinding:
    """Art. 32(1)(b) DSGVO."""

    def test_to_the_log_finds_a_field_that_was_widened_by_sql(self, house):
        change(house, house.industry_id, title_de="Branche")
        assert self.compare(house).is_sound

        with house.database.writing() as session:
            widened = update(CustomField).where(CustomField.id == house.industry_id)
            session.execute(widened.values(purposes='["business_contact", "service"]'))

        found = self.compare(house)
        assert [each.what for each in (*found.unnamed, *found.gone)] == ["custom_field", "field:changed"]

    @staticmethod
    def compare(house):
        with house.database.reading() as session:
            return row_integrity.compare(session)


def test_most_fields_are_enough(house):
    with house.database.writing() as session:
        for number in range(38):
            define(session, house.now, INTERVAL, title_de=f"Feld {number}", title_en=f"Field {number}")

    assert faults_of(house, HOBBY) == {"title_de": errors.TooManyFieldsError}
