"""What the administration changes about an account: roles, disabling, help for those who cannot get in."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.models.account import Account, AccountRole
from crm.privacy.actions import Action
from crm.services.accounts import account_mail, addresses, passwords, signins, throttle, users
from crm.services.accounts.errors import AccountNotFoundError, LastAdministratorError, OwnAccountError, OwnRolesError
from crm.services.accounts.throttle import Counter, Guess


def set_roles(session: Session, *, account_id: str, roles: Collection[Role], actor: Actor, now: datetime) -> None:
    """Replace the roles of an account and end its sign-ins, so that no page lives on with the old ones.

    Nobody widens what they may do themselves: it takes a second person, or the shell of the machine.

    Raises:
        OwnRolesError: the account is the actor's own.
        RoleMissingError, RolesExcludedError: the roles cannot be held like this.
        LastAdministratorError: nobody would be left to administer.
    """
    actor = users.require_administration(actor)
    users.require_compatible(roles)
    administrators = _lock_administrators(session)
    account = _get_locked(session, account_id)
    if frozenset(roles) == account.roles:
        return
    if account.pseudonym == actor.pseudonym:
        raise OwnRolesError
    if Role.ADMIN not in roles and administrators == {account.id}:
        raise LastAdministratorError
    kept = {row.role: row for row in account.role_rows}
    account.role_rows = [kept.get(role) or AccountRole(role=role) for role in sorted(set(roles))]
    signins.end_all(session, account.id, now=now)
    users.enter(session, Action.ACCOUNT_ROLES_CHANGED, account, actor, now)
    account_mail.tell(session, account, "roles_changed", now=now)


def disable(session: Session, *, account_id: str, actor: Actor, now: datetime) -> None:
    """Shut an account and end its sign-ins at once (sperren); the ledger keeps what it did.

    Raises:
        LastAdministratorError: nobody would be left to administer.
        OwnAccountError: the actor would shut themselves out.
    """
    actor = users.require_administration(actor)
    administrators = _lock_administrators(session)
    account = _get_locked(session, account_id)
    if account.disabled_at is not None:
        return
    if administrators == {account.id}:
        raise LastAdministratorError
    if account.pseudonym == actor.pseudonym:
        raise OwnAccountError
    account.disabled_at = now
    signins.end_all(session, account.id, now=now)
    users.enter(session, Action.ACCOUNT_DISABLED, account, actor, now)


def enable(session: Session, *, account_id: str, actor: Actor, now: datetime) -> None:
    """Open a disabled account again; the person signs in with what they had."""
    actor = users.require_administration(actor)
    account = _get_locked(session, account_id)
    if account.disabled_at is None:
        return
    account.disabled_at = None
    users.enter(session, Action.ACCOUNT_ENABLED, account, actor, now)


def issue_start_password(session: Session, *, account_id: str, actor: Actor, now: datetime) -> users.Invitation:
    """Replace a forgotten password by a random one that must be changed at the next sign-in, within seven days."""
    actor = users.require_administration(actor)
    account = _get_locked(session, account_id)
    start_password = passwords.make_start_password()
    account.password_hash = passwords.hash_password(start_password)
    account.start_password_until = now + timedelta(days=users.START_PASSWORD_DAYS)
    throttle.clear(session, Counter(Guess.PASSWORD, addresses.email_of(session, account)))
    signins.end_all(session, account.id, now=now)
    users.enter(session, Action.ACCOUNT_START_PASSWORD_ISSUED, account, actor, now)
    account_mail.tell(session, account, "start_password_issued", now=now)
    return users.Invitation(account.id, account.pseudonym, start_password)


def reset_second_factor(session: Session, *, account_id: str, actor: Actor, now: datetime) -> None:
    """Take a lost second factor away; where the roles demand one, a new one is set up at the next sign-in."""
    actor = users.require_administration(actor)
    account = _get_locked(session, account_id)
    account.sealed_totp = None
    throttle.clear(session, Counter(Guess.CODE, account.pseudonym))
    signins.end_all(session, account.id, now=now)
    users.enter(session, Action.ACCOUNT_SECOND_FACTOR_RESET, account, actor, now)
    account_mail.tell(session, account, "second_factor_reset", now=now)


def _lock_administrators(session: Session) -> set[str]:
    """Return the accounts that administer, locked in one order, so that the last two cannot go at the same moment.

    They are read again once the locks are held: PostgreSQL looks at locked rows anew, but not at the roles beside them,
    and whoever waited would still count an administrator whose role has just been taken away.
    """
    administering = select(Account.id).join(AccountRole).where(AccountRole.role == Role.ADMIN, Account.disabled_at.is_(None))
    session.execute(administering.order_by(Account.id).with_for_update(of=Account))
    return set(session.scalars(administering))


def _get_locked(session: Session, account_id: str) -> Account:
    account = session.scalars(select(Account).where(Account.id == account_id).with_for_update()).first()
    if account is None or account.forgotten_at is not None:
        raise AccountNotFoundError
    return account
