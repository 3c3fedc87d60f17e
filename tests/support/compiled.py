"""What is compiled once in a test process: templates, statements and routes. Compiling them anew takes half of the tests' time."""

import io

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

import crm.db.engine

_MOST_STATEMENTS = 4_000


@pytest.fixture(scope="session", autouse=True)
def _everything_is_compiled_once():
    with pytest.MonkeyPatch.context() as patch:
        _share_templates(patch)
        _share_statements(patch)
        _share_routes(patch)
        yield


class _Templates(BytecodeCache):
    """Templates as they were compiled in this process; Jinja compiles one anew when its source is another."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket) -> None:
        if bucket.key in self._compiled:
            bucket.load_bytecode(io.BytesIO(self._compiled[bucket.key]))

    def dump_bytecode(self, bucket) -> None:
        compiled = io.BytesIO()
        bucket.write_bytecode(compiled)
        self._compiled[bucket.key] = compiled.getvalue()


def _share_templates(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": _Templates()})


def _share_statements(patch: pytest.MonkeyPatch) -> None:
    """Let engines of one kind share what was compiled; SQLAlchemy keeps it for each engine and its dialect."""
    compiled = LRUCache(_MOST_STATEMENTS)
    make = crm.db.engine.create_engine

    def create_engine(*arguments, **options):
        engine = make(*arguments, **options)
        engine._compiled_cache = compiled
        return engine

    patch.setattr(crm.db.engine, "create_engine", create_engine)
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))


def _share_routes(patch: pytest.MonkeyPatch) -> None:
    """Let sites share what their rules were compiled to: it depends on the text of a rule and its defaults alone."""
    compiled = {}
    compile_anew = Rule.compile

    def compile_once(self):
        key = (self.rule, self.subdomain, self.merge_slashes, repr(self.defaults))
        if key not in compiled:
            compile_anew(self)
            builders = [each.__func__ for each in (self._build, self._build_unknown)]
            compiled[key] = (self._parts, self._trace, self._converters, frozenset(self.arguments), builders)
        self._parts, self._trace, self._converters, arguments, builders = compiled[key]
        self.arguments |= arguments
        self._build, self._build_unknown = (each.__get__(self, None) for each in builders)

    patch.setattr(Rule, "compile", compile_once)
