"""Who changed a record since somebody opened it: they themselves in another window, or somebody else."""

from enum import StrEnum
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.ledger.tables import entry
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
    wanted = select(entry.c.t.label("moment"), entry.c.actor).where(entry.c.subject_id == subject_id, entry.c.action.in_(_CHANGES))
    rows = session.execute(wanted.order_by(entry.c.id.desc()).limit(versions * _ENTRIES_OF_ONE)).all()
    saves = [next(rows_of_one).actor for _save, rows_of_one in groupby(rows, key=lambda row: (row.moment, row.actor))][:versions]
    if not saves:
        return Changer.UNKNOWN
    return Changer.READER if set(saves) == {actor.pseudonym} else Changer.OTHER
