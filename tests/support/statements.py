"""Statements as they were compiled in this process, for every database: compiling them anew takes a fifth of all tests' time."""

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

import crm.db.engine

_MOST = 4_000


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once():
    """Let engines of one kind share what was compiled; SQLAlchemy keeps it for each engine and its dialect."""
    compiled = LRUCache(_MOST)
    make = crm.db.engine.create_engine

    def create_engine(*arguments, **options):
        engine = make(*arguments, **options)
        engine._compiled_cache = compiled
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crm.db.engine, "create_engine", create_engine)
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
            patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
        yield
