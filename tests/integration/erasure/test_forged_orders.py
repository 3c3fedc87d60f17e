"""Somebody writes SQL: an order of erasure that no act gave destroys nobody, and the examination names it."""

import pytest
from sqlalchemy import select, text

from crm.actor import system_actor
from crm.models.erasure import ErasureJob
from crm.privacy import audit, bound_rows, row_integrity
from crm.privacy.actions import Action
from crm.services.health.cases import examine_cases
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


def enter(house, subject_id):
    """Add the entry that names a forged row, as the program would have written it."""
    with house.database.writing() as session:
        row = session.scalars(select(ErasureJob).where(ErasureJob.subject_id == subject_id)).one()
        digest = bound_rows.digest_of(row)
        audit.record(
            session, Action.ERASURE_ORDERED, actor=system_actor("c"), now=house.now, subject_id=subject_id, kind="request", rows=[digest]
        )


def seal_of(house, seal):
    """Return a seal as SQL writes it: that of another order, where it is to be copied."""
    if seal == "a copied one":
        return "(SELECT done.seal FROM erasure_job AS done WHERE done.id <> 'f')"
    is_server = house.runtime.engine.dialect.name == "postgresql"
    return r"'\x00'" if is_server and seal != "NULL" else seal


class TestForgedOrder:
    """Art. 5(1)(f), 32(1)(b) DSGVO."""

    @pytest.mark.parametrize("step", ["ordered", "destroyed"])
    def test_that_was_slipped_in_destroys_nobody(self, house, write, find_changed, step):
        other = house.person.subject_id
        write(FORGED, other=other, step=step)

        assert house.finish() == 0

        assert (house.actions(), [each.whose for each in find_changed()]) == ([], [other])

    @pytest.mark.parametrize("step", ["ordered", "destroyed"])
    @pytest.mark.parametrize("seal", ["NULL", "x'00'", "a copied one"])
    def test_that_was_slipped_in_with_an_entry_destroys_nobody(self, house, write, other, step, seal):
        """An entry can be added with SQL like a row; the seal of an order needs the key store."""
        house.erase()
        before = house.actions()
        write(FORGED, other=other, step=step)
        write(f"UPDATE erasure_job SET seal = {seal_of(house, seal)} WHERE id = 'f'")
        enter(house, other)

        assert house.finish() == 0

        assert house.actions() == [*before, "erasure:ordered"]
        assert [each.facts for each in examine_cases(house.database)] == [{"count": 1, "subjects": other}]
        assert other in house.living()

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
        assert list(examine_cases(house.database)) == []
