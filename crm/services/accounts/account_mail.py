"""Tells members of staff by mail when the way into their account was changed."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from crm.mail import Letter
from crm.models.account import Account
from crm.privacy import post
from crm.services.accounts import addresses
from crm.settings import initial_policy


@cache
def _texts() -> dict[str, Any]:
    return initial_policy("mail_texts")


def tell(session: Session, account: Account, kind: str, *, now: datetime) -> None:
    """Write a mail of this kind to the owner of the account, in the transaction of the change.

    Args:
        kind: a key of `config/mail_texts.toml`.
    """
    language = account.language or "de"
    text = _texts()[kind]
    written = text["text"][language] % {"name": addresses.name_of(session, account)}
    letter = Letter(to=addresses.email_of(session, account), subject=text["subject"][language], text=written)
    post.write(session, letter, kind=kind, now=now)
