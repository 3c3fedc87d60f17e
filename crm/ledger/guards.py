"""Guards in the database: what is in the ledger is not changed, deleted or replaced.

They stop mistakes and everybody who works through the application. Somebody with root can take them down;
that is found by verification, not prevented here.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, PrimaryKeyConstraint, Table, UniqueConstraint

from crm.ledger import tables

DAY = 86_400_000_000
HOUR = 3_600_000_000

# An unfinished tile grows at its end. Of checkpoints older than a day the last one of each hour stays.
_GROWS = "NEW.level = OLD.level AND NEW.number = OLD.number AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes"
_THINS = (
    f"OLD.made_at < (SELECT max(made_at) FROM ledger_checkpoint) - {DAY} AND EXISTS (SELECT 1 FROM ledger_checkpoint WHERE"  # noqa: S608 - constants
    f" made_at >= OLD.made_at AND made_at < (OLD.made_at / {HOUR} + 1) * {HOUR} AND size > OLD.size)"
)
_ALLOWED: dict[tuple[str, str], str] = {
    ("ledger_tile", "UPDATE"): _GROWS,
    ("ledger_checkpoint", "DELETE"): _THINS,
}
# Erasing a person drops their salts.
_DELETABLE = frozenset({"ledger_salt"})
GUARDED: tuple[Table, ...] = (
    tables.entry,
    tables.payload,
    tables.salt,
    tables.sealed_leaf,
    tables.tile,
    tables.checkpoint,
)


def install_guards(connection: Connection) -> None:
    """Create the guards, or create them again: a batch migration of SQLite loses those of the table it rebuilds.

    Needs a connection that may change the schema.
    """
    for statement in _on_sqlite() if connection.dialect.name == "sqlite" else _on_postgresql():
        # Without parameters a driver leaves the percent signs of the statement alone.
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def find_missing_guards(connection: Connection) -> list[str]:
    """Return the names of guards that are not there, not active or not what they should be."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        there = {str(name): str(sql) for name, sql in rows}
        return [name for name, sql in _sqlite_triggers() if there.get(name) != sql]
    rows = connection.exec_driver_sql(
        "SELECT t.tgname FROM pg_trigger t WHERE t.tgenabled = 'A' AND t.tgrelid IN"
        " (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
    )
    active = {str(name) for (name,) in rows}
    return [name for name, _table, _timing in _postgresql_triggers() if name not in active]


def _unique_keys(table: Table) -> Iterator[list[str]]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield [column.name for column in constraint.columns]


def _on_sqlite() -> Iterator[str]:
    for name, sql in _sqlite_triggers():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield sql


def _sqlite_triggers() -> Iterator[tuple[str, str]]:
    for table in GUARDED:
        name = table.name
        same_key = sorted(
            f"EXISTS (SELECT 1 FROM {name} WHERE {' AND '.join(f'{column} = NEW.{column}' for column in key)})"  # noqa: S608 - names of our tables
            for key in _unique_keys(table)
        )
        yield _sqlite_trigger(name, "INSERT", " OR ".join(same_key))
        for act in ("UPDATE",) if name in _DELETABLE else ("UPDATE", "DELETE"):
            allowed = _ALLOWED.get((name, act))
            yield _sqlite_trigger(name, act, f"NOT ({allowed})" if allowed else None)


def _sqlite_trigger(table: str, act: str, when: str | None) -> tuple[str, str]:
    name = f"{table}_no_{'replace' if act == 'INSERT' else act.lower()}"
    condition = f" WHEN {when}" if when else ""
    return name, f"CREATE TRIGGER {name} BEFORE {act} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"


def _postgresql_triggers() -> Iterator[tuple[str, str, str]]:
    for table in GUARDED:
        row_acts = "UPDATE" if table.name in _DELETABLE else "UPDATE OR DELETE"
        yield f"{table.name}_no_change", table.name, f"BEFORE {row_acts} ON {table.name} FOR EACH ROW"
        yield f"{table.name}_no_truncate", table.name, f"BEFORE TRUNCATE ON {table.name} FOR EACH STATEMENT"


def _on_postgresql() -> Iterator[str]:
    yield _REFUSE
    for name, table, timing in _postgresql_triggers():
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield f"CREATE TRIGGER {name} {timing} EXECUTE FUNCTION ledger_refuse_change()"
        # ALWAYS: also for a session that calls itself a replica.
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


_REFUSE = f"""
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'ledger_tile' AND TG_OP = 'UPDATE' THEN
        IF {_GROWS} THEN RETURN NEW; END IF;
    ELSIF TG_TABLE_NAME = 'ledger_checkpoint' AND TG_OP = 'DELETE' THEN
        IF {_THINS} THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
