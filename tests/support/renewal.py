"""Databases on the server that tests have used, made like new: making and dropping one costs the server ten times as much.

A database is used again only while its catalogue is what it was in the template. Whoever changes a table, an index or a guard
leaves one that is dropped, and so does a test that has to find nothing of earlier ones in the server's files: see `Databases.new`.
"""

from dataclasses import dataclass
from typing import Final, Self

import psycopg
from sqlalchemy.engine import make_url

# Rows that a test has deleted stay in the files of a database; after this many tests it goes.
_MOST_USES: Final = 40
_FIRST_OWN_OID: Final = 16_384  # below are the server's own tables
# By a row's last transaction for what nobody but a change of the schema writes; triggers by content, because renewing halts them.
_CATALOGUE: Final = "SELECT concat_ws(' ', {}, (SELECT md5(string_agg(t::text, ',' ORDER BY oid)) FROM pg_trigger t))".format(
    ", ".join(
        f"(SELECT concat_ws('/', count(*), max(xmin::text::bigint)) FROM {table} WHERE {oid} >= {_FIRST_OWN_OID})"
        for table, oid in {
            "pg_class": "oid",
            "pg_attribute": "attrelid",
            "pg_attrdef": "oid",
            "pg_constraint": "oid",
            "pg_index": "indexrelid",
            "pg_namespace": "oid",
            "pg_proc": "oid",
            "pg_rewrite": "oid",
            "pg_type": "oid",
        }.items()
    )
)
_OUT: Final = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
# A replica's session asks no foreign key; the guards of the ledger ask everybody, so they are halted where there are rows.
_EMPTY: Final = """
SET session_replication_role = replica;
DO $$
DECLARE
    filled regclass;
BEGIN
    FOR filled IN
        SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
    LOOP
        IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = filled AND tgenabled = 'A') THEN
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', filled);
        END IF;
        EXECUTE format('DELETE FROM %s', filled);
    END LOOP;
END $$;
"""
_GUARD_AGAIN: Final = """
DO $$
DECLARE
    halted record;
BEGIN
    FOR halted IN SELECT tgrelid::regclass AS place, tgname FROM pg_trigger WHERE tgenabled = 'D' AND NOT tgisinternal LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', halted.place, halted.tgname);
    END LOOP;
END $$
"""
_ROWS: Final = """
SELECT format('INSERT INTO %1$s OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::%1$s, %2$L)', '{0}', json_agg(r))
FROM {0} r HAVING count(*) > 0
"""
_SEQUENCES: Final = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"


@dataclass(frozen=True)
class Renewal:
    """How the databases of one template become like new."""

    catalogue: str
    script: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Look at a template, or at a copy nobody has worked on."""
        with _connect(url) as connection:
            tables = _column(connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            rows = [line for table in tables for line in _column(connection, _ROWS.format(table))]
            sequences = [f"SELECT setval('{name}', {last}, {called})" for name, last, called in connection.execute(_SEQUENCES)]
            return cls(_catalogue_in(connection), _EMPTY + ";\n".join([*rows, *sequences, _GUARD_AGAIN]))

    def renew(self, url: str) -> bool:
        """Put everybody out and bring the rows back that the template has; False: the schema is another, so nothing was done."""
        with _connect(url) as connection:
            connection.execute(_OUT)
            if _catalogue_in(connection) != self.catalogue:
                return False
            connection.execute(self.script)
        return True


class Renewals:
    """The used databases of each template that have become like new."""

    def __init__(self) -> None:
        self._renewals: dict[str, Renewal] = {}
        self._uses: dict[str, tuple[str, int]] = {}
        self._ready: dict[str, list[str]] = {}

    def take(self, template: str) -> str | None:
        """Return a database like new, or None where a new one has to be made."""
        ready = self._ready.get(template)
        return ready.pop() if ready else None

    def watch(self, url: str, template: str) -> None:
        """Remember a database that was just made from a template."""
        if template not in self._renewals:
            self._renewals[template] = Renewal.of(url)
        self._uses[url] = (template, 0)

    def give_back(self, url: str) -> bool:
        """Make a database like new for the next test; False: it has to be dropped."""
        template, uses = self._uses.pop(url, (None, 0))
        if template is None or uses >= _MOST_USES or not self._renewals[template].renew(url):
            return False
        self._uses[url] = (template, uses + 1)
        self._ready.setdefault(template, []).append(url)
        return True


def _connect(url: str) -> psycopg.Connection:
    address = make_url(url)
    return psycopg.connect(dbname=address.database, user=address.username, host=address.query["host"], autocommit=True)


def _catalogue_in(connection: psycopg.Connection) -> str:
    return _column(connection, _CATALOGUE)[0]


def _column(connection: psycopg.Connection, question: str) -> list[str]:
    return [value for (value,) in connection.execute(question)]
