"""Guessing is slowed down per account and per network, by all workers together."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.db import Database, make_engine
from crm.models.account import SignInThrottle
from crm.services.accounts import authentication, passwords, throttle, user_changes
from crm.services.accounts.errors import SignInFailedError
from crm.services.accounts.throttle import Counter, Guess
from tests.integration.accounts.conftest import CLIENT, LIFETIMES
from tests.support.staff import ADMIN, Member, hire, on_one_engine

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def guess(enter):
    """Return a function that guesses wrongly some times."""

    def wrongly(member, times=1, client=CLIENT):
        for _ in range(times):
            with pytest.raises(SignInFailedError):
                enter(member, "something else entirely", client=client)

    return wrongly


class TestAnAccount:
    def test_has_five_free_tries(self, house, now, enter, guess):
        vera = hire(house, now)

        guess(vera, 4)

        assert enter(vera)

    def test_waits_half_a_minute_after_the_fifth_even_for_the_right_password(self, house, now, clock, enter, guess):
        vera = hire(house, now)
        guess(vera, 5)

        clock.advance(HALF_A_MINUTE - timedelta(microseconds=1))
        with pytest.raises(SignInFailedError):
            enter(vera)

        clock.advance(timedelta(microseconds=1))
        assert enter(vera)

    @on_one_engine
    def test_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour(self, house, now, clock, guess):
        vera = hire(house, now)
        guess(vera, 5)

        waits = []
        for _ in range(8):
            with house.reading() as session:
                waits.append(session.scalars(select(func.max(SignInThrottle.closed_until))).one() - clock.now())
            clock.advance(waits[-1])
            guess(vera, client="198.51.100.1")

        assert waits == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900, 900, 900)]

    def test_forgets_wrong_tries_after_the_right_password(self, house, now, enter, guess):
        vera = hire(house, now)
        guess(vera, 4)
        enter(vera)

        guess(vera, 4)

        assert enter(vera)

    @on_one_engine
    def test_forgets_wrong_tries_after_twelve_hours(self, house, now, clock, enter, guess):
        vera = hire(house, now)
        guess(vera, 4)

        clock.advance(timedelta(hours=12))
        guess(vera, 4)

        assert enter(vera)

    def test_that_does_not_exist_waits_just_the_same(self, house, now, clock, guess):
        nobody = Member("", "", "nobody@example.com")

        guess(nobody, 5)

        with house.reading() as session:
            assert session.scalars(select(func.max(SignInThrottle.closed_until))).one() == clock.now() + HALF_A_MINUTE

    @on_one_engine
    def test_does_not_even_compare_while_it_waits(self, house, now, guess, monkeypatch, entries):
        vera = hire(house, now)
        guess(vera, 5)
        before = entries()
        monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("compared a password during the wait"))

        guess(vera, 3)

        assert entries() == before

    def test_enters_the_beginning_of_each_wait(self, house, now, guess, entries):
        vera = hire(house, now)

        guess(vera, 5)

        assert [(entry["sub"], entry["res"]) for entry in entries("account:locked")] == [(vera.pseudonym, "password")]

    def test_opens_again_with_a_new_start_password(self, house, now, enter, guess, whose):
        vera = hire(house, now)
        guess(vera, 5)

        with house.writing() as session:
            invitation = user_changes.issue_start_password(session, account_id=vera.id, actor=ADMIN, now=now)

        assert whose(enter(vera, invitation.start_password)).account_id == vera.id


@on_one_engine
class TestANetwork:
    def test_has_thirty_free_tries_over_all_accounts(self, house, now, enter, guess):
        vera = hire(house, now)
        for number in range(30):
            guess(Member("", "", f"nobody-{number}@example.com"))

        with pytest.raises(SignInFailedError):
            enter(vera)

        assert enter(vera, client="198.51.100.1")

    def test_of_a_busy_office_is_not_closed_by_right_passwords(self, house, now, enter):
        vera = hire(house, now)

        tokens = [enter(vera) for _ in range(40)]

        assert len(set(tokens)) == 40

    def test_keeps_its_wrong_tries_when_one_of_them_was_right(self, house, now, enter, guess):
        vera = hire(house, now)
        for number in range(29):
            guess(Member("", "", f"nobody-{number}@example.com"))
        enter(vera)

        guess(Member("", "", "nobody-30@example.com"))

        with pytest.raises(SignInFailedError):
            enter(vera)


class TestTheCounters:
    @on_one_engine
    def test_hold_no_address_and_no_network(self, house, now, guess):
        guess(Member("", "", "nobody@example.com"))

        with house.reading() as session:
            tags = list(session.scalars(select(SignInThrottle.tag)))

        assert len(tags) == 2
        assert not any(word in tag for tag in tags for word in (b"nobody", b"192.0", b"password"))

    def test_are_shared_by_processes(self, house, now, enter, guess, vault, database_url):
        """A second worker has its own engine and nothing in memory of the first."""
        vera = hire(house, now)
        guess(vera, 3)
        engine = make_engine(database_url)
        other = Database(engine, equipment={"vault": vault})

        for _ in range(2):
            with pytest.raises(SignInFailedError):
                authentication.sign_in(other, email=vera.email, password="wrong", client=CLIENT, lifetimes=LIFETIMES, now=now)
        engine.dispose()

        with pytest.raises(SignInFailedError):
            enter(vera)

    def test_give_twenty_tries_at_the_same_moment_five_comparisons(self, house, now, enter, monkeypatch):
        vera = hire(house, now)
        passwords.nobodys_hash()
        compared = []
        honest = passwords.matches
        monkeypatch.setattr(passwords, "matches", lambda *arguments: compared.append(1) or honest(*arguments))
        together = threading.Barrier(20)

        def guess_once():
            together.wait()
            with pytest.raises(SignInFailedError):
                enter(vera, "something else entirely")

        _all_at_once(guess_once, 20)

        assert len(compared) == 5

    def test_are_removed_when_old(self, house, now, clock, guess):
        guess(Member("", "", "nobody@example.com"))

        clock.advance(timedelta(hours=12))
        with house.writing() as session:
            removed = throttle.forget_old(session, now=clock.now())

        assert removed == 2

    def test_count_codes_apart_from_passwords(self, house, now):
        with house.writing() as session:
            for _ in range(5):
                throttle.take_turn(session, [Counter(Guess.PASSWORD, "x")], now=now)

            assert not throttle.take_turn(session, [Counter(Guess.PASSWORD, "x")], now=now).is_open
            assert throttle.take_turn(session, [Counter(Guess.CODE, "x")], now=now).is_open


def _all_at_once(act, times):
    failures = []

    def run():
        try:
            act()
        except BaseException as failure:  # noqa: BLE001 - a thread's failure must fail the test
            failures.append(failure)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
