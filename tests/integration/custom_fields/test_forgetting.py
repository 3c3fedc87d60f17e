"""Values of custom fields go: with the period of their rule, with the person, and nothing of them is left.

Art. 5(1)(e), 17(1) DSGVO.
"""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from crm.models.contact import Contact
from crm.models.erasure import ErasureCause
from crm.models.retention import DueKind, RetentionDue, RetentionRun
from crm.privacy import due, due_integrity, integrity
from crm.privacy.erasure import eraser, job, periods_by_rule, plan
from crm.services import custom_field_changes, directory
from tests.integration.custom_fields.conftest import INDUSTRY, MONTHS
from tests.integration.privacy.people import SALES
from tests.support.own_fields import COORDINATOR

SET_ON = date(2026, 11, 23)
LAST_DAYS = {INDUSTRY: date(2028, 11, 23), MONTHS: date(2027, 11, 23)}  # RET-38: 24 months, RET-37: 12 months


@pytest.fixture
def someone(house):
    return house.person(fields={"last_name": "Wehmeier", INDUSTRY: "Wasserwirtschaft", MONTHS: "6"})


def days_of(house):
    with house.database.reading() as session:
        rows = session.execute(select(RetentionDue).where(RetentionDue.kind == DueKind.CUSTOM_VALUE)).scalars()
        return {each.object_id: (each.rule, each.started_on, each.due_on) for each in rows}


def go_to(house, day):
    """Let it be noon of a day, and let no run ask why nothing happened for so long."""
    house.clock.advance(timedelta(days=(day - house.now.date()).days))
    with house.database.writing() as session:
        session.execute(update(RetentionRun).values(day=day - timedelta(days=1), finished_at=house.now - timedelta(days=1)))


class TestTheDay:
    def test_is_counted_from_when_the_value_was_set(self, house, someone):
        assert days_of(house) == {
            house.industry_id: ("RET-38", SET_ON, LAST_DAYS[INDUSTRY]),
            house.interval_id: ("RET-37", SET_ON, LAST_DAYS[MONTHS]),
        }

    def test_begins_anew_when_the_value_changes(self, house, someone, clock):
        clock.advance(timedelta(days=10))

        house.set(someone, **{MONTHS: "9"})

        assert days_of(house)[house.interval_id] == ("RET-37", date(2026, 12, 3), date(2027, 12, 3))
        assert days_of(house)[house.industry_id][1] == SET_ON

    def test_is_what_the_nightly_control_computes(self, house, someone):
        with house.database.reading() as session:
            zone = due.zone_of(session)
        assert due_integrity.find_wrong(house.database, zone=zone, now=house.now) == (1, [])

        with house.database.writing() as session:
            moved = update(RetentionDue).where(RetentionDue.kind == DueKind.CUSTOM_VALUE)
            session.execute(moved.values(due_on=date(2040, 1, 1)))

        assert due_integrity.find_wrong(house.database, zone=zone, now=house.now) == (1, [someone])
        due.refresh_all(house.database, now=house.now)
        assert due_integrity.find_wrong(house.database, zone=zone, now=house.now) == (1, [])

    def test_stands_in_the_numbers_of_the_concept(self, house, someone):
        with house.database.reading() as session:
            counted = periods_by_rule.count_by_rule(session, zone=due.zone_of(session))
            assert (counted["RET-37"], counted["RET-38"]) == (1, 1)
            assert {"RET-37", "RET-38", "RET-39"} <= periods_by_rule.find_running_rules(session)


class TestTheRun:
    def test_takes_a_value_on_the_day_after_its_last_and_leaves_the_others(self, house, someone):
        house.run()
        go_to(house, LAST_DAYS[MONTHS])
        with house.database.reading() as session:
            assert plan.make_plan(session, day=house.now.date(), zone=due.zone_of(session), now=house.now).counts == {}
        house.run()
        assert house.values(someone) == {INDUSTRY: "Wasserwirtschaft", MONTHS: "6"}

        house.clock.advance(timedelta(days=1))
        with house.database.reading() as session:
            assert plan.make_plan(session, day=house.now.date(), zone=due.zone_of(session), now=house.now).counts == {"RET-37": 1}
        (report,) = house.run()

        assert report.counts == {"RET-37": 1}
        assert house.values(someone) == {INDUSTRY: "Wasserwirtschaft"}
        said = json.loads(house.entries("value:erased")[-1])
        assert (said["sub"], said["res"], said["f"]) == (someone, "RET-37", [MONTHS])
        assert "vh" not in said

    def test_leaves_nothing_that_the_control_would_miss(self, house, someone):
        house.run()
        go_to(house, LAST_DAYS[MONTHS] + timedelta(days=1))
        house.run()

        with house.database.reading() as session:
            found = integrity.examine(session, subject_ids=[someone], actor=COORDINATOR, now=house.now)
        assert found.is_sound

    def test_tells_whoever_has_the_form_open(self, house, someone):
        house.run()
        with house.database.reading() as session:
            before = session.scalar(select(Contact.version))
        go_to(house, LAST_DAYS[MONTHS] + timedelta(days=1))
        house.run()

        with house.database.reading() as session:
            assert session.scalar(select(Contact.version)) == before + 1

    def test_takes_the_values_of_a_retired_field_by_the_same_rule(self, house, someone):
        house.run()
        with house.database.writing() as session:
            custom_field_changes.retire(session, field_id=house.interval_id, expected_version=1, actor=COORDINATOR, now=house.now)
        go_to(house, LAST_DAYS[MONTHS] + timedelta(days=1))
        with house.database.reading() as session:
            assert [each.people for each in custom_field_changes.find_fields(session)] == [1, 1]

        house.run()

        with house.database.reading() as session:
            assert [each.field.name for each in custom_field_changes.find_fields(session)] == [INDUSTRY]


class TestErasure:
    def test_takes_values_and_their_days_with_the_person(self, house, someone):
        with house.database.writing() as session:
            job.order(session, subject_id=someone, cause=ErasureCause.REVIEW, rule=None, case_id=None, actor=SALES, now=house.now)
        eraser.finish(house.database, vault=house.runtime.vault, clock=lambda: house.now)

        assert house.count_values() == 0
        assert days_of(house) == {}

    def test_leaves_the_values_of_others(self, house, someone):
        other = house.person(fields={"last_name": "Ott", INDUSTRY: "Chemie"})

        with house.database.writing() as session:
            job.order(session, subject_id=someone, cause=ErasureCause.REVIEW, rule=None, case_id=None, actor=SALES, now=house.now)
        eraser.finish(house.database, vault=house.runtime.vault, clock=lambda: house.now)

        assert house.values(other) == {INDUSTRY: "Chemie"}


class TestRestriction:
    def test_takes_somebody_out_of_the_search_by_their_values(self, house, someone):
        house.restrict(someone)

        with house.database.reading() as session:
            assert directory.make_documents(session, [someone], now=house.now) == []
