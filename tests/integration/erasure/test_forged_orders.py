"""Somebody writes SQL: an order of erasure that no act gave destroys nobody, and the examination names it."""

import pytest
from sqlalchemy import text

from crm.privacy import row_integrity
from tests.integration.privacy.people import make_person

FORGED = (
    "INSERT INTO erasure_job (id, subject_id, cause, step, ordered_at, ordered_by) "
    "VALUES ('f', :other, 'request', :step, '2026-01-01 00:00:00.000000', 'c')"
)


@pytest.fixture
def write(house):
    def run(statement, **values):
        with house.runtime.engine.execution_options(writing=True).begin() as connection:
            assert connection.execute(text(statement), values).rowcount == 1

    return run


@pytest.fixture
def find_changed(house):
    def run():
        with house.database.reading() as session:
            return {each for each in row_integrity.compare(session).unnamed if each.what == "erasure_job"}

    return run


@pytest.fixture
def other(house):
    with house.database.writing() as session:
        return make_person(session, house.now)


class TestForgedOrder:
    """Art. 5(1)(f), 32(1)(b) DSGVO."""

    @pytest.mark.parametrize("step", ["ordered", "destroyed"])
    def test_that_was_slipped_in_destroys_nobody(self, house, write, find_changed, step):
        other = house.person.subject_id
        write(FORGED, other=other, step=step)

        assert house.finish() == 0

        assert (house.actions(), [each.whose for each in find_changed()]) == ([], [other])

    def test_that_was_turned_on_somebody_else_destroys_nobody(self, house, write, find_changed, other):
        house.order()
        write("UPDATE erasure_job SET subject_id = :other", other=other)

        assert house.finish() == 0

        assert house.actions() == ["erasure:ordered"]
        assert [each.whose for each in find_changed()] == [other]

    def test_that_is_repeated_about_somebody_else_destroys_nobody(self, house, write, other):
        house.erase()
        before = house.actions()
        write("UPDATE erasure_job SET step = 'ordered', subject_id = :other", other=other)

        assert house.finish() == 0
        assert house.actions() == before

    def test_that_an_act_gave_is_no_finding_before_and_after(self, house, find_changed):
        house.order()
        before = find_changed()

        assert house.finish() == 1
        assert (before, find_changed()) == (set(), set())
