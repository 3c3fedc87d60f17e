"""Keeps the search index true: every change of a person is announced in the transaction that makes it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.search.feed import ChangeKind, announce


def announce_changed(session: Session, subject_ids: Sequence[str], *, now: datetime) -> None:
    """Tell every host to read these people again."""
    announce(session, subject_ids, kind=ChangeKind.CHANGED, now=now)


def announce_gone(session: Session, subject_ids: Sequence[str], *, now: datetime) -> None:
    """Tell every host to drop these people."""
    announce(session, subject_ids, kind=ChangeKind.GONE, now=now)
