"""The password: who gets in, and what those learn who do not."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from crm.actor import Role
from crm.models.account import SignIn
from crm.services.accounts import passwords, user_changes
from crm.services.accounts.errors import SignInFailedError
from crm.services.accounts.signins import Step
from tests.support.staff import ADMIN, PASSWORD, SECRET, Member, hire, on_one_engine, stored

NOBODY = Member(id="", pseudonym="", email="nobody@example.com", password=PASSWORD)


class TestARightPassword:
    def test_begins_a_sign_in_with_the_first_role(self, house, now, enter, whose):
        vera = hire(house, now, Role.SERVICE, Role.SALES)

        who = whose(enter(vera))

        assert (who.pseudonym, who.name, who.role, who.step) == (vera.pseudonym, "Vera Kunze", Role.SALES, None)
        assert who.actor.roles == {Role.SERVICE, Role.SALES}

    def test_leaves_one_entry_under_the_pseudonym(self, house, now, enter, entries):
        vera = hire(house, now)

        enter(vera)

        (entry,) = entries("account:signed_in")
        assert (entry["a"], entry["r"], entry["res"], entry["cls"]) == (vera.pseudonym, "sales", "password", "security")

    def test_works_with_the_address_in_another_spelling(self, house, now, enter, whose):
        vera = hire(house, now)

        assert whose(enter(Member(vera.id, vera.pseudonym, "  Vera.KUNZE@Example.com "))).account_id == vera.id

    def test_keeps_only_the_hash_of_the_token(self, house, now, enter):
        token = enter(hire(house, now))

        with house.reading() as session:
            kept = session.query(SignIn).one()
        assert token.encode() not in kept.token_hash
        assert len(kept.token_hash) == 32

    @on_one_engine
    def test_renews_a_hash_made_with_older_parameters(self, house, now, enter, monkeypatch):
        vera = hire(house, now)
        monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))

        enter(vera)

        assert "m=16,t=2" in stored(house, vera).password_hash
        enter(vera)

    def test_alone_gives_no_roles_where_a_second_factor_is_missing(self, house, now, enter, whose, entries):
        ada = hire(house, now, Role.ADMIN, second_factor_secret=SECRET)

        who = whose(enter(ada))

        assert who.step is Step.SECOND_FACTOR
        assert who.actor.roles == frozenset()
        assert who.actor.role is None
        assert entries("account:signed_in") == []
        assert len(entries("account:password_accepted")) == 1


class TestARefusal:
    """Says the same and does the same, whatever the reason."""

    @on_one_engine
    def test_is_the_same_for_a_wrong_password_and_an_unknown_address(self, house, now, enter):
        vera = hire(house, now)

        with pytest.raises(SignInFailedError) as wrong:
            enter(vera, "something else entirely")
        with pytest.raises(SignInFailedError) as unknown:
            enter(NOBODY)

        assert str(wrong.value) == str(unknown.value)

    @on_one_engine
    def test_costs_one_comparison_for_known_and_unknown_addresses(self, house, now, enter, monkeypatch):
        vera = hire(house, now)
        compared = []
        honest = passwords.matches
        monkeypatch.setattr(passwords, "matches", lambda *arguments: compared.append(arguments[0]) or honest(*arguments))

        for member in (vera, NOBODY):
            with pytest.raises(SignInFailedError):
                enter(member, "something else entirely")

        assert len(compared) == 2
        known, unknown = (kept.split("$")[1:4] for kept in compared)
        assert known == unknown

    def test_is_entered_without_the_address_by_nobody(self, house, now, enter, entries):
        vera = hire(house, now)

        for member in (vera, NOBODY):
            with pytest.raises(SignInFailedError):
                enter(member, "something else entirely")

        known, unknown = entries("account:signin_failed")
        assert (known["a"], known["sub"]) == ("system:sign-in", vera.pseudonym)
        assert "sub" not in unknown
        assert "example" not in str([known, unknown])

    def test_meets_a_disabled_account_with_the_right_password(self, house, now, enter):
        vera = hire(house, now)
        with house.writing() as session:
            user_changes.disable(session, account_id=vera.id, actor=ADMIN, now=now)

        with pytest.raises(SignInFailedError):
            enter(vera)

    @on_one_engine
    def test_meets_a_start_password_after_seven_days(self, house, now, clock, enter, whose):
        vera = hire(house, now, start_password=True)

        clock.advance(timedelta(days=7) - timedelta(microseconds=1))
        assert whose(enter(vera)).step is Step.NEW_PASSWORD

        clock.advance(timedelta(microseconds=1))
        with pytest.raises(SignInFailedError):
            enter(vera)

    def test_meets_a_password_that_was_replaced_while_it_was_being_compared(self, house, now, enter, monkeypatch):
        vera = hire(house, now)
        honest = passwords.matches

        def slowly(*arguments):
            with house.writing() as session:
                user_changes.issue_start_password(session, account_id=vera.id, actor=ADMIN, now=now)
            return honest(*arguments)

        monkeypatch.setattr(passwords, "matches", slowly)

        with pytest.raises(SignInFailedError):
            enter(vera)
