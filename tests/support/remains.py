"""What of a person is still there that an erasure takes, asked of the classification of the tables."""

from collections.abc import Sequence

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from crm.db import Fate, Oblivion
from crm.privacy.erasure import reach


def count_left(session: Session, subject_ids: Sequence[str]) -> int:
    """Return how many rows about these people are there that an erasure takes; none after it."""
    return sum(_count(session, table, oblivion, subject_ids) for table, oblivion in reach.find_reach() if oblivion.fate is Fate.GOES)


def _count(session: Session, table: Table, oblivion: Oblivion, subject_ids: Sequence[str]) -> int:
    left = select(func.count()).select_from(table).where(table.c.subject_id.in_(subject_ids))
    if oblivion.unless is not None:
        name, value = oblivion.unless
        left = left.where(table.c[name] != value)
    return session.scalars(left).one()
