"""Accounts as the administration sees them."""

import threading

import pytest
from sqlalchemy import func, select

from crm.actor import EXCLUDED_TOGETHER, Actor, Role
from crm.errors import NotAllowedError
from crm.models.account import Account
from crm.services import accounts
from crm.services.accounts import user_changes, users
from crm.services.accounts.errors import (
    AccountsExistError,
    EmailInvalidError,
    EmailTakenError,
    LastAdministratorError,
    NameMissingError,
    OwnAccountError,
    OwnRolesError,
    PasswordTooShortError,
    RoleMissingError,
    RolesExcludedError,
)
from crm.services.accounts.signins import Step
from tests.support.staff import ADMIN, PASSWORD, SECRET, Member, hire, on_one_engine, stored

CLI = Actor("cli:1000")
SALES = Actor("b" * 32, frozenset({Role.SALES}), Role.SALES)


def add(house, now, *, email="kim@example.com", name="Kim Ott", roles=frozenset({Role.SALES}), actor=ADMIN):
    with house.writing() as session:
        return users.add(session, email=email, name=name, roles=roles, actor=actor, now=now)


class TestAdd:
    def test_gives_a_start_password_that_must_be_replaced(self, house, now, enter, whose):
        invitation = add(house, now)

        who = whose(enter(Member(invitation.account_id, "", "kim@example.com", invitation.start_password)))

        assert (who.name, who.step) == ("Kim Ott", Step.NEW_PASSWORD)

    def test_enters_who_added_whom(self, house, now, entries):
        invitation = add(house, now)

        (entry,) = entries("account:created")
        assert (entry["a"], entry["r"], entry["sub"], entry["obj"]) == (ADMIN.pseudonym, "admin", invitation.pseudonym, "account")
        assert "Kim" not in str(entry)

    def test_refuses_an_address_that_is_taken_in_another_spelling(self, house, now):
        add(house, now)

        with pytest.raises(EmailTakenError):
            add(house, now, email=" KIM@EXAMPLE.COM ")

    @pytest.mark.parametrize(
        "email", ["", "kim", "kim@", "kim@example..com", "kim@example.com, eve@example.com", "kim@localhost\n", "=?utf-8?q?x?=@example.com"]
    )
    @on_one_engine
    def test_refuses_what_is_no_address(self, house, now, email):
        with pytest.raises(EmailInvalidError):
            add(house, now, email=email)

    @on_one_engine
    def test_takes_addresses_of_the_own_network(self, house, now):
        assert add(house, now, email="kim@lethe.test")

    @pytest.mark.parametrize("name", ["", "   "])
    @on_one_engine
    def test_refuses_an_account_without_a_name(self, house, now, name):
        with pytest.raises(NameMissingError):
            add(house, now, name=name)

    @on_one_engine
    def test_refuses_an_account_without_a_role(self, house, now):
        with pytest.raises(RoleMissingError):
            add(house, now, roles=set())

    @on_one_engine
    def test_refuses_a_chosen_start_password_that_is_too_short(self, house, now):
        with house.writing() as session, pytest.raises(PasswordTooShortError):
            users.add_with_password(session, email="kim@example.com", name="Kim", roles={Role.SALES}, password="kurz", actor=CLI, now=now)

    def test_is_for_the_administration_and_the_shell(self, house, now):
        assert add(house, now, actor=CLI)
        with pytest.raises(NotAllowedError):
            add(house, now, actor=SALES, email="eve@example.com")


@on_one_engine
class TestExclusions:
    """Art. 38(6) DSGVO: the officer does not check their own decisions."""

    @pytest.mark.parametrize("pair", sorted(EXCLUDED_TOGETHER, key=sorted), ids=lambda pair: "+".join(sorted(pair)))
    def test_hold_when_an_account_is_added(self, house, now, pair):
        with pytest.raises(RolesExcludedError, match="dpo"):
            add(house, now, roles=pair | {Role.SALES})

    @pytest.mark.parametrize("pair", sorted(EXCLUDED_TOGETHER, key=sorted), ids=lambda pair: "+".join(sorted(pair)))
    def test_hold_when_roles_are_changed(self, house, now, pair):
        vera = hire(house, now)

        with house.writing() as session, pytest.raises(RolesExcludedError):
            user_changes.set_roles(session, account_id=vera.id, roles=pair, actor=ADMIN, now=now)

        assert stored(house, vera).roles == {Role.SALES}

    def test_let_a_small_firm_give_one_person_all_other_roles(self, house, now):
        assert add(house, now, roles=set(Role) - {Role.DPO})


class TestSetRoles:
    def test_replaces_them_and_is_entered(self, house, now, entries):
        vera = hire(house, now, Role.SALES, Role.SERVICE)

        with house.writing() as session:
            user_changes.set_roles(session, account_id=vera.id, roles={Role.SERVICE, Role.MARKETING}, actor=ADMIN, now=now)

        assert stored(house, vera).roles == {Role.SERVICE, Role.MARKETING}
        assert [entry["sub"] for entry in entries("account:roles_changed")] == [vera.pseudonym]

    def test_to_what_they_are_changes_nothing(self, house, now, enter, whose, entries):
        vera = hire(house, now)
        token = enter(vera)

        with house.writing() as session:
            user_changes.set_roles(session, account_id=vera.id, roles={Role.SALES}, actor=ADMIN, now=now)

        assert whose(token)
        assert entries("account:roles_changed") == []


class TestOwnRoles:
    """Art. 32(4) DSGVO: who may read people's data is decided by somebody else."""

    def test_are_changed_by_nobody_themselves(self, house, now, entries):
        ada = hire(house, now, Role.ADMIN)
        hire(house, now, Role.ADMIN, email="zora@example.com")
        own = Actor(ada.pseudonym, frozenset({Role.ADMIN}), Role.ADMIN)

        with house.writing() as session, pytest.raises(OwnRolesError):
            user_changes.set_roles(session, account_id=ada.id, roles={Role.ADMIN, Role.SALES}, actor=own, now=now)

        assert stored(house, ada).roles == {Role.ADMIN}
        assert entries("account:roles_changed") == []

    def test_are_changed_by_a_second_administrator_and_by_the_shell(self, house, now):
        ada = hire(house, now, Role.ADMIN)

        for actor, roles in ((ADMIN, {Role.ADMIN, Role.SALES}), (CLI, {Role.ADMIN, Role.AUDITOR})):
            with house.writing() as session:
                user_changes.set_roles(session, account_id=ada.id, roles=roles, actor=actor, now=now)

            assert stored(house, ada).roles == roles


class TestTheLastAdministrator:
    def test_can_neither_be_disabled_nor_lose_the_role(self, house, now):
        ada = hire(house, now, Role.ADMIN)

        with house.writing() as session:
            with pytest.raises(LastAdministratorError):
                user_changes.disable(session, account_id=ada.id, actor=ADMIN, now=now)
            with pytest.raises(LastAdministratorError):
                user_changes.set_roles(session, account_id=ada.id, roles={Role.SALES}, actor=ADMIN, now=now)

    def test_is_disabled_by_nobody_but_another_administrator(self, house, now, entries):
        ada, zora = (hire(house, now, Role.ADMIN, email=f"{name}@example.com") for name in ("ada", "zora"))
        herself = Actor(ada.pseudonym, frozenset({Role.ADMIN}), Role.ADMIN)

        with house.writing() as session, pytest.raises(OwnAccountError):
            user_changes.disable(session, account_id=ada.id, actor=herself, now=now)
        with house.writing() as session:
            user_changes.disable(session, account_id=zora.id, actor=herself, now=now)

        assert stored(house, ada).disabled_at is None
        assert [entry["sub"] for entry in entries("account:disabled")] == [zora.pseudonym]

    def test_stays_when_the_last_two_take_the_role_from_each_other_at_the_same_moment(self, house, now):
        pair = [hire(house, now, Role.ADMIN, email=f"admin-{number}@example.com") for number in range(2)]
        together, refused = threading.Barrier(2), []

        def demote(member):
            together.wait()
            try:
                with house.writing() as session:
                    user_changes.set_roles(session, account_id=member.id, roles={Role.SALES}, actor=ADMIN, now=now)
            except LastAdministratorError:
                refused.append(member)

        threads = [threading.Thread(target=demote, args=(member,)) for member in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(Role.ADMIN in stored(house, member).roles for member in pair) == [False, True]
        assert len(refused) == 1

    def test_stays_when_the_last_two_disable_each_other_at_the_same_moment(self, house, now):
        pair = [hire(house, now, Role.ADMIN, email=f"admin-{number}@example.com") for number in range(2)]
        together, refused = threading.Barrier(2), []

        def disable(member):
            together.wait()
            try:
                with house.writing() as session:
                    user_changes.disable(session, account_id=member.id, actor=ADMIN, now=now)
            except LastAdministratorError:
                refused.append(member)

        threads = [threading.Thread(target=disable, args=(member,)) for member in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with house.reading() as session:
            assert session.scalar(select(func.count()).where(Account.disabled_at.is_(None))) == 1
        assert len(refused) == 1


class TestDisable:
    def test_can_be_taken_back(self, house, now, enter, whose, entries):
        vera = hire(house, now)
        with house.writing() as session:
            user_changes.disable(session, account_id=vera.id, actor=ADMIN, now=now)
            user_changes.disable(session, account_id=vera.id, actor=ADMIN, now=now)
            user_changes.enable(session, account_id=vera.id, actor=ADMIN, now=now)

        assert whose(enter(vera))
        assert (len(entries("account:disabled")), len(entries("account:enabled"))) == (1, 1)


class TestResetSecondFactor:
    def test_has_it_set_up_anew_where_the_role_demands_it(self, house, now, enter, whose, entries):
        dora = hire(house, now, Role.DPO, second_factor_secret=SECRET)

        with house.writing() as session:
            user_changes.reset_second_factor(session, account_id=dora.id, actor=ADMIN, now=now)

        assert whose(enter(dora)).step is Step.ENROLMENT
        assert [entry["sub"] for entry in entries("account:second_factor_reset")] == [dora.pseudonym]


class TestListUsers:
    def test_shows_addresses_and_states_and_is_entered_with_the_number(self, house, now, entries):
        hire(house, now, Role.ADMIN, name="Ada Berg", email="ada@example.com", second_factor_secret=SECRET)
        kim = hire(house, now, name="Kim Ott", email="kim@example.com", start_password=True)
        with house.writing() as session:
            user_changes.disable(session, account_id=kim.id, actor=ADMIN, now=now)

        with house.reading() as session:
            listed = users.list_users(session, actor=ADMIN, now=now)

        assert [(user.name, user.email, user.roles) for user in listed] == [
            ("Ada Berg", "ada@example.com", [Role.ADMIN]),
            ("Kim Ott", "kim@example.com", [Role.SALES]),
        ]
        assert [(user.has_second_factor, user.has_start_password, user.disabled_at) for user in listed] == [
            (True, False, None),
            (False, True, now),
        ]
        assert [(entry["cnt"], entry["cls"]) for entry in entries("account:listed")] == [(2, "read")]

    @on_one_engine
    def test_is_refused_to_others_before_anything_is_read(self, house, now, entries):
        with house.reading() as session, pytest.raises(NotAllowedError):
            users.list_users(session, actor=SALES, now=now)

        assert entries() == []


class TestFirstAdministrator:
    def test_sets_the_second_factor_up_before_anything_else(self, house, now, enter, whose, entries):
        with house.writing() as session:
            made = accounts.create_first_admin(session, email="Ada@example.com", password=PASSWORD, actor=CLI, now=now)

        who = whose(enter(Member(made.id, made.pseudonym, "ada@example.com")))

        assert who.step is Step.ENROLMENT
        assert who.roles == {Role.ADMIN}
        assert [(entry["a"], entry["sub"]) for entry in entries("account:created")] == [("cli:1000", made.pseudonym)]

    def test_is_made_once(self, house, now):
        hire(house, now)

        with house.writing() as session, pytest.raises(AccountsExistError):
            accounts.create_first_admin(session, email="ada@example.com", password=PASSWORD, actor=CLI, now=now)
