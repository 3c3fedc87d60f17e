"""Sign-ins: begun, found by their token, renewed at each step of trust, ended."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.orm import Session, joinedload, lazyload

from crm.actor import SECOND_FACTOR_REQUIRED, Actor, Role
from crm.db import new_id
from crm.models.account import Account, SignIn
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.accounts import addresses, binding, second_factor, staff_notice
from crm.services.accounts.errors import SignInEndedError
from crm.settings import Settings
from crm.vault import KeyUnavailableError

_TOKEN_BYTES = 32
_SEEN_EVERY = timedelta(minutes=1)
# RET-29: entries of security are kept 90 days, and so are the sign-ins they speak of.
_FORGOTTEN_AFTER = timedelta(days=90)
# The password was asked for just before; later somebody else may sit at the screen.
_OFFER_HOLDS = timedelta(minutes=15)
# Built once and with the roles in the same row, because every request asks it.
_BY_TOKEN = (
    select(SignIn).options(joinedload(SignIn.account).joinedload(Account.role_rows)).where(SignIn.token_hash == bindparam("token_hash"))
)


class Step(StrEnum):
    """What stands between a right password and work, in this order."""

    SECOND_FACTOR = "second_factor"
    ENROLMENT = "enrolment"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a step, not a password
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a sign-in lives without a request, and at most."""

    idle: timedelta
    absolute: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Lifetimes":
        """Return what the installation has set."""
        return cls(idle=timedelta(minutes=settings.idle_minutes), absolute=timedelta(hours=settings.signin_hours))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who signed in and how far; `step` is None once nothing stands between the person and work."""

    sign_in_id: str
    account_id: str
    pseudonym: str
    name: str
    roles: frozenset[Role]
    role: Role
    language: str | None
    has_second_factor: bool
    step: Step | None
    seen_at: datetime

    @property
    def actor(self) -> Actor:
        """Return the actor; without roles while it is not sure yet that it is this person."""
        proven = self.step in {None, Step.NOTICE}
        return Actor(self.pseudonym, self.roles, self.role) if proven else Actor(self.pseudonym)


@dataclass(frozen=True, slots=True)
class PastSignIn:
    """One line of the list of one's own sign-ins."""

    id: str
    created_at: datetime
    seen_at: datetime
    has_ended: bool


def begin(session: Session, account: Account, *, lifetimes: Lifetimes, now: datetime) -> tuple[SignIn, str]:
    """Begin a sign-in after the password was right; return it with the token for the browser."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    sign_in = SignIn(
        id=new_id(),
        token_hash=_hashed(token),
        account_id=account.id,
        account=account,
        created_at=now,
        seen_at=now,
        expires_at=now + lifetimes.absolute,
        role=first_role(account),
    )
    if next_step(account, sign_in) is Step.ENROLMENT:
        second_factor.offer(session, sign_in, now=now)
    binding.bind(session, sign_in)
    session.add(sign_in)
    return sign_in, token


def find(session: Session, token: str, *, lifetimes: Lifetimes, now: datetime) -> SignedIn | None:
    """Return who holds `token`, or None when no living sign-in belongs to it, or one that was changed past the program.

    Raises:
        KeyUnavailableError: nobody can say at the moment whether the row is what the program wrote.
    """
    sign_in = session.scalars(_BY_TOKEN, {"token_hash": _hashed(token)}).unique().one_or_none()
    if sign_in is None or not _is_living(session, sign_in, lifetimes, now):
        return None
    account = sign_in.account
    return SignedIn(
        sign_in_id=sign_in.id,
        account_id=account.id,
        pseudonym=account.pseudonym,
        name=_name_if_possible(session, account),
        roles=account.roles,
        role=Role(sign_in.role),
        language=account.language,
        has_second_factor=account.sealed_totp is not None,
        step=next_step(account, sign_in),
        seen_at=sign_in.seen_at,
    )


def belongs_to(session: Session, token: str, account_id: str) -> bool:
    """Say whether `token` was given to a sign-in of this account, living or not."""
    sign_in = session.scalars(_BY_TOKEN, {"token_hash": _hashed(token)}).unique().one_or_none()
    return sign_in is not None and sign_in.account_id == account_id and binding.is_sound(session, sign_in)


def next_step(account: Account, sign_in: SignIn) -> Step | None:
    """Return what has to be dealt with before anything else, or None."""
    if account.sealed_totp is not None and sign_in.second_factor_at is None:
        return Step.SECOND_FACTOR
    if account.sealed_totp is None and account.roles & SECOND_FACTOR_REQUIRED:
        return Step.ENROLMENT
    if account.start_password_until is not None:
        return Step.NEW_PASSWORD
    return Step.NOTICE if account.notice_version != staff_notice.current().version else None


def first_role(account: Account) -> Role:
    """Return the role a sign-in begins with: the first one in the order of `Role`."""
    return next(role for role in Role if role in account.roles)


def get_open(session: Session, sign_in_id: str) -> SignIn:
    """Return a sign-in that nobody ended, locked together with its account until the end of the unit of work.

    Raises:
        SignInEndedError: it ended meanwhile.
    """
    owner = session.scalar(select(SignIn.account_id).where(SignIn.id == sign_in_id))
    # The account first, here and everywhere: two orders of the same locks would block each other.
    account = session.scalars(select(Account).where(Account.id == owner).with_for_update()).first()
    sign_in = session.scalars(select(SignIn).where(SignIn.id == sign_in_id).with_for_update()).first()
    if account is None or account.disabled_at is not None or sign_in is None or sign_in.ended_at is not None:
        raise SignInEndedError
    if not binding.is_sound(session, sign_in):  # or the change about to be made would be its pardon
        raise SignInEndedError
    return sign_in


def offer_second_factor(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    """Put a new second factor into the sign-in, to be proven with a code."""
    sign_in = get_open(session, signed_in.sign_in_id)
    second_factor.offer(session, sign_in, now=now)
    binding.bind(session, sign_in)


def find_offered_secret(session: Session, sign_in: SignIn, *, now: datetime) -> str | None:
    """Return the second factor that is being set up in this sign-in, or None.

    Where it was begun on the page of one's own account it must be finished within 15 minutes. Before the first use it
    may take as long as the sign-in lives: there is nothing yet that a stranger at the screen could take over.
    """
    must_enrol = next_step(sign_in.account, sign_in) is Step.ENROLMENT
    is_over = sign_in.new_totp_at is None or now - sign_in.new_totp_at >= _OFFER_HOLDS
    return None if is_over and not must_enrol else second_factor.offered_secret(session, sign_in)


def renew_token(session: Session, sign_in: SignIn) -> str:
    """Give the sign-in a new token and bind what was changed; the old one, which others may have seen or planted, is dead at once."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    sign_in.token_hash = _hashed(token)
    binding.bind(session, sign_in)
    return token


def is_to_be_seen(signed_in: SignedIn, *, now: datetime) -> bool:
    """Say whether `see` has anything to write: at most once a minute, not once per request."""
    return now - signed_in.seen_at >= _SEEN_EVERY


def see(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    """Note that the sign-in is being used, which puts the idle time-out off."""
    for sign_in in _lock_open(session, SignIn.id == signed_in.sign_in_id, SignIn.seen_at < now):
        _put(session, sign_in, "seen_at", now)


def end(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    """End one sign-in (Abmelden)."""
    for sign_in in _lock_open(session, SignIn.id == signed_in.sign_in_id):
        _put(session, sign_in, "ended_at", now)
    audit.record(session, Action.ACCOUNT_SIGNED_OUT, actor=signed_in.actor, now=now, kind="account")


def end_everywhere(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    """End all sign-ins of the person, this one included (überall abmelden)."""
    count = end_all(session, signed_in.account_id, now=now)
    audit.record(session, Action.ACCOUNT_SIGNED_OUT_EVERYWHERE, actor=signed_in.actor, now=now, kind="account", count=count)


def end_all(session: Session, account_id: str, *, now: datetime, keep: str | None = None) -> int:
    """End the sign-ins of an account, except the one to `keep`; return how many."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())  # first, as in `get_open`
    ended = _lock_open(session, SignIn.account_id == account_id, SignIn.id != (keep or ""))
    for sign_in in ended:
        _put(session, sign_in, "ended_at", now)
    return len(ended)


def list_own(session: Session, signed_in: SignedIn, *, lifetimes: Lifetimes, now: datetime) -> Sequence[PastSignIn]:
    """List one's own sign-ins, newest first; no entry is made, because nobody else's data are read."""
    rows = session.scalars(select(SignIn).where(SignIn.account_id == signed_in.account_id).order_by(SignIn.created_at.desc()).limit(20))
    return [PastSignIn(row.id, row.created_at, row.seen_at, not _is_living(session, row, lifetimes, now)) for row in rows]


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove sign-ins that expired 90 days ago; for the daily run."""
    gone = session.execute(delete(SignIn).where(SignIn.expires_at <= now - _FORGOTTEN_AFTER).returning(SignIn.id))
    return len(gone.all())


def _lock_open(session: Session, *conditions: ColumnElement[bool]) -> Sequence[SignIn]:
    """Return sign-ins that nobody ended, locked and as they are now; in one order, so that two of these do not block each other."""
    asked = select(SignIn).options(lazyload(SignIn.account)).where(*conditions, SignIn.ended_at.is_(None)).order_by(SignIn.id)
    return session.scalars(asked.with_for_update().execution_options(populate_existing=True)).all()


def _put(session: Session, sign_in: SignIn, name: str, moment: datetime) -> None:
    """Set a moment; a row that was changed past the program keeps its wrong tag, so that the examination still finds it."""
    was_sound = binding.is_sound(session, sign_in)
    setattr(sign_in, name, moment)
    if was_sound:
        binding.bind(session, sign_in)


def _is_living(session: Session, sign_in: SignIn, lifetimes: Lifetimes, now: datetime) -> bool:
    return (
        sign_in.ended_at is None
        and sign_in.account.disabled_at is None
        and now < sign_in.expires_at
        and now - sign_in.seen_at < lifetimes.idle
        and binding.is_sound(session, sign_in)
    )


def _name_if_possible(session: Session, account: Account) -> str:
    """Open the name, or do without it while no key is at hand: the page that says so needs the sign-in, not the name."""
    try:
        return addresses.name_of(session, account)
    except KeyUnavailableError:
        return ""


def _hashed(token: str) -> bytes:
    # A plain hash will do: 256 random bits cannot be guessed, so nothing has to be slowed down.
    return hashlib.sha256(token.encode()).digest()
