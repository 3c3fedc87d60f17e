"""Accounts of staff who left go six months later (RET-32; Art. 5(1)(e) DSGVO, § 26 BDSG)."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.actor import Actor, Role
from crm.models.account import Account, AccountRole
from crm.models.calendar_link import CalendarLink
from crm.privacy import hold_acts, row_integrity
from crm.privacy.erasure import plan
from crm.privacy.erasure.periods_by_rule import count_by_rule, find_running_rules
from crm.privacy.hold_acts import NewHold
from crm.services.accounts import addresses, user_changes, users
from crm.services.accounts.errors import AccountNotFoundError
from crm.services.staff_names import find_staff_names
from tests.integration.privacy.people import SALES
from tests.integration.retention.test_due_days import ZONE

ADMIN = Actor("cli:boss", frozenset({Role.ADMIN}), Role.ADMIN)
EMAIL = "vera.gegangen@example.com"


@pytest.fixture
def leaver(house):
    """A function that adds an account and shuts it so many days ago."""

    def make(days_ago, email=EMAIL):
        left = house.now - timedelta(days=days_ago)
        with house.database.writing() as session:
            made = users.add(session, email=email, name="Vera Gegangen", roles={Role.SALES}, actor=ADMIN, now=left)
            session.add(CalendarLink(account_id=made.account_id, token_hash=email.encode().ljust(32, b"h")[:32], issued_at=left))
        with house.database.writing() as session:
            user_changes.set_roles(session, account_id=made.account_id, roles={Role.SERVICE}, actor=ADMIN, now=left)
            user_changes.disable(session, account_id=made.account_id, actor=ADMIN, now=left)
        return made

    return make


def find_plan(house):
    with house.database.reading() as session:
        return plan.make_plan(session, day=house.today, zone=ZONE, now=house.now).counts


def test_only_the_pseudonym_stays(house, leaver):
    gone, staying = leaver(190), leaver(100, "noch.da@example.com")
    planned = find_plan(house)

    report = house.run()[-1]

    assert planned == report.counts == {"RET-32": 1} and find_plan(house) == {}
    with house.database.reading() as session:
        account = session.get_one(Account, gone.account_id)
        assert account.pseudonym == gone.pseudonym and account.forgotten_at == house.now
        assert (addresses.email_of(session, account), addresses.name_of(session, account)) == ("", "")
        empty = (account.password_hash, account.sealed_totp, account.language, account.notice_version, account.start_password_until)
        assert empty == ("", None, None, None, None)
        assert addresses.find_account(session, EMAIL) is None
        assert set(session.scalars(select(AccountRole.account_id))) == {staying.account_id}
        assert set(session.scalars(select(CalendarLink.account_id))) == {staying.account_id}
        names = find_staff_names(session)
        assert set(names.by_account) == {staying.account_id} and gone.pseudonym not in names.by_pseudonym
        assert count_by_rule(session, zone=ZONE)["RET-32"] == 1 and "RET-32" in find_running_rules(session)


def test_it_is_entered_and_the_control_finds_the_row_as_the_entry_says(house, leaver):
    gone = leaver(190)
    house.run()

    [entry] = map(json.loads, house.entries("account:forgotten"))
    assert (entry["sub"], entry["obj"], entry["res"], entry["cls"]) == (gone.pseudonym, "account", "RET-32", "change")
    with house.database.reading() as session:
        compared = row_integrity.compare(session)
        doubtful = [each for each in (*compared.unnamed, *compared.gone) if each.whose == gone.pseudonym]
    assert not doubtful


@pytest.mark.parametrize(("days_ago", "goes"), [(185, True), (183, False)])
def test_six_months_count_from_the_day_the_account_was_shut(house, leaver, days_ago, goes):
    """The last day of the period still belongs to it: the clock of the tests stands on 23 November 2026."""
    assert house.today.isoformat() == "2026-11-23"
    leaver(days_ago)

    assert (house.run()[-1].counts == {"RET-32": 1}) is goes


def test_nothing_goes_on_the_word_of_a_row_that_was_changed_with_sql(house, leaver):
    made = leaver(10)
    with house.database.writing() as session:
        session.execute(update(Account).where(Account.id == made.account_id).values(disabled_at=house.now - timedelta(days=900)))

    report = house.run()[-1]

    assert report.counts == {} and report.skipped == {"changed": 1} and find_plan(house) == {}


def test_whoever_came_back_stays(house, leaver):
    back = leaver(190)
    with house.database.writing() as session:
        user_changes.enable(session, account_id=back.account_id, actor=ADMIN, now=house.now)

    assert house.run()[-1].counts == {}


def test_they_stay_under_a_hold_and_are_counted(house, leaver):
    held = leaver(190)
    with house.database.writing() as session:
        new = NewHold(reason="litigation", reference="Az. 1", review_on=house.today + timedelta(days=9), rule="RET-32")
        hold_acts.ask(session, new, actor=SALES, now=house.now)

    report = house.run()[-1]

    assert report.counts == {} and report.skipped == {"hold": 1} and find_plan(house) == {}
    with house.database.reading() as session:
        assert session.get_one(Account, held.account_id).forgotten_at is None


def test_nobody_opens_or_changes_what_is_forgotten_and_the_address_is_free_again(house, leaver):
    gone = leaver(190)
    house.run()

    with house.database.writing() as session:
        assert users.list_users(session, actor=ADMIN, now=house.now) == []
        with pytest.raises(AccountNotFoundError):
            users.get_user(session, account_id=gone.account_id, actor=ADMIN, now=house.now)
        with pytest.raises(AccountNotFoundError):
            user_changes.enable(session, account_id=gone.account_id, actor=ADMIN, now=house.now)
        again = users.add(session, email=EMAIL, name="Vera Wieder", roles={Role.SALES}, actor=ADMIN, now=house.now)
    assert again.pseudonym != gone.pseudonym


def test_many_go_over_several_units_of_work(house, leaver, monkeypatch):
    monkeypatch.setattr("crm.privacy.erasure.leavers._AT_ONCE", 2)
    for number in range(5):
        leaver(190, f"weg{number}@example.com")

    assert house.run()[-1].counts == {"RET-32": 5} and len(house.entries("account:forgotten")) == 5
