"""The staff site with an auditor in front of it, on both engines: what the log answers differs between them."""

import time

import pytest
from sqlalchemy import text

from crm.actor import Actor, Role
from crm.db import Base, make_engine, new_id
from crm.ledger import EntryFilter, find_entries, install_guards
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.web import create_app
from tests.support.staff import SECRET, Browser, hire, quick_hashes  # noqa: F401 - a fixture

CLERK = Actor("c" * 32, frozenset({Role.SALES}), Role.SALES)


@pytest.fixture
def house(runtime, quick_hashes):  # noqa: F811 - the fixture imported above
    """The database of the installation."""
    return runtime.database


@pytest.fixture
def app(runtime):
    return create_app(runtime)


@pytest.fixture
def enter_as(app, house, now):
    """Return a function that signs somebody in and returns their browser."""

    def enter(role, email="dora@example.com"):
        browser = Browser(app)
        browser.sign_in(hire(house, now, role, email=email, name="Dora Ott", second_factor_secret=SECRET), now)
        return browser

    return enter


@pytest.fixture
def auditor(enter_as):
    return enter_as(Role.AUDITOR)


@pytest.fixture
def write(house, clock):
    """Return a function that enters an act of a clerk."""

    def enter(action=Action.PERSON_DISCLOSED, *, now=None, actor=CLERK, **said):
        with house.writing() as session:
            audit.record(session, action, actor=actor, now=now or clock.now(), **{"subject_id": new_id(), **said})

    return enter


@pytest.fixture
def seal(runtime):
    """Return a function that does what the worker does every second."""
    return lambda: runtime.make_sealer().seal_all(runtime.database, clock=runtime.clock.now)


@pytest.fixture
def attack(database_url):
    """Return a function that changes the log as somebody does who owns the database; the guards stand again afterwards."""

    def change(statement, **values):
        engine = make_engine(database_url, may_change_schema=True)
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                connection.exec_driver_sql("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
            connection.execute(text(statement), values)
            install_guards(connection)
        engine.dispose()

    return change


@pytest.fixture
def entered(house):
    """Return a function that lists the newest entries as (action, count)."""

    def read(limit=3):
        with house.reading() as session:
            found = find_entries(session, EntryFilter(), limit=limit)
        return [(each.fields["act"], each.fields.get("cnt")) for each in found]

    return read


@pytest.fixture
def await_check(auditor):
    """Return a function that polls as the page does until the check is over, and returns the fragment."""

    def wait():
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = auditor.get("/ledger/verify", headers={"HX-Request": "true"}).text
            if "hx-get" not in text:
                return text
            time.sleep(0.2)
        raise AssertionError("the check does not end")

    return wait


@pytest.fixture
def snapshot(house):
    """Return a function that reads every row of every table, to see whether a request changed anything."""

    def read():
        with house.reading() as session:
            return {table.name: sorted(map(repr, session.execute(table.select()).all())) for table in Base.metadata.sorted_tables}

    return read
