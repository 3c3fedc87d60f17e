"""The staff site with browsers in front of it."""

import pytest

from crm.web import create_app
from tests.support.staff import Browser, quick_hashes  # noqa: F401 - a fixture


@pytest.fixture
def engine_kind():
    """Pages behave alike on both engines; what differs is tested with the use cases."""
    return "sqlite"


@pytest.fixture
def house(runtime, quick_hashes):  # noqa: F811 - the fixture imported above
    """The database of the installation."""
    return runtime.database


@pytest.fixture
def app(runtime):
    return create_app(runtime)


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def snapshot(house):
    """Return a function that reads every row of every table, to see whether a request changed anything."""

    def read():
        from crm.db import Base

        with house.reading() as session:
            return {table.name: sorted(map(repr, session.execute(table.select()).all())) for table in Base.metadata.sorted_tables}

    return read
