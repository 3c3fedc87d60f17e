"""The second factor: each code counts once, also when it comes twice at the same moment."""

import threading
from datetime import timedelta

import pytest

from crm.actor import Role
from crm.models.account import Account
from crm.services.accounts import authentication, own_account, second_factor, user_changes
from crm.services.accounts.errors import CodeWrongError, NoEnrolmentError, PasswordWrongError, SignInEndedError
from crm.services.accounts.signins import Step
from tests.support.staff import ADMIN, PASSWORD, SECRET, hire, on_one_engine, stored

STEP = timedelta(seconds=30)


@pytest.fixture
def dora(house, now):
    """The data protection officer, with her second factor."""
    return hire(house, now, Role.DPO, email="dora@example.com", name="Dora Lenz", second_factor_secret=SECRET)


@pytest.fixture
def confirm(house, clock):
    """Return a function that confirms a code in a sign-in."""

    def with_code(who, code):
        return authentication.confirm_code(house, sign_in_id=who.sign_in_id, code=code, now=clock.now())

    return with_code


class TestConfirmCode:
    def test_opens_the_way_under_a_new_token(self, dora, now, enter, whose, confirm, entries):
        first = enter(dora)

        second = confirm(whose(first), dora.code(now))

        assert whose(first) is None
        assert (whose(second).step, whose(second).actor.role) == (None, Role.DPO)
        assert [entry["res"] for entry in entries("account:signed_in")] == ["second_factor"]

    def test_refuses_a_wrong_code_and_enters_it(self, dora, enter, whose, confirm, entries):
        token = enter(dora)

        with pytest.raises(CodeWrongError):
            confirm(whose(token), "000000")

        assert whose(token).step is Step.SECOND_FACTOR
        assert [(entry["sub"], entry["res"]) for entry in entries("account:signin_failed")] == [(dora.pseudonym, "second_factor")]

    def test_refuses_a_code_that_was_used(self, dora, now, enter, whose, confirm):
        code = dora.code(now)
        confirm(whose(enter(dora)), code)

        with pytest.raises(CodeWrongError):
            confirm(whose(enter(dora)), code)

    def test_refuses_the_code_before_the_one_that_was_used(self, dora, now, enter, whose, confirm):
        confirm(whose(enter(dora)), dora.code(now))

        with pytest.raises(CodeWrongError):
            confirm(whose(enter(dora)), dora.code(now - STEP))

    def test_takes_the_next_code(self, dora, clock, enter, whose, confirm):
        confirm(whose(enter(dora)), dora.code(clock.now()))

        clock.advance(STEP)

        assert confirm(whose(enter(dora)), dora.code(clock.now()))

    def test_takes_one_code_once_in_two_sign_ins_at_the_same_moment(self, dora, now, enter, whose, confirm):
        waiting = [whose(enter(dora)) for _ in range(2)]
        together, outcomes = threading.Barrier(2), []

        def try_code(who):
            together.wait()
            try:
                confirm(who, dora.code(now))
            except CodeWrongError:
                outcomes.append("refused")
            else:
                outcomes.append("accepted")

        threads = [threading.Thread(target=try_code, args=(who,)) for who in waiting]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(outcomes) == ["accepted", "refused"]

    def test_waits_after_five_wrong_codes_even_for_the_right_one(self, dora, clock, enter, whose, confirm, entries):
        who = whose(enter(dora))
        for _ in range(5):
            with pytest.raises(CodeWrongError):
                confirm(who, "000000")

        with pytest.raises(CodeWrongError):
            confirm(who, dora.code(clock.now()))
        clock.advance(STEP)

        assert confirm(who, dora.code(clock.now()))
        assert len(entries("account:locked")) == 1

    def test_counts_wrong_codes_over_all_sign_ins_of_an_account(self, dora, now, enter, whose, confirm):
        for _ in range(5):
            with pytest.raises(CodeWrongError):
                confirm(whose(enter(dora)), "000000")

        with pytest.raises(CodeWrongError):
            confirm(whose(enter(dora)), dora.code(now))

    def test_is_refused_in_a_sign_in_that_was_ended(self, house, dora, now, enter, whose, confirm):
        who = whose(enter(dora))
        with house.writing() as session:
            user_changes.disable(session, account_id=dora.id, actor=ADMIN, now=now)

        with pytest.raises(SignInEndedError):
            confirm(who, dora.code(now))


class TestAcceptStep:
    def test_takes_a_step_once_in_two_open_transactions(self, house, dora, engine_kind):
        """Compare and set in one statement: on PostgreSQL the second waits for the first and then sees it."""
        together, taken = threading.Barrier(2), []

        def take():
            together.wait()
            with house.writing() as session:
                taken.append(second_factor.accept_step(session, dora.id, 59_000_000))

        threads = [threading.Thread(target=take) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(taken) == [False, True]

    def test_never_goes_back(self, house, dora):
        with house.writing() as session:
            assert second_factor.accept_step(session, dora.id, 100)
            assert not second_factor.accept_step(session, dora.id, 99)
            assert not second_factor.accept_step(session, dora.id, 100)
            assert second_factor.accept_step(session, dora.id, 101)


class TestEnrolment:
    """Mandatory for privacy, dpo, auditor and admin; open to all."""

    @pytest.mark.parametrize("role", [Role.PRIVACY, Role.DPO, Role.AUDITOR, Role.ADMIN])
    @on_one_engine
    def test_stands_before_everything_else_for_roles_that_demand_it(self, house, now, enter, whose, role):
        member = hire(house, now, role, notice=False, start_password=True)

        who = whose(enter(member))

        assert who.step is Step.ENROLMENT
        assert who.actor.roles == frozenset()

    @pytest.mark.parametrize("role", [Role.SALES, Role.MARKETING, Role.SERVICE, Role.ACCOUNTING, Role.MANAGEMENT])
    @on_one_engine
    def test_is_not_demanded_of_other_roles(self, house, now, enter, whose, role):
        assert whose(enter(hire(house, now, role))).step is None

    def test_counts_once_a_code_proves_it(self, house, now, enter, whose, entries):
        ada = hire(house, now, Role.ADMIN)
        first = enter(ada)
        secret = _offered(house, whose(first), now)

        with pytest.raises(CodeWrongError):
            authentication.confirm_enrolment(house, sign_in_id=whose(first).sign_in_id, code="000000", now=now)
        assert stored(house, ada).sealed_totp is None
        code = second_factor.current_code(secret, now=now)
        second = authentication.confirm_enrolment(house, sign_in_id=whose(first).sign_in_id, code=code, now=now)

        assert whose(first) is None
        assert (whose(second).step, whose(second).actor.role) == (None, Role.ADMIN)
        assert [entry["act"] for entry in entries() if entry["act"] != "mail:written"][-2:] == [
            "account:second_factor_enrolled",
            "account:signed_in",
        ]

    def test_does_not_take_the_same_code_again_afterwards(self, house, now, enter, whose, confirm):
        ada = hire(house, now, Role.ADMIN)
        who = whose(enter(ada))
        code = second_factor.current_code(_offered(house, who, now), now=now)
        authentication.confirm_enrolment(house, sign_in_id=who.sign_in_id, code=code, now=now)

        with pytest.raises(CodeWrongError):
            confirm(whose(enter(ada)), code)

    def test_of_ones_own_will_asks_for_the_password_and_ends_other_sign_ins(self, house, now, enter, whose):
        vera = hire(house, now)
        other, mine = enter(vera), enter(vera)
        who = whose(mine)
        with pytest.raises(PasswordWrongError):
            own_account.begin_enrolment(house, who, password="something else entirely", now=now)
        own_account.begin_enrolment(house, who, password=PASSWORD, now=now)

        code = second_factor.current_code(_offered(house, who, now), now=now)
        token = authentication.confirm_enrolment(house, sign_in_id=who.sign_in_id, code=code, now=now)

        assert whose(token).step is None
        assert whose(other) is None
        assert whose(enter(vera)).step is Step.SECOND_FACTOR

    @on_one_engine
    def test_of_ones_own_will_must_be_finished_within_a_quarter_of_an_hour(self, house, now, clock, enter, whose):
        who = whose(enter(hire(house, now)))
        own_account.begin_enrolment(house, who, password=PASSWORD, now=now)
        code = second_factor.current_code(_offered(house, who, now), now=now + timedelta(minutes=15))

        with pytest.raises(NoEnrolmentError):
            authentication.confirm_enrolment(house, sign_in_id=who.sign_in_id, code=code, now=now + timedelta(minutes=15))

    @on_one_engine
    def test_needs_an_offer(self, house, now, enter, whose):
        who = whose(enter(hire(house, now)))

        with pytest.raises(NoEnrolmentError):
            authentication.confirm_enrolment(house, sign_in_id=who.sign_in_id, code="123456", now=now)


@on_one_engine
def test_the_secret_is_not_in_the_database_as_text(house, dora):
    with house.reading() as session:
        account = session.get_one(Account, dora.id)

    assert SECRET.encode() not in account.sealed_totp
    assert b"dora" not in account.sealed_email + account.sealed_name


def _offered(house, who, now):
    with house.reading() as session:
        return own_account.get_enrolment(session, who, organisation="Muster GmbH", now=now).secret
