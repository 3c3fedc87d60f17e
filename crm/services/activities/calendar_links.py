"""The secret address of an account's calendar: issued, revoked, and whose it is.

Source: Art. 32(1)(b) DSGVO.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.account import Account
from crm.models.calendar_link import CalendarLink
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.activities.entry import DO

_TOKEN_BYTES = 32
_LONGEST_TOKEN = 100  # characters; ours have 43


@dataclass(frozen=True, slots=True)
class CalendarOwner:
    """Whose calendar an address opens."""

    account_id: str
    actor: Actor
    language: str | None


def issue(session: Session, *, account_id: str, actor: Actor, now: datetime) -> str:
    """Return the token of a new address; the one before opens nothing any more."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.execute(delete(CalendarLink).where(CalendarLink.account_id == account_id))
    session.add(CalendarLink(account_id=account_id, token_hash=_hashed(token), issued_at=now))
    audit.record(session, Action.ACCOUNT_CALENDAR_LINK_ISSUED, actor=actor, now=now)
    return token


def revoke(session: Session, *, account_id: str, actor: Actor, now: datetime) -> None:
    """Let the address open nothing any more; without one there is nothing to do."""
    mine = delete(CalendarLink).where(CalendarLink.account_id == account_id).returning(CalendarLink.account_id)
    if session.execute(mine).first() is not None:
        audit.record(session, Action.ACCOUNT_CALENDAR_LINK_REVOKED, actor=actor, now=now)


def find_issued_at(session: Session, *, account_id: str) -> datetime | None:
    """Return since when there is an address, or None."""
    return session.scalar(select(CalendarLink.issued_at).where(CalendarLink.account_id == account_id))


def get_owner(session: Session, *, token: str) -> CalendarOwner:
    """Return whose calendar the token opens.

    Raises:
        NotFoundError: nobody's (any more): it was revoked, or the account is disabled or of a role without activities.
    """
    hashed = _hashed(token[:_LONGEST_TOKEN])
    account = session.scalars(
        select(Account).join(CalendarLink).where(CalendarLink.token_hash == hashed, Account.disabled_at.is_(None))
    ).one_or_none()
    role = next((each for each in DO if account and each in account.roles), None)
    if account is None or role is None:
        raise NotFoundError
    return CalendarOwner(account.id, Actor(account.pseudonym, account.roles, role), account.language)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
