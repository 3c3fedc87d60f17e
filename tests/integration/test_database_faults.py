"""A database that cannot be written refuses in one sentence and changes nothing."""

import sqlite3

import pytest
from sqlalchemy import select

from crm.db.errors import DatabaseUnavailableError, DiskFullError
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
