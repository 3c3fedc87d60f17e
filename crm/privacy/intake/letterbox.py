"""The letterbox itself: rows that are durable before any key is needed, sealed to the public half of a key pair."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from crm.actor import system_actor
from crm.db import new_id
from crm.errors import UnavailableError
from crm.models.intake import IntakeKeyRow, IntakeKind, IntakeMessage, LinkKind, PersonalLink
from crm.privacy import links, sealing
from crm.vault import IntakeKey, TamperedError, Vault

ACTOR: Final = system_actor("intake")
TOKEN: Final = "token"  # noqa: S105 - the word of a message under which the token of its link stands
_LANGUAGES: Final = frozenset({"de", "en"})


class IntakeClosedError(UnavailableError):
    """The public key was never published: neither `lethe init` nor the worker has run on this database."""

    message = (
        "Das Portal kann gerade nichts annehmen. Es wurde nichts gespeichert; "
        "versuchen Sie es gleich noch einmal oder schreiben Sie uns eine E-Mail."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that was opened.

    Attributes:
        content: what was typed; of what came by a link its token alone.
    """

    sequence: int
    id: str
    kind: IntakeKind
    language: str
    link_hash: bytes | None
    received_at: datetime
    content: Mapping[str, str]

    @property
    def address(self) -> str | None:
        """The e-mail address that was typed, in its one form for exact look-ups."""
        return self.content.get("email")


def publish_key(session: Session, *, now: datetime) -> None:
    """Put the public half of the newest intake key where the portal finds it; again is the same as once."""
    key = Vault.of(session).intake_key()
    if session.get(IntakeKeyRow, key.version) is None:
        session.add(IntakeKeyRow(version=key.version, public=key.public, published_at=now))
        session.flush()


def receive(
    session: Session, *, kind: IntakeKind, message: Mapping[str, str], link_hash: bytes | None, language: str, now: datetime
) -> str:
    """Drop one message in and return its id; needs neither key store nor key provider and asks nobody who it is about.

    Args:
        message: what was typed, with the address under `email` in its one form; of what came by a link its token (`TOKEN`).

    Raises:
        IntakeClosedError: there is no key to seal to.
    """
    message_id = new_id()
    sealed = _find_key(session).seal(sealing.encode(message), row_id=message_id)
    values = {"id": message_id, "kind": kind, "language": language, "sealed_message": sealed, "link_hash": link_hash, "received_at": now}
    session.execute(insert(IntakeMessage), values)  # a flush takes three times as long, and everybody else waits meanwhile
    return message_id


def find_newest(session: Session) -> int:
    """Return the number of the newest message that waits, or 0."""
    return session.scalar(select(func.max(IntakeMessage.sequence)).where(IntakeMessage.set_aside_at.is_(None))) or 0


def take_turn(session: Session) -> None:
    """Let no other process take messages out until this transaction ends, so that their order holds on PostgreSQL too."""
    session.execute(select(IntakeKeyRow.version).order_by(IntakeKeyRow.version).with_for_update())


def find_waiting(session: Session, *, until: int, limit: int) -> Sequence[IntakeMessage]:
    """Return the next messages in the order in which they were dropped in."""
    waiting = (IntakeMessage.set_aside_at.is_(None), IntakeMessage.sequence <= until)
    return session.scalars(select(IntakeMessage).where(*waiting).order_by(IntakeMessage.sequence).limit(limit)).all()


def open_message(session: Session, row: IntakeMessage) -> Message:
    """Open one message.

    Raises:
        TamperedError: it is not what the portal wrote.
        KeyUnavailableError: the private half of the key cannot be had at the moment.
    """
    if row.kind not in set(IntakeKind) or row.language not in _LANGUAGES or row.sealed_message is None:
        raise TamperedError
    content = _decode(Vault.of(session).open_intake(row.sealed_message, row_id=row.id))
    if not _says_who(content, row.link_hash):
        raise TamperedError
    return Message(
        sequence=row.sequence,
        id=row.id,
        kind=IntakeKind(row.kind),
        language=row.language,
        link_hash=row.link_hash,
        received_at=row.received_at,
        content=content,
    )


def find_link(session: Session, message: Message, kind: LinkKind) -> PersonalLink | None:
    """Return the link a message came by, if it is of this kind."""
    link = session.get(PersonalLink, message.link_hash) if message.link_hash else None
    return link if link is not None and link.kind == kind else None


def remove(session: Session, sequences: Sequence[int]) -> None:
    """Take messages out, in the transaction of their effect, so that each has it exactly once."""
    session.execute(delete(IntakeMessage).where(IntakeMessage.sequence.in_(sequences)))


def set_aside(session: Session, sequences: Sequence[int], *, now: datetime) -> None:
    """Keep messages that cannot be dealt with out of the way of the others."""
    session.execute(update(IntakeMessage).where(IntakeMessage.sequence.in_(sequences)).values(set_aside_at=now))


def _find_key(session: Session) -> IntakeKey:
    newest = select(IntakeKeyRow.version, IntakeKeyRow.public).order_by(IntakeKeyRow.version.desc()).limit(1)
    row = session.execute(newest).first()
    if row is None:
        raise IntakeClosedError
    return IntakeKey(row.version, row.public)


def _decode(content: bytes) -> dict[str, str]:
    """Return what was typed; whoever has the public key can seal anything, so its shape is looked at too."""
    try:
        found = json.loads(content)
    except ValueError:
        raise TamperedError from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise TamperedError
    return found


def _says_who(content: Mapping[str, str], link_hash: bytes | None) -> bool:
    """Say whether an address was typed, or the token of the link is known: its hash can be read in the database."""
    if link_hash is None:
        return bool(content.get("email"))
    return links.hash_of(content.get(TOKEN, "")) == link_hash
