"""What happened to one person, out of the ledger: entries name fields and purposes, never contents."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm import ledger
from crm.ledger import StoredEntry
from crm.privacy.actions import Action

_READ = 60  # entries; those that say the same are shown as one
# A message from the portal and a mail that was written say nothing beside the objection and the mail that went out.
_TOLD = frozenset(Action) - {Action.OBJECTION_RECEIVED, Action.MAIL_WRITTEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """One entry about the person.

    Attributes:
        kind: what the action is about besides the person, such as a channel or the kind of a note.
        index: number in the log; None until the entry is sealed.
    """

    row: int
    at: datetime
    actor: str
    action: str
    purpose: str | None
    kind: str | None
    result: str | None
    groups: tuple[str, ...]
    index: int | None


@dataclass(frozen=True, slots=True)
class Past:
    """The newest events, newest first, and how many there are in all."""

    events: tuple[PastEvent, ...]
    count: int


def find_past(session: Session, *, subject_id: str) -> Past:
    """Return the newest entries about one person.

    Lists are left out: an entry for fifty people says little about one of them. Reading a person's own entries
    makes none of its own: they are part of the page whose entry names them.
    """
    entries = ledger.find_entries_of(session, subject_id, actions=_TOLD, limit=_READ)
    return Past(tuple(map(_event, entries)), ledger.count_entries_of(session, subject_id, actions=_TOLD))


def _event(entry: StoredEntry) -> PastEvent:
    said = entry.fields
    return PastEvent(
        row=entry.id,
        at=entry.happened_at,
        actor=said.get("a", ""),
        action=said.get("act", ""),
        purpose=said.get("pur"),
        kind=said.get("obj"),
        result=said.get("res"),
        groups=tuple(said.get("f", ())),
        index=entry.index,
    )
