"""One entry of the log with everything a stranger needs to check it, and what is known of a pseudonym in it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.clock import from_micros
from crm.errors import InvalidInputError
from crm.ledger import Checkpoint, NotSealedError, Sealer, tables
from crm.ledger.entry_checks import blob
from crm.ledger.leaf import parse
from crm.ledger.merkle import leaf_hash
from crm.ledger.proof import is_proven
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.vault import Subject, SubjectState

_PSEUDONYM: Final = re.compile(r"[0-9a-f]{32}")
_KIND: Final = "log"
_LARGEST: Final = 2**63 - 1


class NoPseudonymError(InvalidInputError):
    """What was entered cannot be anybody's pseudonym."""

    message = "Eine Kennung besteht aus 32 Zeichen, und zwar Ziffern und den Buchstaben a bis f."


class UnknownActionError(InvalidInputError):
    """The log knows no such act."""

    message = (
        "Diesen Vorgang kennt das Protokoll nicht. Wählen Sie einen aus der Liste, oder schreiben Sie ihn so, wie er in einem "
        "Eintrag steht, zum Beispiel person:disclosed."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """One sealed entry.

    Attributes:
        leaf: verbatim; None when it is no longer there.
        happened_at, fields: what the leaf says; None and empty when it cannot be read.
        hash: of the leaf as it was sealed.
        checkpoint: the last one, if its signature is good.
        proof: the text of a `.tlog-proof` file, if the checkpoint covers the entry and the tree is whole.
        fits: leaf, sealed hash and checkpoint agree.
    """

    index: int
    leaf: bytes | None
    happened_at: datetime | None
    fields: dict[str, Any]
    hash: bytes
    checkpoint: Checkpoint | None
    proof: bytes | None
    fits: bool


def read_pseudonym(text: str) -> str:
    """Return the pseudonym that somebody typed or pasted; space and capital letters do not matter.

    Raises:
        NoPseudonymError: it cannot be one.
    """
    written = "".join(text.split()).lower()
    if not _PSEUDONYM.fullmatch(written):
        raise NoPseudonymError(field="subject")
    return written


def require_action(text: str) -> str:
    """Return the act that somebody named; everything else would show nothing, or all, and look like an answer.

    Raises:
        UnknownActionError: there is none of this name.
    """
    if text not in set(Action):
        raise UnknownActionError(field="action")
    return text


def find_subject_state(session: Session, subject_id: str) -> SubjectState | None:
    """Return whether the person behind a pseudonym is still readable; None when it is nobody's here."""
    found = session.scalar(select(Subject.state).where(Subject.id == subject_id))
    return None if found is None else SubjectState(found)


def open_entry(session: Session, *, index: int, sealer: Sealer, actor: Actor, now: datetime) -> SealedEntry:
    """Return one entry with its proof; looking at it is entered too.

    Raises:
        NotSealedError: there is no sealed entry with this number.
    """
    found = find_sealed(session, index=index, sealer=sealer)
    about = found.fields.get("sub", "")
    audit.record(
        session, Action.LOG_READ, actor=actor, now=now, subject_id=about if _PSEUDONYM.fullmatch(about) else None, count=1, kind=_KIND
    )
    return found


def find_sealed(session: Session, *, index: int, sealer: Sealer) -> SealedEntry:
    """Return one entry with its proof, for who enters the reading of several at once.

    Raises:
        NotSealedError: there is no sealed entry with this number.
    """
    row = _row(session, index) if index <= _LARGEST else None
    if row is None:
        raise NotSealedError
    return _sealed_entry(session.connection(), row, sealer)


def _row(session: Session, index: int) -> Any:
    entry, sealed = tables.entry, tables.sealed_leaf
    joined = sealed.outerjoin(entry, sealed.c.entry_id == entry.c.id)
    query = select(sealed.c.leaf_index, blob(sealed.c.hash), blob(entry.c.leaf)).select_from(joined)
    return session.execute(query.where(sealed.c.leaf_index == index)).first()


def _sealed_entry(connection: Connection, row: Any, sealer: Sealer) -> SealedEntry:
    note = ledger.last_checkpoint_note(connection)
    checkpoint = ledger.read_checkpoint(note, [sealer.signer.verifier]) if note else None
    proof = _prove(connection, row.leaf_index, checkpoint) if checkpoint else None
    read = ledger.read_proof(proof) if proof else None
    fields = _fields(row.leaf)
    agrees = row.leaf is None or leaf_hash(row.leaf) == row.hash
    return SealedEntry(
        index=row.leaf_index,
        leaf=row.leaf,
        happened_at=_moment(fields),
        fields=fields,
        hash=row.hash,
        checkpoint=checkpoint,
        proof=proof,
        fits=agrees and checkpoint is not None and read is not None and is_proven(row.hash, row.leaf_index, read.path, checkpoint),
    )


def _fields(leaf: bytes | None) -> dict[str, Any]:
    """Return what a leaf says; of one that was tampered with, nothing."""
    try:
        return parse(leaf) if leaf is not None else {}
    except ValueError:
        return {}


def _moment(fields: dict[str, Any]) -> datetime | None:
    try:
        return from_micros(fields["t"])
    except (KeyError, OverflowError):
        return None


def _prove(connection: Connection, index: int, checkpoint: Checkpoint) -> bytes | None:
    """Return the proof, or None where the tree has lost a part of itself: verifying then says which."""
    try:
        return ledger.prove(connection, index, checkpoint)
    except (NotSealedError, NoResultFound):
        return None
