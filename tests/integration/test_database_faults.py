"""A database that cannot be written refuses in one sentence and changes nothing."""

import sqlite3

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from crm.db.errors import DatabaseReadOnlyError, DatabaseUnavailableError, DiskFullError, Fault, find_fault
from crm.models.policy import PolicyVersion


def add_version(session, now):
    session.add(PolicyVersion(kind="test", code="x", version=1, definition="{}" * 50_000, set_by="test", set_at=now))


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
class TestFaults:
    def test_a_lock_that_lasts_too_long(self, runtime, clock, monkeypatch):
        other = sqlite3.connect(runtime.engine.url.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with runtime.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=50")

        with pytest.raises(DatabaseUnavailableError), runtime.database.writing() as session:
            add_version(session, clock.now())

        other.close()

    def test_a_disk_that_is_full(self, runtime, clock):
        with runtime.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")

        with pytest.raises(DiskFullError), runtime.database.writing() as session:
            add_version(session, clock.now())

        with runtime.database.reading() as session:
            assert session.scalars(select(PolicyVersion).where(PolicyVersion.kind == "test")).all() == []

    def test_a_database_that_is_read_only(self, runtime, clock):
        with runtime.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")

        with pytest.raises(DatabaseReadOnlyError), runtime.database.writing() as session:
            add_version(session, clock.now())

    def test_a_row_that_breaks_a_rule_is_no_fault_of_the_database(self, runtime, clock):
        with pytest.raises(IntegrityError), runtime.database.writing() as session:
            session.execute(text("INSERT INTO policy_version (kind) VALUES ('test')"))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("attempt to write a readonly database", Fault.READ_ONLY),
        ("cannot execute INSERT in a read-only transaction", Fault.READ_ONLY),
        ("database disk image is malformed", Fault.DAMAGED),
        ("file is not a database", Fault.DAMAGED),
        ("database or disk is full", Fault.FULL),
        ("could not extend file: No space left on device", Fault.FULL),
        ("unable to open database file", Fault.UNOPENED),
        ("database is locked", None),
    ],
)
def test_what_hinders_a_database_is_told_from_what_it_says(said, fault):
    assert find_fault(sqlite3.DatabaseError(said)) is fault
