"""Accounts of the demonstration: made with known secrets, entered without them.

Only accounts marked as invented can be entered this way, so that switching the demonstration on over real data
opens nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.models.account import Account, AccountRole
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.accounts import addresses, binding, second_factor, signins, staff_notice, users
from crm.services.accounts.errors import AccountNotFoundError
from crm.services.accounts.signins import Lifetimes

PASSWORD: Final = "lethe vergisst gern"  # noqa: S105 - everybody may know it, the sign-in page of the demonstration shows it


@dataclass(frozen=True, slots=True)
class DemoDoor:
    """One role of the demonstration: whose account is entered, and the code its second factor shows now."""

    role: Role
    email: str
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedAccount:
    """An account of the demonstration with secrets that everybody may know."""

    email: str
    name: str
    roles: Collection[Role]
    password: str
    totp_secret: str


def add_invented(session: Session, invented: InventedAccount, *, actor: Actor, now: datetime) -> Account:
    """Add an account for the demonstration, with its second factor set up and the notice confirmed."""
    account = users.make_account(
        session, email=invented.email, name=invented.name, roles=invented.roles, password=invented.password, now=now
    )
    account.is_invented = True
    second_factor.keep(session, account, invented.totp_secret)
    account.notice_version, account.notice_confirmed_at = staff_notice.current().version, now
    users.enter(session, Action.ACCOUNT_CREATED, account, actor, now)
    return account


def list_doors(session: Session, *, now: datetime) -> Sequence[DemoDoor]:
    """List the roles that can be entered, with address and current code."""
    found = ((role, _find_invented(session, role)) for role in Role)
    return [
        DemoDoor(role, addresses.email_of(session, account), _code(session, account, now)) for role, account in found if account is not None
    ]


def find_code(session: Session, *, account_id: str, now: datetime) -> str | None:
    """Return the code the second factor of an invented account shows now; None for every other account."""
    account = session.get(Account, account_id)
    return _code(session, account, now) if account is not None and account.is_invented else None


def enter(session: Session, *, role: Role, lifetimes: Lifetimes, now: datetime) -> str:
    """Sign in to the invented account of a role without password and code; return the token.

    Raises:
        AccountNotFoundError: no invented account has this role.
    """
    account = _find_invented(session, role)
    if account is None:
        raise AccountNotFoundError
    sign_in, token = signins.begin(session, account, lifetimes=lifetimes, now=now)
    sign_in.second_factor_at, sign_in.role = now, role
    binding.bind(session, sign_in)
    actor = Actor(account.pseudonym, account.roles, role)
    audit.record(session, Action.ACCOUNT_SIGNED_IN, actor=actor, now=now, kind="account", result="demo")
    return token


def _find_invented(session: Session, role: Role) -> Account | None:
    """Return the first invented account with this role, the one with the fewest other roles."""
    rows = session.scalars(
        select(Account)
        .join(AccountRole)
        .where(AccountRole.role == role, Account.is_invented, Account.disabled_at.is_(None))
        .order_by(Account.created_at, Account.id)
    )
    return min(rows.unique(), key=lambda account: len(account.roles), default=None)


def _code(session: Session, account: Account, now: datetime) -> str | None:
    secret = second_factor.secret_of(session, account)
    return second_factor.current_code(secret, now=now) if secret else None
