"""How long a sign-in lives, and what ends it."""

from datetime import timedelta

import pytest

from crm.actor import Role
from crm.models.account import SignIn
from crm.services.accounts import own_account, signins, user_changes
from crm.services.accounts.errors import (
    LanguageUnknownError,
    PasswordTooCommonError,
    PasswordUnchangedError,
    PasswordWrongError,
    RoleNotHeldError,
)
from crm.services.accounts.signins import Step
from tests.integration.accounts.conftest import LIFETIMES
from tests.support.staff import ADMIN, PASSWORD, hire, on_one_engine, stored

A_MOMENT = timedelta(microseconds=1)
NEW = "Blechdach-Ampel-Rhabarber"


@pytest.fixture
def vera(house, now):
    return hire(house, now, Role.SALES, Role.SERVICE)


class TestTimeOut:
    def test_comes_after_half_an_hour_without_a_request(self, vera, clock, enter, whose):
        token = enter(vera)

        clock.advance(LIFETIMES.idle - A_MOMENT)
        assert whose(token)

        clock.advance(A_MOMENT)
        assert whose(token) is None

    def test_is_put_off_by_use(self, house, vera, clock, enter, whose):
        token = enter(vera)
        clock.advance(LIFETIMES.idle - A_MOMENT)

        with house.writing() as session:
            signins.see(session, whose(token), now=clock.now())
        clock.advance(LIFETIMES.idle - A_MOMENT)

        assert whose(token)

    def test_comes_after_ten_hours_of_use(self, house, vera, clock, enter, whose):
        token = enter(vera)
        for _ in range(20):
            clock.advance(LIFETIMES.absolute / 20 - A_MOMENT)
            with house.writing() as session:
                signins.see(session, whose(token), now=clock.now())
        assert whose(token)

        clock.advance(20 * A_MOMENT)

        assert whose(token) is None

    @on_one_engine
    def test_writes_at_most_once_a_minute(self, vera, clock, enter, whose):
        who = whose(enter(vera))

        assert not signins.is_to_be_seen(who, now=clock.now() + timedelta(seconds=60) - A_MOMENT)
        assert signins.is_to_be_seen(who, now=clock.now() + timedelta(seconds=60))

    def test_is_not_undone_by_a_clock_that_jumps_back(self, house, vera, clock, enter, whose):
        token = enter(vera)
        clock.advance(timedelta(minutes=10))
        with house.writing() as session:
            signins.see(session, whose(token), now=clock.now())

        clock.advance(-timedelta(minutes=9))
        with house.writing() as session:
            signins.see(session, whose(token), now=clock.now())

        with house.reading() as session:
            assert session.query(SignIn).one().seen_at == clock.now() + timedelta(minutes=9)


class TestSigningOut:
    def test_ends_this_sign_in_only(self, house, vera, now, enter, whose, entries):
        here, there = enter(vera), enter(vera)

        with house.writing() as session:
            signins.end(session, whose(here), now=now)

        assert whose(here) is None
        assert whose(there)
        assert [entry["a"] for entry in entries("account:signed_out")] == [vera.pseudonym]

    def test_everywhere_ends_all_sign_ins_of_the_person_and_of_nobody_else(self, house, vera, now, enter, whose, entries):
        kim = hire(house, now, email="kim@example.com", name="Kim Ott")
        mine, others = [enter(vera) for _ in range(3)], enter(kim)

        with house.writing() as session:
            signins.end_everywhere(session, whose(mine[0]), now=now)

        assert [whose(token) for token in mine] == [None, None, None]
        assert whose(others)
        assert [entry["cnt"] for entry in entries("account:signed_out_everywhere")] == [3]

    def test_cannot_be_undone_by_use(self, house, vera, now, enter, whose):
        token = enter(vera)
        who = whose(token)
        with house.writing() as session:
            signins.end(session, who, now=now)

        with house.writing() as session:
            signins.see(session, who, now=now + timedelta(minutes=2))

        assert whose(token) is None


class TestWhatEndsSignIns:
    @pytest.mark.parametrize("change", ["disable", "reset_second_factor", "issue_start_password"])
    def test_the_administration(self, house, vera, now, enter, whose, change):
        tokens = [enter(vera) for _ in range(2)]

        with house.writing() as session:
            getattr(user_changes, change)(session, account_id=vera.id, actor=ADMIN, now=now)

        assert [whose(token) for token in tokens] == [None, None]

    def test_other_roles(self, house, vera, now, enter, whose):
        token = enter(vera)

        with house.writing() as session:
            user_changes.set_roles(session, account_id=vera.id, roles={Role.SALES}, actor=ADMIN, now=now)

        assert whose(token) is None

    def test_a_new_password_except_where_it_was_chosen(self, house, vera, now, enter, whose, entries):
        here, there = enter(vera), enter(vera)

        token = own_account.change_password(house, whose(here), current=PASSWORD, new=NEW, organisation="", now=now)

        assert (whose(here), whose(there)) == (None, None)
        assert whose(token).account_id == vera.id
        assert whose(enter(vera, NEW))
        assert len(entries("account:password_changed")) == 1


class TestChangePassword:
    def test_asks_for_the_current_one_and_slows_guessing_down(self, house, vera, clock, enter, whose):
        who = whose(enter(vera))
        for _ in range(5):
            with pytest.raises(PasswordWrongError):
                own_account.change_password(house, who, current="wrong", new=NEW, organisation="", now=clock.now())

        with pytest.raises(PasswordWrongError):
            own_account.change_password(house, who, current=PASSWORD, new=NEW, organisation="", now=clock.now())

        clock.advance(timedelta(seconds=30))
        assert own_account.change_password(house, who, current=PASSWORD, new=NEW, organisation="", now=clock.now())

    @pytest.mark.parametrize(
        ("new", "error"),
        [(PASSWORD, PasswordUnchangedError), ("vera.kunze.2026", PasswordTooCommonError), ("Muster-GmbH-2026", PasswordTooCommonError)],
    )
    @on_one_engine
    def test_refuses_the_old_one_and_what_is_known_about_the_person(self, house, vera, now, enter, whose, new, error):
        who = whose(enter(vera))

        with pytest.raises(error):
            own_account.change_password(house, who, current=PASSWORD, new=new, organisation="Muster GmbH", now=now)

        assert whose(enter(vera))

    def test_replaces_a_start_password_without_asking_again(self, house, now, enter, whose):
        vera = hire(house, now, start_password=True)
        who = whose(enter(vera))
        assert who.step is Step.NEW_PASSWORD

        token = own_account.replace_start_password(house, who, new=NEW, organisation="", now=now)

        assert whose(token).step is None
        assert stored(house, vera).start_password_until is None

    @on_one_engine
    def test_without_asking_is_for_start_passwords_alone(self, house, vera, now, enter, whose):
        who = whose(enter(vera))

        with pytest.raises(RuntimeError):
            own_account.replace_start_password(house, who, new=NEW, organisation="", now=now)


class TestChooseRole:
    def test_acts_in_it_from_then_on_under_a_new_token(self, house, vera, now, enter, whose, entries):
        old = enter(vera)

        with house.writing() as session:
            new = own_account.choose_role(session, whose(old), role="service", now=now)

        assert whose(old) is None
        assert whose(new).actor.role is Role.SERVICE
        assert [(entry["r"], entry["res"]) for entry in entries("account:role_chosen")] == [("sales", "service")]

    @pytest.mark.parametrize("role", ["admin", "", "nonsense"])
    @on_one_engine
    def test_refuses_a_role_that_is_not_held(self, house, vera, now, enter, whose, role):
        who = whose(enter(vera))

        with house.writing() as session, pytest.raises(RoleNotHeldError):
            own_account.choose_role(session, who, role=role, now=now)


@on_one_engine
class TestNotice:
    """SDM 43: staff are told before their first use."""

    def test_stands_before_the_first_use_and_is_confirmed_once(self, house, now, enter, whose, entries):
        vera = hire(house, now, notice=False)
        who = whose(enter(vera))
        assert who.step is Step.NOTICE

        with house.writing() as session:
            own_account.confirm_notice(session, who, version="2026-11", now=now)

        assert whose(enter(vera)).step is None
        assert stored(house, vera).notice_confirmed_at == now
        assert [entry["res"] for entry in entries("account:notice_confirmed")] == ["2026-11"]

    def test_in_an_old_version_does_not_count(self, house, now, enter, whose, entries):
        vera = hire(house, now, notice=False)
        who = whose(enter(vera))

        with house.writing() as session:
            own_account.confirm_notice(session, who, version="2020-01", now=now)

        assert whose(enter(vera)).step is Step.NOTICE
        assert entries("account:notice_confirmed") == []


@on_one_engine
class TestLanguage:
    def test_is_remembered_with_the_account(self, house, vera, enter, whose):
        who = whose(enter(vera))

        with house.writing() as session:
            own_account.choose_language(session, who, language="en")

        assert whose(enter(vera)).language == "en"

    def test_is_german_or_english(self, house, vera, enter, whose):
        who = whose(enter(vera))

        with house.writing() as session, pytest.raises(LanguageUnknownError):
            own_account.choose_language(session, who, language="fr")


class TestOwnSignIns:
    def test_are_listed_with_their_state_and_without_those_of_others(self, house, vera, now, clock, enter, whose):
        hire(house, now, email="kim@example.com", name="Kim Ott")
        who = whose(enter(vera))
        with house.writing() as session:
            signins.end(session, who, now=now)
        clock.advance(timedelta(minutes=5))
        who = whose(enter(vera))

        with house.reading() as session:
            listed = signins.list_own(session, who, lifetimes=LIFETIMES, now=clock.now())

        assert [(one.id == who.sign_in_id, one.has_ended) for one in listed] == [(True, False), (False, True)]

    def test_are_removed_ninety_days_after_they_expired(self, house, vera, clock, enter):
        enter(vera)
        clock.advance(LIFETIMES.absolute + timedelta(days=90) - A_MOMENT)
        with house.writing() as session:
            assert signins.forget_old(session, now=clock.now()) == 0

        clock.advance(A_MOMENT)

        with house.writing() as session:
            assert signins.forget_old(session, now=clock.now()) == 1
