"""A database of the server that a test has used is like new for the next one, or it is not used again."""

import pytest
from sqlalchemy import select, text

from crm.db import Base, make_engine
from crm.ledger.guards import find_missing_guards

pytestmark = pytest.mark.postgres
TEMPLATE = "installed_business"


@pytest.fixture
def used(databases):
    """A function that opens a database, does something in it and gives it back."""

    def use(*statements):
        url = databases.new("postgres", TEMPLATE)
        work = make_engine(url, may_change_schema=True)
        with work.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        databases.drop(url)  # while we are connected, as after a test that failed
        work.dispose()
        return url

    return use


@pytest.fixture
def seen(databases):
    """A function that returns every row of the next database, its next number, and which guards it lacks."""

    def look():
        address = databases.new("postgres", TEMPLATE)
        engine = make_engine(address)
        with engine.begin() as connection:
            rows = {table.name: sorted(map(repr, connection.execute(select(table)))) for table in Base.metadata.sorted_tables}
            number = connection.scalar(text("SELECT nextval('policy_version_id_seq')"))
            missing = find_missing_guards(connection)
        engine.dispose()
        databases.drop(address)
        return address, (rows, number, missing)

    return look


def test_rows_numbers_and_guards_are_those_of_the_template(used, seen):
    _first, new = seen()
    url = used(
        "INSERT INTO ledger_entry (leaf, event, t, actor, action, xid) VALUES ('x', repeat('e', 32), 1, 'a', 'b', pg_current_xact_id())",
        "DELETE FROM policy_version WHERE id > 3",
        "UPDATE intake_key SET published_at = now()",
        "SELECT setval('policy_version_id_seq', 700)",
    )

    again, renewed = seen()

    assert again == url
    assert renewed == new
    assert new[0]["policy_version"] and new[2] == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change",
        "DROP TRIGGER ledger_entry_no_truncate ON ledger_entry",
        "ALTER TABLE intake_key ADD COLUMN more integer",
        "CREATE INDEX more ON intake_key (published_at)",
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_one_with_another_schema_is_not_used_again(statement, used, seen):
    url = used(statement)

    again, (_rows, _number, missing) = seen()

    assert again != url
    assert missing == []
