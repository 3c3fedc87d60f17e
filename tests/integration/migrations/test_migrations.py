"""The migrated schema is that of the models, on both engines, and goes up and down with data in it."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.dialects.postgresql.base import ischema_names

from crm import ledger, models  # noqa: F401 - registers the tables
from crm.db import Base, make_engine, migrate, revisions
from crm.db.errors import OriginsReadableError, OriginsSealedError, RecordsReadableError, RecordsTaggedError
from crm.db.migrations.transaction_number import Xid8

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(revisions.MIGRATIONS).walk_revisions()))]


@pytest.fixture(autouse=True)
def _known_types(monkeypatch):
    monkeypatch.setitem(ischema_names, "xid8", Xid8)


@pytest.fixture
def empty_engine(databases, engine_kind):
    url = databases.new(engine_kind, "empty")
    engine = make_engine(url, may_change_schema=True)
    yield engine
    engine.dispose()
    databases.drop(url)


def test_the_migrated_schema_is_that_of_the_models(empty_engine):
    migrate.upgrade(empty_engine)

    with empty_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_an_upgraded_database_says_so(empty_engine):
    migrate.upgrade(empty_engine)

    with empty_engine.connect() as connection:
        assert revisions.current_revision(connection) == revisions.newest_revision() == REVISIONS[-1]


def test_a_database_that_was_never_migrated_says_so(empty_engine):
    with empty_engine.connect() as connection:
        assert revisions.current_revision(connection) is None


def test_the_guards_stand_after_an_upgrade(empty_engine):
    migrate.upgrade(empty_engine, afterwards=ledger.install_guards)

    with empty_engine.connect() as connection:
        assert ledger.find_missing_guards(connection) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_goes_down_and_up_again_with_data_in_it(empty_engine, revision):
    migrate.upgrade(empty_engine, to=revision)
    fill(empty_engine)
    before = "base" if revision == REVISIONS[0] else REVISIONS[REVISIONS.index(revision) - 1]

    migrate.downgrade(empty_engine, to=before)
    migrate.upgrade(empty_engine, to=revision)

    with empty_engine.connect() as connection:
        assert revisions.current_revision(connection) == revision


def test_companies_that_were_there_get_the_key_they_are_sorted_by(empty_engine):
    migrate.upgrade(empty_engine, to="0001")
    names = ("Zeiss", "Österreicher", "adler")
    company = text(
        "INSERT INTO company (id, kind, name, created_at, changed_at, version) "
        "VALUES (:id, 'legal_person', :name, '2026-11-23 09:00:00', '2026-11-23 09:00:00', 1)"
    )
    with empty_engine.execution_options(writing=True).begin() as connection:
        connection.execute(company, [{"id": f"{number:032}", "name": name} for number, name in enumerate(names)])

    migrate.upgrade(empty_engine, to="0002")

    with empty_engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM company ORDER BY sort_key")).scalars().all()
    assert found == ["adler", "Österreicher", "Zeiss"]


def test_sign_ins_that_nobody_can_vouch_for_are_gone_and_accounts_stay(empty_engine):
    """A migration has no keys to bind them with (revision 0006): people sign in again."""
    migrate.upgrade(empty_engine, to="0004")
    moment, some_bytes = "'2026-11-23 09:00:00'", "'x'" if empty_engine.dialect.name == "postgresql" else "x'00'"
    account = (
        "INSERT INTO account (id, pseudonym, email_tag, sealed_email, sealed_name, password_hash, totp_step, is_invented, created_at) "
        f"VALUES ('{'a' * 32}', '{'b' * 32}', {some_bytes}, {some_bytes}, {some_bytes}, 'hash', 0, false, {moment})"
    )
    sign_in = (
        "INSERT INTO sign_in (id, token_hash, account_id, created_at, seen_at, expires_at, role) "
        f"VALUES ('{'c' * 32}', {some_bytes}, '{'a' * 32}', {moment}, {moment}, {moment}, 'sales')"
    )
    with empty_engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(account))
        connection.execute(text(sign_in))

    migrate.upgrade(empty_engine)

    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM sign_in")).scalar() == 0
        assert connection.execute(text("SELECT COUNT(*) FROM account")).scalar() == 1


class TestWhereDataCameFrom:
    """What stood readable is in every copy of the database, so it is neither carried over nor lost unasked (revision 0004)."""

    def test_that_is_readable_of_somebody_stops_the_upgrade_and_stays(self, empty_engine):
        migrate.upgrade(empty_engine, to="0003")
        insert_contact(empty_engine, "origin", "'Empfehlung von Frau Müller'")

        with pytest.raises(OriginsReadableError) as refusal:
            migrate.upgrade(empty_engine)

        assert "Müller" not in str(refusal.value)
        with empty_engine.connect() as connection:
            assert revisions.current_revision(connection) == "0003"
            assert connection.execute(text("SELECT origin FROM contact")).scalar() == "Empfehlung von Frau Müller"

    def test_that_stands_at_a_ground_alone_stops_it_too(self, empty_engine):
        migrate.upgrade(empty_engine, to="0003")
        insert_ground(empty_engine, "Empfehlung")

        with pytest.raises(OriginsReadableError):
            migrate.upgrade(empty_engine)

    def test_of_the_erased_is_empty_already_and_their_grounds_are_carried_over(self, empty_engine):
        migrate.upgrade(empty_engine, to="0003")
        insert_ground(empty_engine, "")

        migrate.upgrade(empty_engine)
        migrate.downgrade(empty_engine, to="0003")
        migrate.upgrade(empty_engine)

        with empty_engine.connect() as connection:
            assert connection.execute(text("SELECT purpose, act FROM ground_event")).all() == [("newsletter", "ended")]

    def test_that_is_sealed_of_somebody_is_not_lost_by_going_back(self, empty_engine):
        migrate.upgrade(empty_engine, to="0004")
        insert_contact(empty_engine, "sealed_origin", "'sealed'" if empty_engine.dialect.name == "postgresql" else "x'00'")

        with pytest.raises(OriginsSealedError):
            migrate.downgrade(empty_engine, to="0003")

        with empty_engine.connect() as connection:
            assert revisions.current_revision(connection) == "0004"


def test_links_that_nobody_can_seal_lapse_but_those_that_only_show_something(empty_engine):
    """A migration has no keys (revision 0006)."""
    migrate.upgrade(empty_engine, to="0005")
    token_hash = r"'\x0{}'" if empty_engine.dialect.name == "postgresql" else "x'0{}'"
    for number, kind in enumerate(("correct", "status", "confirm")):
        row = f"{token_hash.format(number)}, '{kind}', '2026-11-23 09:00:00'"
        with empty_engine.execution_options(writing=True).begin() as connection:
            connection.execute(text(f"INSERT INTO personal_link (token_hash, kind, created_at) VALUES ({row})"))

    migrate.upgrade(empty_engine, to="0006")

    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT kind FROM personal_link")).scalars().all() == ["status"]


class TestProspects:
    """Who came in as a prospect before it was kept is one where that can still be told (revision 0008)."""

    TASK = (
        "INSERT INTO privacy_task (id, subject_id, kind, due_on, created_at) "
        f"VALUES ('{'c' * 32}', '{'a' * 32}', 'time_up', '2026-12-23', '2026-11-23 09:00:00')"
    )
    LEAD, CONTACT = (
        f"INSERT INTO source_record (system, record_id, subject_id) VALUES ('salesforce', '{record_id}', '{'a' * 32}')"
        for record_id in ("00QLe0000000001MAA", "003Le0000000001MAA")
    )

    @pytest.mark.parametrize(
        ("rows", "expected"), [((), False), ((TASK,), True), ((LEAD,), True), ((CONTACT,), False), ((LEAD, CONTACT), False)]
    )
    def test_are_known_by_their_records_or_because_an_import_found_their_time_up(self, empty_engine, rows, expected):
        migrate.upgrade(empty_engine, to="0007")
        insert_contact(empty_engine, "sealed_origin", "'sealed'" if empty_engine.dialect.name == "postgresql" else "x'00'")
        with empty_engine.execution_options(writing=True).begin() as connection:
            for row in rows:
                connection.execute(text(row))

        migrate.upgrade(empty_engine, to="0008")

        with empty_engine.connect() as connection:
            assert bool(connection.execute(text("SELECT is_prospect FROM contact")).scalar_one()) is expected


class TestRecordsOfOtherSystems:
    """An id that stood readable is in every copy of the database, and a migration has no keys (revision 0010)."""

    def test_that_stand_readable_stop_the_upgrade_and_stay(self, empty_engine):
        migrate.upgrade(empty_engine, to="0008")
        insert_record(empty_engine, "salesforce", "record_id", "'003Le0000000001MAA'")

        with pytest.raises(RecordsReadableError):
            migrate.upgrade(empty_engine)

        with empty_engine.connect() as connection:
            assert revisions.current_revision(connection) == "0008"
            assert connection.execute(text("SELECT record_id FROM source_record")).scalar() == "003Le0000000001MAA"

    def test_that_were_forms_only_go(self, empty_engine):
        migrate.upgrade(empty_engine, to="0008")
        insert_record(empty_engine, "form", "record_id", f"'{'f' * 32}'")

        migrate.upgrade(empty_engine, to="0010")

        with empty_engine.connect() as connection:
            assert connection.execute(text("SELECT COUNT(*) FROM source_record")).scalar() == 0

    def test_that_are_keyed_hashes_are_not_lost_by_going_back(self, empty_engine):
        migrate.upgrade(empty_engine, to="0010")
        insert_record(empty_engine, "salesforce", "record_tag", "'tag'" if empty_engine.dialect.name == "postgresql" else "x'00'")

        with pytest.raises(RecordsTaggedError):
            migrate.downgrade(empty_engine, to="0008")

        with empty_engine.connect() as connection:
            assert revisions.current_revision(connection) == "0010"


def insert_record(engine, system, column, value):
    _insert(engine, f"INSERT INTO source_record (system, {column}, subject_id) VALUES ('{system}', {value}, '{'a' * 32}')")


def insert_contact(engine, column, value):
    row = f"'{'a' * 32}', {value}, '2026-11-23 09:00:00', '2026-11-23 09:00:00', '2026-11-23 09:00:00', 1"
    contact = f"INSERT INTO contact (subject_id, {column}, collected_at, last_contact_at, changed_at, version) VALUES ({row})"
    _insert(engine, contact)


def insert_ground(engine, origin):
    row = f"'{'a' * 32}', 'newsletter', '6-1-a', 'ended', '{origin}', '2026-11-23 09:00:00', '2026-11-23 09:00:00'"
    _insert(engine, f"INSERT INTO ground_event (subject_id, purpose, basis, act, origin, effective_at, recorded_at) VALUES ({row})")


def _insert(engine, row):
    subject = (
        f"INSERT INTO subject (id, state, write_seq, key_number, created_at) VALUES ('{'a' * 32}', 'living', 0, 1, '2026-11-23 09:00:00')"
    )
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(subject))
        connection.execute(text(row))


def test_a_failing_upgrade_leaves_the_database_as_it_was(empty_engine):
    def fail(connection):
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        migrate.upgrade(empty_engine, afterwards=fail)

    assert not set(inspect(empty_engine).get_table_names()) - {"alembic_version"}


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_rows_that_point_to_nothing_stop_an_upgrade(empty_engine):
    def orphan(connection):
        connection.execute(text("CREATE TABLE a (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE b (a INTEGER REFERENCES a (id))"))
        connection.execute(text("INSERT INTO b VALUES (1)"))

    with pytest.raises(RuntimeError, match="point to nothing"):
        migrate.upgrade(empty_engine, afterwards=orphan)


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_foreign_keys_hold_again_after_an_upgrade(empty_engine):
    migrate.upgrade(empty_engine)

    with empty_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def fill(engine):
    """Put a row of plausible values into every table that needs none of another."""
    with engine.execution_options(writing=True).begin() as connection:
        for table in inspect(connection).get_table_names():
            if table != "alembic_version" and not inspect(connection).get_foreign_keys(table):
                columns = [column for column in inspect(connection).get_columns(table) if not column["nullable"]]
                names = ", ".join(column["name"] for column in columns)
                values = ", ".join(_plausible(column) for column in columns)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"))


# What the database itself asks of a custom field.
_DEMANDED = {"kind": "'text'", "field_group": "'position'", "purposes": "'[\"service\"]'", "rule": "'RET-38'"}


def _plausible(column):
    if column["name"] in _DEMANDED:
        return _DEMANDED[column["name"]]
    if "state" in column["name"]:
        return "'living'"
    kind = str(column["type"]).upper()
    if kind == "DATE":
        return "'2026-11-23'"
    for part, value in {"INT": "1", "XID8": "'1'", "BOOL": "false", "BLOB": "''", "BYTEA": "''"}.items():
        if part in kind:
            return value
    return "'2026-11-23 09:00:00'" if "TIME" in kind else "'1'"
