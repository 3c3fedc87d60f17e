"""What happened to one person, out of the ledger: entries name fields and purposes, never contents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm import ledger
from crm.ledger import StoredEntry
from crm.privacy import bound_rows
from crm.privacy.actions import Action

_READ = 60  # entries; those that say the same are shown as one
# A message from the portal and a mail that was written say nothing beside the objection and the mail that went out.
_TOLD = frozenset(Action) - {Action.OBJECTION_RECEIVED, Action.MAIL_WRITTEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """One entry about the person.

    Attributes:
        at: when it was entered.
        happened_at: when it happened, as the rows say that the entry is bound to; else when it was entered.
        kind: what the action is about besides the person, such as a channel or the kind of a note.
        index: number in the log; None until the entry is sealed.
    """

    row: int
    at: datetime
    happened_at: datetime
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
    """Return the newest entries about one person, what happened last first.

    Lists are left out: an entry for fifty people says little about one of them. Reading a person's own entries
    makes none of its own: they are part of the page whose entry names them.
    """
    entries = ledger.find_entries_of(session, subject_id, actions=_TOLD, limit=_READ)
    moments = bound_rows.find_moments(session, subject_id, actions={entry.fields.get("act", "") for entry in entries})
    events = sorted((_event(entry, moments) for entry in entries), key=lambda event: (event.happened_at, event.row), reverse=True)
    return Past(tuple(events), ledger.count_entries_of(session, subject_id, actions=_TOLD))


def _event(entry: StoredEntry, moments: Mapping[str, datetime]) -> PastEvent:
    """Return an entry with the moment of its fact; of several rows that it names, the first to take effect is what it tells of."""
    said = entry.fields
    facts = [moments[row] for row in said.get("vh", ()) if row in moments]
    return PastEvent(
        row=entry.id,
        at=entry.happened_at,
        happened_at=min(facts, default=entry.happened_at),
        actor=said.get("a", ""),
        action=said.get("act", ""),
        purpose=said.get("pur"),
        kind=said.get("obj"),
        result=said.get("res"),
        groups=tuple(said.get("f", ())),
        index=entry.index,
    )
