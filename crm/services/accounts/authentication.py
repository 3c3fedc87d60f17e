"""Signing in: the password, then the second factor.

These functions open their own units of work, unlike other use cases. A failed try must be counted although it
is refused, and hashing a password takes longer than a unit of work may hold the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role, system_actor
from crm.db import Database
from crm.models.account import Account, SignIn
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.services.accounts import account_mail, addresses, passwords, second_factor, signins, throttle
from crm.services.accounts.errors import CodeWrongError, NoEnrolmentError, PasswordWrongError, SignInFailedError
from crm.services.accounts.signins import Lifetimes, SignedIn, Step
from crm.services.accounts.throttle import Counter, Guess

# Whoever fails is nobody yet; the entry names the account that was tried, never the address.
_NOBODY = system_actor("sign-in")


@dataclass(frozen=True, slots=True)
class _Try:
    """One try with a password: what to compare it with, and for whom.

    Unknown addresses get a hash that nothing matches, so that the way through here is the same.
    """

    account_id: str | None
    pseudonym: str | None
    password_hash: str
    closes: bool


def sign_in(database: Database, *, email: str, password: str, client: str | None, lifetimes: Lifetimes, now: datetime) -> str:
    """Check address and password and begin a sign-in; return the token for the browser.

    Args:
        client: network address the request came from.

    Raises:
        SignInFailedError: whatever the reason; it does not say whether there is such an account.
    """
    counters = (Counter(Guess.PASSWORD, addresses.normalised(email)), Counter(Guess.NETWORK, throttle.network_of(client)))
    trying = _take_turn(database, email, counters, now)
    is_right = passwords.matches(trying.password_hash, password)
    better_hash = passwords.hash_password(password) if is_right and passwords.is_outdated(trying.password_hash) else None
    token = None
    with database.writing() as session:
        account = _acceptable(session, trying, now) if is_right else None
        if account is None:
            _enter_failure(session, trying.pseudonym, "password", closes=trying.closes, now=now)
        else:
            _strengthen(session, account, better_hash, now)
            throttle.settle(session, clear=counters[:1], give_back=counters[1:], now=now)
            token = _begin(session, account, lifetimes, now)
    if token is None:
        raise SignInFailedError
    return token


def confirm_code(database: Database, *, sign_in_id: str, code: str, now: datetime) -> str:
    """Check a code of the second factor; return the new token of the sign-in.

    Raises:
        CodeWrongError: wrong, used before, or too many tries.
    """
    token = None
    with database.writing() as session:
        current = signins.get_open(session, sign_in_id)
        account = current.account
        secret = second_factor.secret_of(session, account)
        if _is_accepted(session, account, secret, code, now):
            current.second_factor_at = now
            token = signins.renew_token(session, current)
            _enter(session, Action.ACCOUNT_SIGNED_IN, current, now, result="second_factor")
    if token is None:
        raise CodeWrongError(field="code")
    return token


def confirm_enrolment(database: Database, *, sign_in_id: str, code: str, now: datetime) -> str:
    """Put the offered second factor into force once a code proves that it was taken over; return the new token.

    Other sign-ins of the account end, because they were made without this factor.

    Raises:
        CodeWrongError: the code does not belong to the offered secret.
        NoEnrolmentError: nothing was offered in this sign-in.
    """
    token = None
    with database.writing() as session:
        current = signins.get_open(session, sign_in_id)
        secret = signins.find_offered_secret(session, current, now=now)
        if secret is None:
            raise NoEnrolmentError
        if _is_accepted(session, current.account, secret, code, now):
            token = _enrol(session, current, secret, now)
    if token is None:
        raise CodeWrongError(field="code")
    return token


def require_password(database: Database, signed_in: SignedIn, *, password: str, now: datetime) -> None:
    """Ask somebody who is signed in for the password again, before something that a borrowed screen must not do.

    Raises:
        PasswordWrongError: wrong, or too many tries.
    """
    counter = Counter(Guess.PASSWORD, signed_in.pseudonym)
    with database.writing() as session:
        turn = throttle.take_turn(session, [counter], now=now)
        stored = session.scalar(select(Account.password_hash).where(Account.id == signed_in.account_id))
    is_right = turn.is_open and passwords.matches(stored or passwords.nobodys_hash(), password)
    with database.writing() as session:
        if is_right:
            throttle.settle(session, clear=[counter], now=now)
        elif turn.is_open:
            _enter_failure(session, signed_in.pseudonym, "password_again", closes=turn.closes, now=now)
    if not is_right:
        raise PasswordWrongError(field="current_password")


def _take_turn(database: Database, email: str, counters: tuple[Counter, ...], now: datetime) -> _Try:
    """Count the try and look the account up, in one unit of work that is committed before the password is looked at.

    While a counter waits, no entry is made: the start of the wait was entered, and a flood of refused tries must not
    fill the ledger.
    """
    nobody = passwords.nobodys_hash()
    with database.writing() as session:
        turn = throttle.take_turn(session, counters, now=now)
        account = addresses.find_account(session, email)
    if not turn.is_open:
        raise SignInFailedError
    if account is None:
        return _Try(None, None, nobody, turn.closes)
    return _Try(account.id, account.pseudonym, account.password_hash, turn.closes)


def _acceptable(session: Session, trying: _Try, now: datetime) -> Account | None:
    """Return the account, locked, if it may be signed in to and its password is still the one that was compared."""
    if trying.account_id is None:
        return None
    account = session.scalars(select(Account).where(Account.id == trying.account_id).with_for_update()).one()
    is_over = account.start_password_until is not None and now >= account.start_password_until
    if account.disabled_at is not None or is_over or account.password_hash != trying.password_hash:
        return None
    return account


def _strengthen(session: Session, account: Account, better_hash: str | None, now: datetime) -> None:
    """Keep the password that was just typed as today's hash, where the one kept is of an older strength."""
    if better_hash is None:
        return
    account.password_hash = better_hash
    actor = Actor(account.pseudonym, account.roles)
    rows = [bound_rows.digest_of_account(account)]
    audit.record(session, Action.ACCOUNT_PASSWORD_REHASHED, actor=actor, now=now, kind="account", rows=rows)


def _begin(session: Session, account: Account, lifetimes: Lifetimes, now: datetime) -> str:
    begun, token = signins.begin(session, account, lifetimes=lifetimes, now=now)
    if signins.next_step(account, begun) in {Step.SECOND_FACTOR, Step.ENROLMENT}:
        _enter(session, Action.ACCOUNT_PASSWORD_ACCEPTED, begun, now)
    else:
        _enter(session, Action.ACCOUNT_SIGNED_IN, begun, now, result="password")
    return token


def _enrol(session: Session, current: SignIn, secret: str, now: datetime) -> str:
    was_waiting = signins.next_step(current.account, current) is Step.ENROLMENT
    second_factor.keep(session, current.account, secret)
    current.sealed_new_totp = None
    current.second_factor_at = now
    signins.end_all(session, current.account_id, now=now, keep=current.id)
    rows = [bound_rows.digest_of_account(current.account)]
    _enter(session, Action.ACCOUNT_SECOND_FACTOR_ENROLLED, current, now, rows=rows)
    account_mail.tell(session, current.account, "second_factor_enrolled", now=now)
    if was_waiting:
        _enter(session, Action.ACCOUNT_SIGNED_IN, current, now, result="second_factor")
    return signins.renew_token(session, current)


def _is_accepted(session: Session, account: Account, secret: str | None, code: str, now: datetime) -> bool:
    """Count the try, compare the code, take its time step; enter what failed."""
    counter = Counter(Guess.CODE, account.pseudonym)
    turn = throttle.take_turn(session, [counter], now=now)
    if not turn.is_open or secret is None:
        return False
    step = second_factor.matching_step(secret, code, now=now)
    if step is None or not second_factor.accept_step(session, account.id, step):
        _enter_failure(session, account.pseudonym, "second_factor", closes=turn.closes, now=now)
        return False
    throttle.settle(session, clear=[counter], now=now)
    return True


def _enter(session: Session, action: Action, current: SignIn, now: datetime, result: str | None = None, rows: Sequence[str] = ()) -> None:
    actor = Actor(current.account.pseudonym, current.account.roles, Role(current.role))
    audit.record(session, action, actor=actor, now=now, kind="account", result=result, rows=rows)


def _enter_failure(session: Session, pseudonym: str | None, what: str, *, closes: bool, now: datetime) -> None:
    audit.record(session, Action.ACCOUNT_SIGNIN_FAILED, actor=_NOBODY, now=now, kind="account", subject_id=pseudonym, result=what)
    if closes:
        audit.record(session, Action.ACCOUNT_LOCKED, actor=_NOBODY, now=now, kind="account", subject_id=pseudonym, result=what)
