"""Addresses and names of staff: normalised for comparing, sealed for keeping."""

import unicodedata

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.mail_address import is_possible
from crm.models.account import Account
from crm.services.accounts.errors import EmailInvalidError
from crm.vault import Vault

_LOOK_UP = "staff_email"


def normalised(email: str) -> str:
    """Return the form in which two spellings of one address are equal."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def require_email(email: str) -> str:
    """Return the normalised address, or refuse what is none; nobody is asked over the network.

    Raises:
        EmailInvalidError: not an address.
    """
    try:
        # Addresses of the own network (`.local`, `.test`) are fine for signing in.
        validate_email(normalised(email), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise EmailInvalidError(field="email") from error
    local, _at, domain = normalised(email).rpartition("@")
    if not is_possible(local, domain):
        raise EmailInvalidError(field="email")
    return normalised(email)


def tag(session: Session, email: str) -> bytes:
    """Return the look-up tag to store for an address."""
    return Vault.of(session).lookup_tag(_LOOK_UP, normalised(email))


def find_account(session: Session, email: str) -> Account | None:
    """Return the account with this address, disabled or not, whatever version of the look-up key made its tag."""
    tags = Vault.of(session).lookup_tags(_LOOK_UP, normalised(email))
    return session.scalars(select(Account).where(Account.email_tag.in_(tags))).first()


def seal(session: Session, column: str, account_id: str, content: str) -> bytes:
    """Seal one text of an account under the installation key."""
    return Vault.of(session).seal_own("account", column, account_id, content.encode())


def email_of(session: Session, account: Account) -> str:
    """Open the address of an account."""
    return Vault.of(session).open_own("account", "sealed_email", account.id, account.sealed_email).decode()


def name_of(session: Session, account: Account) -> str:
    """Open the name of an account."""
    return Vault.of(session).open_own("account", "sealed_name", account.id, account.sealed_name).decode()
