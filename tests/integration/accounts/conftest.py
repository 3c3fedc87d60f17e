"""What tests of accounts share."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.ledger import tables
from crm.services.accounts import authentication, signins
from crm.services.accounts.signins import Lifetimes
from tests.support.staff import quick_hashes  # noqa: F401 - a fixture

CLIENT = "192.0.2.7"
LIFETIMES = Lifetimes(idle=timedelta(minutes=30), absolute=timedelta(hours=10))


@pytest.fixture
def house(database, vault, quick_hashes):  # noqa: F811 - the fixture imported above
    """A database with a vault and cheap password hashes."""
    return database


@pytest.fixture
def entries(database):
    """Return a function that reads the ledger: the leaves in order, of one action if asked for."""

    def read(action=None):
        with database.reading() as session:
            leaves = [json.loads(leaf) for leaf in session.scalars(select(tables.entry.c.leaf).order_by(tables.entry.c.id))]
        return [leaf for leaf in leaves if action is None or leaf["act"] == action]

    return read


@pytest.fixture
def enter(house, clock):
    """Return a function that signs a member in with the password; it returns the token."""

    def sign_in(member, password=None, client=CLIENT):
        return authentication.sign_in(
            house, email=member.email, password=password or member.password, client=client, lifetimes=LIFETIMES, now=clock.now()
        )

    return sign_in


@pytest.fixture
def whose(house, clock):
    """Return a function that finds who holds a token now."""

    def find(token):
        with house.reading() as session:
            return signins.find(session, token, lifetimes=LIFETIMES, now=clock.now())

    return find
