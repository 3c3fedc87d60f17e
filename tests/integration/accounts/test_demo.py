"""The demonstration's way in opens invented accounts and no others."""

import pytest

from crm.actor import Role, system_actor
from crm.services.accounts import demo
from crm.services.accounts.demo import InventedAccount
from crm.services.accounts.errors import AccountNotFoundError
from tests.integration.accounts.conftest import LIFETIMES
from tests.support.staff import PASSWORD, SECRET, hire, on_one_engine

SEED = system_actor("demo")


@pytest.fixture
def invented(house, now):
    with house.writing() as session:
        return demo.add_invented(
            session,
            InventedAccount(email="dsb@demo.test", name="Dora Demo", roles={Role.DPO}, password=PASSWORD, totp_secret=SECRET),
            actor=SEED,
            now=now,
        )


def test_enters_an_invented_account_with_nothing_left_to_do(house, invented, now, whose, entries):
    with house.writing() as session:
        token = demo.enter(session, role=Role.DPO, lifetimes=LIFETIMES, now=now)

    assert (whose(token).pseudonym, whose(token).step, whose(token).role) == (invented.pseudonym, None, Role.DPO)
    assert [entry["res"] for entry in entries("account:signed_in")] == ["demo"]


@on_one_engine
def test_does_not_enter_a_real_account_even_where_the_demonstration_is_switched_on(house, now):
    hire(house, now, Role.DPO, second_factor_secret=SECRET)

    with house.writing() as session, pytest.raises(AccountNotFoundError):
        demo.enter(session, role=Role.DPO, lifetimes=LIFETIMES, now=now)


@on_one_engine
def test_shows_no_code_of_a_real_account(house, now):
    dora = hire(house, now, Role.DPO, second_factor_secret=SECRET)

    with house.reading() as session:
        assert demo.find_code(session, account_id=dora.id, now=now) is None
        assert demo.list_doors(session, now=now) == []


@on_one_engine
def test_shows_address_and_current_code_of_each_role(house, invented, now, enter, whose):
    with house.reading() as session:
        (door,) = demo.list_doors(session, now=now)

    assert (door.role, door.email, len(door.code)) == (Role.DPO, "dsb@demo.test", 6)


@on_one_engine
def test_prefers_the_account_with_the_fewest_other_roles(house, now, whose):
    for email, roles in (("all@demo.test", {Role.SALES, Role.SERVICE}), ("sales@demo.test", {Role.SALES})):
        account = InventedAccount(email=email, name="Demo", roles=roles, password=PASSWORD, totp_secret=SECRET)
        with house.writing() as session:
            demo.add_invented(session, account, actor=SEED, now=now)

    with house.reading() as session:
        doors = {door.role: door.email for door in demo.list_doors(session, now=now)}

    assert doors == {Role.SALES: "sales@demo.test", Role.SERVICE: "all@demo.test"}
