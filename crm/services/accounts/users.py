"""Accounts as the administration sees them: added, given roles, disabled, helped back in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import EXCLUDED_TOGETHER, Actor, Role
from crm.db import new_id
from crm.errors import NotAllowedError
from crm.models.account import Account, AccountRole
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.readable import is_line, one_line
from crm.services.accounts import addresses, passwords
from crm.services.accounts.errors import (
    AccountNotFoundError,
    AccountsExistError,
    EmailTakenError,
    NameMissingError,
    NameUnusableError,
    RoleMissingError,
    RolesExcludedError,
)

LONGEST_NAME = 120  # characters
START_PASSWORD_DAYS = 7


@dataclass(frozen=True, slots=True)
class User:
    """One account in the list of the administration."""

    id: str
    pseudonym: str
    email: str
    name: str
    roles: Sequence[Role]
    has_second_factor: bool
    has_start_password: bool
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new or helped account with the start password, which is shown once and not kept."""

    account_id: str
    pseudonym: str
    start_password: str


def add(session: Session, *, email: str, name: str, roles: Collection[Role], actor: Actor, now: datetime) -> Invitation:
    """Add an account with a random start password, to be changed at the first sign-in.

    Raises:
        EmailInvalidError, EmailTakenError, NameMissingError: what was entered cannot be taken.
        RoleMissingError, RolesExcludedError: the roles cannot be held like this.
    """
    start_password = passwords.make_start_password()
    account = add_with_password(session, email=email, name=name, roles=roles, password=start_password, actor=actor, now=now)
    return Invitation(account.id, account.pseudonym, start_password)


def add_with_password(
    session: Session, *, email: str, name: str, roles: Collection[Role], password: str, actor: Actor, now: datetime
) -> Account:
    """Add an account with a start password that the administration chose; it too must be changed at the first sign-in.

    Raises:
        PasswordTooShortError, PasswordTooCommonError: besides those of `add`.
    """
    actor = require_administration(actor)
    passwords.require_acceptable(password, context=(name, email))
    account = make_account(session, email=email, name=name, roles=roles, password=password, now=now)
    account.start_password_until = now + timedelta(days=START_PASSWORD_DAYS)
    enter(session, Action.ACCOUNT_CREATED, account, actor, now)
    return account


def create_first_admin(
    session: Session, *, email: str, password: str, actor: Actor, now: datetime, name: str = "Administration"
) -> Account:
    """Create the account that every other account comes from; its second factor is set up at the first sign-in.

    Raises:
        AccountsExistError: the installation has accounts already.
    """
    if session.scalar(select(func.count()).select_from(Account)):
        raise AccountsExistError
    passwords.require_acceptable(password, context=(name, email))
    account = make_account(session, email=email, name=name, roles={Role.ADMIN}, password=password, now=now)
    enter(session, Action.ACCOUNT_CREATED, account, actor, now)
    return account


def make_account(session: Session, *, email: str, name: str, roles: Collection[Role], password: str, now: datetime) -> Account:
    """Make the row of an account after checking what was entered; the caller makes the entry."""
    address, shown_name = addresses.require_email(email), one_line(name)
    if not shown_name:
        raise NameMissingError(field="name")
    if len(shown_name) > LONGEST_NAME or not is_line(shown_name):
        raise NameUnusableError(field="name", longest=LONGEST_NAME)
    require_compatible(roles)
    if addresses.find_account(session, address) is not None:
        raise EmailTakenError(field="email")
    account_id = new_id()
    account = Account(
        id=account_id,
        pseudonym=new_id(),
        email_tag=addresses.tag(session, address),
        sealed_email=addresses.seal(session, "sealed_email", account_id, address),
        sealed_name=addresses.seal(session, "sealed_name", account_id, shown_name),
        password_hash=passwords.hash_password(password),
        created_at=now,
        role_rows=[AccountRole(role=role) for role in sorted(set(roles))],
    )
    session.add(account)
    session.flush()
    return account


def list_users(session: Session, *, actor: Actor, now: datetime) -> list[User]:
    """List all accounts that are not forgotten, by name; the entry says how many were shown."""
    actor = require_administration(actor)
    shown = [_shown(session, account) for account in session.scalars(select(Account).where(Account.forgotten_at.is_(None)))]
    audit.record(session, Action.ACCOUNT_LISTED, actor=actor, now=now, kind="account", count=len(shown))
    return sorted(shown, key=lambda user: (user.disabled_at is not None, user.name.casefold()))


def get_user(session: Session, *, account_id: str, actor: Actor, now: datetime) -> User:
    """Show one account.

    Raises:
        AccountNotFoundError: there is none.
    """
    actor = require_administration(actor)
    account = session.get(Account, account_id)
    if account is None or account.forgotten_at is not None:
        raise AccountNotFoundError
    audit.record(session, Action.ACCOUNT_LISTED, actor=actor, now=now, kind="account", subject_id=account.pseudonym)
    return _shown(session, account)


def get_id_by_email(session: Session, email: str) -> str:
    """Return the id of the account with this address, disabled or not.

    Raises:
        AccountNotFoundError: no such account.
    """
    account = addresses.find_account(session, email)
    if account is None:
        raise AccountNotFoundError
    return account.id


def require_administration(actor: Actor) -> Actor:
    """Return the actor in the role of administration, or refuse; whoever has the machine's shell has it too.

    Raises:
        NotAllowedError: the actor does not administer.
    """
    if Role.ADMIN in actor.roles:
        return replace(actor, role=Role.ADMIN)
    if actor.pseudonym.startswith("cli:"):
        return actor
    raise NotAllowedError


def require_compatible(roles: Collection[Role]) -> None:
    """Refuse roles that nobody may hold together (Source: Art. 38(6) DSGVO; C-453/21)."""
    if not roles:
        raise RoleMissingError(field="roles")
    for pair in sorted(EXCLUDED_TOGETHER, key=sorted):
        if pair <= set(roles):
            raise RolesExcludedError(field="roles", other=", ".join(sorted(pair - {Role.DPO})))


def _shown(session: Session, account: Account) -> User:
    return User(
        id=account.id,
        pseudonym=account.pseudonym,
        email=addresses.email_of(session, account),
        name=addresses.name_of(session, account),
        roles=[role for role in Role if role in account.roles],
        has_second_factor=account.sealed_totp is not None,
        has_start_password=account.start_password_until is not None,
        created_at=account.created_at,
        disabled_at=account.disabled_at,
    )


def enter(session: Session, action: Action, account: Account, actor: Actor, now: datetime) -> None:
    """Enter one act of the administration about one account, with what the account is now."""
    rows = [bound_rows.digest_of_account(account)]
    audit.record(session, action, actor=actor, now=now, kind="account", subject_id=account.pseudonym, rows=rows)
