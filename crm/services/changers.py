"""Who changed a record since somebody opened it: they themselves in another window, or somebody else."""

from enum import StrEnum
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.privacy.actions import Action

_CHANGES: Final = (Action.PERSON_RECTIFIED, Action.PERSON_ASSIGNED, Action.ORIGIN_STATED, Action.PERSON_MERGED, Action.COMPANY_CHANGED)
_ENTRIES_OF_ONE: Final = 3  # one save is at most so many entries: fields, what the record belongs to, the company


class Changer(StrEnum):
    """Who it was, as the reader is told: a name would say nothing that helps."""

    READER = "reader"
    OTHER = "other"
    UNKNOWN = "unknown"


def find_changer(session: Session, *, subject_id: str | None, versions: int, actor: Actor) -> Changer:
    """Return who made the last changes of a person's record, as the log knows.

    Args:
        subject_id: None for a company that is nobody: its entries in the log name no company.
        versions: how many changes lie between what the actor opened and what stands there.
    """
    if subject_id is None or versions < 1:
        return Changer.UNKNOWN
    entries = ledger.find_entries_of(session, subject_id, actions=_CHANGES, limit=versions * _ENTRIES_OF_ONE)
    saves = [actor for (_moment, actor), _entries in groupby(entries, key=lambda each: (each.happened_at, each.fields.get("a")))][:versions]
    if not saves:
        return Changer.UNKNOWN
    return Changer.READER if set(saves) == {actor.pseudonym} else Changer.OTHER
