"""Sign-ins changed with SQL past the program: a stolen cookie stays worthless (Art. 32(1)(b) DSGVO)."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from crm.actor import Role
from crm.models.account import SignIn
from crm.services.accounts import own_account, signins
from crm.services.accounts.errors import SignInEndedError
from crm.services.health.sign_ins import examine_sign_ins
from tests.integration.accounts.conftest import LIFETIMES
from tests.support.staff import PASSWORD, SECRET, hire, on_one_engine


@pytest.fixture
def thief(house, now):
    return hire(house, now, Role.SALES, Role.SERVICE)


@pytest.fixture
def coordinator(house, now):
    return hire(house, now, Role.PRIVACY, email="petra@example.com", name="Petra Rat", second_factor_secret=SECRET)


def put(house, column, value):
    """Change every sign-in with SQL."""
    with house.writing() as session:
        session.execute(text(f"UPDATE sign_in SET {column} = {value}"))


def accounts_named(house):
    return [finding.facts["accounts"] for finding in examine_sign_ins(house)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("account_id", "(SELECT account_id FROM account_role WHERE role = 'privacy')"),
        ("role", "'privacy'"),
        ("second_factor_at", "created_at"),
        ("expires_at", "(SELECT MAX(created_at) FROM account)"),
        ("created_at", "'2020-01-01 00:00:00.000000'"),
        ("token_hash", "row_tag"),
        ("row_tag", "token_hash"),
    ],
)
@on_one_engine
def test_whatever_decides_cannot_be_changed(house, thief, coordinator, enter, whose, column, value):
    token = enter(thief)
    assert accounts_named(house) == []

    put(house, column, value)

    assert whose(token) is None
    assert len(accounts_named(house)) == 1


def test_that_ended_cannot_be_begun_again(house, thief, now, enter, whose):
    token = enter(thief)
    with house.writing() as session:
        signins.end(session, whose(token), now=now)
    assert accounts_named(house) == []

    put(house, "ended_at", "NULL")

    assert whose(token) is None
    assert accounts_named(house) == [thief.pseudonym]


def test_of_somebody_else_cannot_be_taken_over(house, thief, coordinator, enter, whose):
    token = enter(thief)

    put(house, "account_id", f"'{coordinator.id}'")

    assert whose(token) is None
    with house.reading() as session:
        assert not signins.belongs_to(session, token, coordinator.id)
    assert accounts_named(house) == [coordinator.pseudonym]


def test_that_was_left_alone_too_long_is_not_made_fresh(house, thief, clock, enter, whose):
    token = enter(thief)
    clock.advance(LIFETIMES.idle)

    put(house, "seen_at", f"'{clock.now():%Y-%m-%d %H:%M:%S.%f}'")

    assert whose(token) is None


@on_one_engine
def test_is_pardoned_by_no_change_that_follows(house, thief, now, enter, whose):
    who = whose(enter(thief))
    put(house, "role", "'privacy'")

    with pytest.raises(SignInEndedError), house.writing() as session:
        own_account.choose_role(session, who, role="service", now=now)
    with house.writing() as session:
        signins.see(session, who, now=now + timedelta(minutes=2))
        signins.end_everywhere(session, who, now=now)

    assert accounts_named(house) == [thief.pseudonym]
    with house.reading() as session:
        assert session.query(SignIn).one().ended_at == now


@on_one_engine
def test_stays_bound_through_everything_the_program_does(house, thief, now, enter, whose):
    who = whose(enter(thief))
    with house.writing() as session:
        token = own_account.choose_role(session, who, role="service", now=now)
    own_account.begin_enrolment(house, whose(token), password=PASSWORD, now=now)
    with house.writing() as session:
        signins.see(session, whose(token), now=now + timedelta(minutes=2))

    assert whose(token)

    with house.writing() as session:
        signins.end_everywhere(session, whose(token), now=now)
    assert accounts_named(house) == []
