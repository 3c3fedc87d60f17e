"""Accounts of staff who left: when their period has ended, nothing stays of them but the pseudonym that entries and records name.

The row itself stays empty, because records say who looked after them; whose number that was, nobody can tell any more.

Source: Art. 5(1)(e), 88 DSGVO; § 26 BDSG; Löschkonzept, RET-32.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.models.account import Account
from crm.models.calendar_link import CalendarLink
from crm.privacy import audit, bound_rows, due, holds
from crm.privacy.actions import Action
from crm.privacy.erasure import as_entered
from crm.privacy.periods import due_on
from crm.privacy.retention_rules import find_rules
from crm.vault import Vault

RULE: Final = "RET-32"
_AT_ONCE: Final = 100  # accounts of one unit of work
_NOTHING: Final[Mapping[str, Any]] = {
    "password_hash": "",
    "start_password_until": None,
    "sealed_totp": None,
    "totp_step": 0,
    "language": None,
    "notice_version": None,
    "notice_confirmed_at": None,
}


def count_by_start(session: Session) -> Counter[date]:
    """Return how many accounts were shut on each day and are not forgotten: from then on their period runs."""
    return Counter(day for _, day in _find_left(session))


def count_over(session: Session, *, day: date) -> int:
    """Return of how many accounts the period ended before the day, and which are what was entered."""
    return len(_find_sound(session, day))


def count_changed(session: Session, *, day: date) -> int:
    """Return how many accounts are old enough and stay, because they were changed past the program."""
    return len(_find_over(session, day)) - count_over(session, day=day)


def let_go(session: Session, *, day: date, actor: Actor, now: datetime) -> int:
    """Forget the next accounts whose period ended, with an entry each, and return how many; none while their kind is under a hold."""
    if holds.is_rule_held(session, RULE, day=day):
        return 0
    accounts = _find_sound(session, day, locked=True)[:_AT_ONCE]
    for account in accounts:
        _empty(session, account, now)
    session.flush()
    entries = [
        audit.Entry(
            action=Action.ACCOUNT_FORGOTTEN,
            kind="account",
            subject_id=each.pseudonym,
            result=RULE,
            rows=[bound_rows.digest_of_account(each)],
        )
        for each in accounts
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    return len(accounts)


def _empty(session: Session, account: Account, now: datetime) -> None:
    vault = Vault.of(session)
    session.execute(delete(CalendarLink).where(CalendarLink.account_id == account.id))
    for column in ("sealed_email", "sealed_name"):
        setattr(account, column, vault.seal_own("account", column, account.id, b""))
    for column, nothing in _NOTHING.items():
        setattr(account, column, nothing)
    account.email_tag = bytes.fromhex(new_id())  # of no address; the next person with this one is somebody new
    account.role_rows = []
    account.forgotten_at = now


def _find_sound(session: Session, day: date, *, locked: bool = False) -> Sequence[Account]:
    over = select(Account).where(Account.id.in_(_find_over(session, day))).order_by(Account.id)
    return as_entered.keep_sound_accounts(session, session.scalars(over.with_for_update() if locked else over).all())


def _find_over(session: Session, day: date) -> Sequence[str]:
    rule = find_rules(session)[RULE]
    return [account_id for account_id, left_on in _find_left(session) if due_on(rule, left_on) < day]


def _find_left(session: Session) -> Sequence[tuple[str, date]]:
    """Return the accounts that are shut, with the day since when; those shut first in front."""
    zone = due.zone_of(session)
    left = select(Account.id, Account.disabled_at).where(Account.disabled_at.is_not(None), Account.forgotten_at.is_(None))
    rows = session.execute(left.order_by(Account.disabled_at, Account.id))
    return [(account_id, disabled_at.astimezone(zone).date()) for account_id, disabled_at in rows if disabled_at]
