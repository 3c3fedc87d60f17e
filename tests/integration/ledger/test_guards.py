"""The guards stop everybody who comes through the database's front door."""

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from crm import ledger
from crm.db import make_engine

from .conftest import TABLES

CHANGES = [
    "UPDATE ledger_entry SET leaf = leaf",
    "UPDATE ledger_entry SET purpose = 'x'",
    "UPDATE ledger_payload SET content = content",
    "UPDATE ledger_salt SET salt = salt",
    "UPDATE ledger_leaf SET hash = hash",
    "UPDATE ledger_checkpoint SET note = note",
    "UPDATE ledger_tile SET hashes = substr(hashes, 1, 32)",
    "UPDATE ledger_tile SET number = number + 1000",
    "DELETE FROM ledger_entry",
    "DELETE FROM ledger_payload",
    "DELETE FROM ledger_leaf",
    "DELETE FROM ledger_tile",
    "DELETE FROM ledger_checkpoint",
]
REPLACEMENTS = [
    "INSERT OR REPLACE INTO ledger_entry (id, leaf, event, t, actor, action) SELECT id, 'x', 'new', t, actor, action FROM ledger_entry",
    "INSERT OR REPLACE INTO ledger_entry (leaf, event, t, actor, action) SELECT 'x', event, t, actor, action FROM ledger_entry",
    "REPLACE INTO ledger_payload (event, content) SELECT event, 'x' FROM ledger_payload",
    "REPLACE INTO ledger_leaf (leaf_index, entry_id, hash) SELECT leaf_index, entry_id + 1000, 'x' FROM ledger_leaf",
    "REPLACE INTO ledger_leaf (leaf_index, entry_id, hash) SELECT leaf_index + 1000, entry_id, 'x' FROM ledger_leaf",
    "REPLACE INTO ledger_tile (level, number, hashes) SELECT level, number, 'x' FROM ledger_tile",
    "REPLACE INTO ledger_checkpoint (size, note, made_at) SELECT size, 'x', made_at FROM ledger_checkpoint",
    "REPLACE INTO ledger_salt (subject_id, event, position, salt) SELECT subject_id, event, position, 'x' FROM ledger_salt",
]
UPSERT = (
    "INSERT INTO ledger_leaf (leaf_index, entry_id, hash) SELECT leaf_index, entry_id, hash FROM ledger_leaf WHERE true"
    " ON CONFLICT (leaf_index) DO UPDATE SET hash = excluded.hash"
)


@pytest.fixture
def filled(log):
    log.write(2, payload=b"sealed")
    log.write_list(["1" * 32])
    log.seal()
    return log


@pytest.fixture(params=["application", "set-up"])
def engine(filled, request):
    engine = make_engine(filled.url, may_change_schema=request.param == "set-up")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("change", [*CHANGES, UPSERT])
def test_no_row_is_changed_or_deleted(filled, engine, change):
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))

    assert filled.verify().is_sound


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_no_row_is_replaced_through_any_unique_key(filled, engine, replacement):
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(replacement))

    assert filled.verify().is_sound


@pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_emptied(filled, engine, table):
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


@pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
def test_a_session_that_calls_itself_a_replica_is_stopped_too(filled, engine):
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica; DELETE FROM ledger_entry")


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("guard", ["ledger_entry_no_delete", "ledger_tile_no_update"])
def test_the_application_cannot_take_a_guard_down(filled, guard):
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        filled.database.engine.raw_connection().execute(f"DROP TRIGGER {guard}")

    assert filled.verify().is_sound


def test_a_guard_taken_down_is_found_and_can_be_put_back(filled, engine_kind):
    engine = make_engine(filled.url, may_change_schema=True)
    drop = (
        "DROP TRIGGER ledger_entry_no_delete"
        if engine_kind == "sqlite"
        else "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change"
    )
    with engine.begin() as connection:
        connection.execute(text(drop))
        assert len(ledger.find_missing_guards(connection)) == 1
    assert filled.kinds() == {ledger.Kind.GUARD_MISSING}

    with engine.begin() as connection:
        ledger.install_guards(connection)

    assert filled.verify().is_sound
    engine.dispose()


@pytest.mark.parametrize("moment", ["before the lists are filed", "afterwards"])
def test_erasing_a_person_drops_their_salts_and_the_log_still_verifies(log, moment):
    log.write_list(["1" * 32, "2" * 32, "1" * 32, "3" * 32])
    if moment == "afterwards":
        log.seal()

    with log.database.writing() as session:
        dropped = ledger.drop_salts(session, ["1" * 32, "4" * 32])
        ledger.append(session, ledger.draft(session, {"a": "eraser", "act": "left", "cnt": dropped}, now=log.clock.now()))
    log.seal()

    assert log.rows("SELECT position, subject_id FROM ledger_salt ORDER BY position") == [(1, "2" * 32), (3, "3" * 32)]
    assert log.verify(forgetting="left").is_sound
