"""The fixtures themselves: a test that wants a database gets a fresh one of each engine."""

from sqlalchemy import inspect, text


def test_the_database_is_the_engine_that_was_asked_for(database, engine_kind):
    assert database.engine.dialect.name == {"sqlite": "sqlite", "postgres": "postgresql"}[engine_kind]


def test_the_database_has_the_tables_of_the_mechanisms(database):
    assert {"subject", "ledger_entry", "search_change"} <= set(inspect(database.engine).get_table_names())


def test_a_vault_stands_in_every_session(database, vault):
    with database.reading() as session:
        assert session.info["vault"] is vault
        assert session.execute(text("SELECT count(*) FROM subject")).scalar() == 0
