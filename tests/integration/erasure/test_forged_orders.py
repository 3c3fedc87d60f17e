"""Somebody writes SQL: an order of erasure that no act gave destroys nobody, and the examination names it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from crm.actor import system_actor
from crm.db import Compartment
from crm.models.erasure import ErasureJob
from crm.privacy import audit, bound_rows, documents, row_integrity
from crm.privacy.actions import Action
from crm.services.health.cases import examine_cases
from crm.services.health.states import examine_states
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


class TestForgedState:
    """Art. 5(1)(d), (f), 32(1)(b) DSGVO."""

    @pytest.fixture
    def find_unexplained(self, house):
        return lambda: [each.facts for each in examine_states(house.database)]

    @pytest.mark.parametrize("state", ["erasing", "erased"])
    def test_is_named_and_nobody_is_erased_by_it(self, house, write, find_unexplained, other, state):
        write(f"UPDATE subject SET state = '{state}' WHERE id = :other", other=other)

        assert house.finish() == 0

        assert find_unexplained() == [{"count": 1, "subjects": other}]
        assert house.vault.inspect().find_with_key([other]) == {other}

    def test_that_an_order_brought_about_is_none_at_any_step(self, house, find_unexplained):
        house.order()
        ordered = find_unexplained()

        house.finish()

        assert (ordered, find_unexplained()) == ([], [])

    def test_that_falls_back_behind_its_completion_is_named(self, house, write, find_unexplained):
        house.erase()

        write("UPDATE subject SET state = 'erasing' WHERE state = 'erased'")

        assert find_unexplained() == [{"count": 1, "subjects": house.person.subject_id}]

    def test_destroys_no_key_of_documents(self, house, write):
        person, after_all_periods = house.person.subject_id, house.now.date() + timedelta(days=20 * 365)
        write("UPDATE subject SET state = 'erased' WHERE id = :person", person=person)

        documents.expire(house.database, vault=house.vault, today=after_all_periods, clock=lambda: house.now)

        assert house.vault.inspect().find_with_key([person], compartment=Compartment.RECORD) == {person}
