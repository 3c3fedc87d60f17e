"""Personal links: a mail carries a random token, the database only its hash; no key is needed to follow one.

A link has its effect through the worker alone, and for that it must bear the seal of the key store: whoever writes SQL
can add a row or change one, and make no seal.

Source: Art. 25(1), 32(1)(b) DSGVO.
"""

import hashlib
import json
import secrets
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from crm.clock import micros
from crm.errors import CrmError, NotFoundError
from crm.models.intake import IntakeMessage, LinkKind, PersonalLink
from crm.settings import Settings
from crm.vault import SealedRow, TamperedError, Vault

_TOKEN_BYTES: Final = 32
_UNDER_WAY: Final = timedelta(days=90)  # so long what was pressed in time waits for a worker that stands still
_AT_ONCE: Final = 5_000

# The letter of each kind in the address, short so that a mail program does not break the line.
PATHS: Final = {
    LinkKind.OBJECT: "o",
    LinkKind.CORRECT: "c",
    LinkKind.KEEP_BLOCKED: "k",
    LinkKind.CONFIRM: "b",
    LinkKind.CONFIRM_COPY: "d",
    LinkKind.CONFIRM_CLAIM: "e",
    LinkKind.STATUS: "s",
    LinkKind.ANSWER: "a",
    LinkKind.RESPOND: "r",
}
LANGUAGE_PARAMETER: Final = "lang"  # in links of mails that are not in the language of the installation
ONE_CLICK_PATH: Final = "u"  # the same link as `o`, for the button of mail programs (RFC 8058)


class LinkUnknownError(NotFoundError):
    """There is no such link, it is for something else, or its time is over."""

    message = "Diesen Link gibt es nicht, oder seine Zeit ist um."


class LinkUsedError(CrmError):
    """The link has done what it was for."""

    message = "Dieser Link wurde schon benutzt. Sie müssen nichts weiter tun."


def issue(
    session: Session,
    *,
    kind: LinkKind,
    subject_id: str | None = None,
    request_id: str | None = None,
    suppression_tag: bytes | None = None,
    expires_at: datetime | None = None,
    now: datetime,
) -> str:
    """Make a link and return the token for the mail; only its SHA-256 is stored, with the seal of the key store.

    Args:
        request_id: what the link is about, by kind: the intake message, the pending request, the case or the campaign.
        expires_at: None for links that must work as long as the mail exists, such as an objection.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = PersonalLink(
        token_hash=hash_of(token),
        kind=kind,
        subject_id=subject_id,
        request_id=request_id,
        suppression_tag=suppression_tag,
        created_at=now,
        expires_at=expires_at,
    )
    link.seal = Vault.of(session).row_seal(SealedRow.LINK, _said(link))
    session.add(link)
    return token


def hash_of(token: str) -> bytes:
    """Return what is stored of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def find(session: Session, *, token: str) -> PersonalLink | None:
    """Return the link of this token, whatever its kind and state."""
    return session.get(PersonalLink, hash_of(token))


def get(session: Session, *, token: str, kind: LinkKind, now: datetime) -> PersonalLink:
    """Return a link of this kind that can still be used; changes nothing, because mail scanners open links.

    Raises:
        LinkUnknownError: there is none, or its time is over.
        LinkUsedError: it was used.
    """
    link = find(session, token=token)
    if link is None or link.kind != kind or (link.expires_at is not None and link.expires_at <= now):
        raise LinkUnknownError
    if link.used_at is not None:
        raise LinkUsedError
    return link


def use(session: Session, *, token: str, kind: LinkKind, now: datetime) -> PersonalLink:
    """Use a link up; of many at the same moment one succeeds, because the database decides.

    Raises:
        LinkUnknownError: there is none of this kind, or its time is over.
        LinkUsedError: it was used before.
    """
    in_time = or_(PersonalLink.expires_at.is_(None), PersonalLink.expires_at > now)
    unused = (PersonalLink.token_hash == hash_of(token), PersonalLink.kind == kind, PersonalLink.used_at.is_(None), in_time)
    used = session.scalar(update(PersonalLink).where(*unused).values(used_at=now).returning(PersonalLink.token_hash))
    if used is None:
        get(session, token=token, kind=kind, now=now)
        raise LinkUsedError
    return session.scalars(select(PersonalLink).where(PersonalLink.token_hash == used).execution_options(populate_existing=True)).one()


def require_issued(session: Session, *, link_hash: bytes, used_at: datetime, now: datetime) -> None:
    """Refuse a link that the program did not issue as it stands, or whose time was over when it was used; one that is gone is nothing.

    Args:
        used_at: when the portal took the message in: what was pressed in time counts, though the worker stood still since.

    Raises:
        TamperedError: it was added, changed or put back past the program.
        KeyUnavailableError: that cannot be said at the moment.
    """
    link = session.get(PersonalLink, link_hash)
    if link is None:
        return
    is_over = link.expires_at is not None and (link.expires_at <= used_at or used_at <= now - _UNDER_WAY)
    if is_over or not _is_issued(link, Vault.of(session)):
        raise TamperedError


def forget_over(session: Session, *, now: datetime) -> int:
    """Delete the links whose time is over, but for those that were pressed in time and wait for the worker; return how many."""
    waits = exists().where(IntakeMessage.link_hash == PersonalLink.token_hash, IntakeMessage.set_aside_at.is_(None))
    over = delete(PersonalLink).where(PersonalLink.expires_at <= now, ~waits)
    return cast("CursorResult[Any]", session.execute(over)).rowcount


def select_confirmed() -> Select[str | None]:
    """Select the requests whose button was pressed, as long as the worker has not taken note of it."""
    pressed = IntakeMessage.link_hash == PersonalLink.token_hash
    these = select(PersonalLink.request_id).join(IntakeMessage, pressed)
    named = PersonalLink.request_id.is_not(None)
    return these.where(PersonalLink.kind.in_((LinkKind.CONFIRM, LinkKind.CONFIRM_COPY)), named, IntakeMessage.set_aside_at.is_(None))


def count_forged(session: Session) -> Counter[str]:
    """Return by kind how many links would do something and are not as the program issued them.

    One that shows how far a request has come does nothing, and is left out.
    """
    vault = Vault.of(session)
    forged: Counter[str] = Counter()
    doing = select(PersonalLink).where(PersonalLink.kind != LinkKind.STATUS)
    try:
        for link in session.scalars(doing.execution_options(yield_per=_AT_ONCE)):
            if not _is_issued(link, vault):
                forged[link.kind] += 1
            session.expunge(link)
    except (ValueError, TypeError):  # SQLite stores any type in any column: a moment that is none cannot even be read
        forged["?"] += 1
    return forged


def _is_issued(link: PersonalLink, vault: Vault) -> bool:
    return vault.bears_seal(SealedRow.LINK, _said(link), link.seal)


def _said(link: PersonalLink) -> str:
    """Return all that a link says, but whether it was used, which the portal notes without keys."""
    tag, until = link.suppression_tag, link.expires_at
    moments = [micros(link.created_at), None if until is None else micros(until)]
    said = [link.token_hash.hex(), link.kind, link.subject_id, link.request_id, None if tag is None else tag.hex(), *moments]
    return json.dumps(said)


def address(kind: LinkKind, token: str, *, language: str, settings: Settings) -> str:
    """Return the full address for a mail; its origin is that of the settings and never of a request.

    Args:
        language: of the mail; the page behind the link speaks it too.
    """
    page = f"{settings.portal_origin.rstrip('/')}/{PATHS[kind]}/{token}"
    return page if language == settings.language else f"{page}?{LANGUAGE_PARAMETER}={language}"


def one_click_address(token: str, *, origin: str) -> str:
    """Return the address for the header `List-Unsubscribe` of an advertising mail (RFC 8058)."""
    return f"{origin.rstrip('/')}/{ONE_CLICK_PATH}/{token}"
