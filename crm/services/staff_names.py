"""Names of colleagues for pages: who looks after a contact, who wrote a note."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError
from crm.models.account import Account, AccountRole
from crm.vault import Vault

LOOKS_AFTER: Final = (Role.SALES, Role.SERVICE, Role.ACCOUNTING)  # who may be given a contact

# Built once, because every page about people asks it.
_ACCOUNT = Account.__table__.c
_WORKING = select(AccountRole.account_id).where(AccountRole.role.in_(LOOKS_AFTER))
_IS_OPEN = _ACCOUNT.disabled_at.is_(None)
_EVERYBODY = select(_ACCOUNT.id, _ACCOUNT.pseudonym, _ACCOUNT.sealed_name, _IS_OPEN, _ACCOUNT.id.in_(_WORKING)).where(
    _ACCOUNT.forgotten_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class StaffNames:
    """Names by account, by pseudonym, and the accounts that may be given a contact."""

    by_account: Mapping[str, str]
    by_pseudonym: Mapping[str, str]
    owners: Mapping[str, str]

    def choices(self, chosen: str | None) -> dict[str, str]:
        """Return whom a form offers: the owners, and whoever the record has already, disabled or not."""
        former = {chosen: self.by_account[chosen]} if chosen and chosen in self.by_account else {}
        return {**former, **self.owners}

    def author(self, pseudonym: str) -> str | None:
        """Return who wrote something; None for an account that is gone, and for work that no person did."""
        return self.by_pseudonym.get(pseudonym)


def find_staff_names(session: Session) -> StaffNames:
    """Return the names of all accounts that are not forgotten; owners are those who are not disabled and work with contacts."""
    vault = Vault.of(session)
    rows = session.execute(_EVERYBODY)
    named = [
        (account_id, pseudonym, vault.open_own("account", "sealed_name", account_id, sealed).decode(), is_open and works)
        for account_id, pseudonym, sealed, is_open, works in rows
    ]
    named.sort(key=lambda each: each[2].casefold())
    return StaffNames(
        by_account={account_id: name for account_id, _, name, _ in named},
        by_pseudonym={pseudonym: name for _, pseudonym, name, _ in named},
        owners={account_id: name for account_id, _, name, can_own in named if can_own},
    )


def find_holders(session: Session, roles: Collection[Role]) -> set[str]:
    """Return the accounts that are not disabled and have one of these roles."""
    holders = select(AccountRole.account_id).join(Account).where(AccountRole.role.in_(roles), Account.disabled_at.is_(None))
    return set(session.scalars(holders))


def find_account_id(session: Session, actor: Actor) -> str | None:
    """Return the account of an actor; None for the system and the command line."""
    return session.scalar(select(Account.id).where(Account.pseudonym == actor.pseudonym))


def find_actor(session: Session, *, account_id: str, role: str) -> Actor:
    """Return somebody as an actor in one role, for work that is done for them later."""
    pseudonym = session.scalar(select(Account.pseudonym).where(Account.id == account_id)) or ""
    return Actor(pseudonym, frozenset({Role(role)}), Role(role))


class OwnerUnknownError(InvalidInputError):
    """Nobody who may be given a contact has this account."""

    message = "Dieses Konto gibt es nicht mehr oder es arbeitet nicht mit Kontakten. Wählen Sie jemand anderen."


def require_account(session: Session, account_id: str) -> None:
    """Refuse an owner who cannot be given a contact.

    Raises:
        OwnerUnknownError: no such account, or it is disabled, or of another role.
    """
    if session.scalar(select(Account.id).where(Account.id == account_id, Account.disabled_at.is_(None), Account.id.in_(_WORKING))) is None:
        raise OwnerUnknownError(field="owner")
