"""What a calendar outside of Lethe may know of somebody's activities: kind, company and time, and never a person.

What is about a person comes only while one of the owner's purposes may use their data: an event outside is out of reach of whoever
objects or has their data restricted, so it is not there for them, while the list inside keeps an empty line for it.

Source: Art. 5(1)(c), 17(1), 18(1), 21(1), 25(2) DSGVO.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.activity import Activity
from crm.privacy import audit, purposes, work_texts
from crm.privacy.actions import Action
from crm.services.companies.names import find_names

_BACK: Final = timedelta(days=31)
_MOST: Final = 500  # events; a calendar shows no more


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One activity as a calendar shows it; `company` is empty where only a person is concerned, also a sole trader."""

    activity_id: str
    kind: str
    company: str
    due_on: date
    due_time: time | None
    made_at: datetime


def read(session: Session, *, account_id: str, today: date, actor: Actor, now: datetime) -> Sequence[FeedEntry]:
    """Return what the owner of the account has to do, from a month ago on; one entry, which discloses nobody."""
    due = (Activity.owner_id == account_id, Activity.done_at.is_(None), Activity.due_on >= today - _BACK)
    found = session.scalars(select(Activity).where(*due).order_by(Activity.due_on, Activity.id).limit(_MOST)).all()
    usable = _find_usable(session, {each.subject_id for each in found if each.subject_id}, actor, now)
    shown = [each for each in found if each.subject_id is None or each.subject_id in usable]
    names = find_names(session, {each.company_id for each in shown if each.company_id})
    audit.record(session, Action.CALENDAR_READ, actor=actor, now=now, kind="activity", count=len(shown))
    return [
        FeedEntry(each.id, each.kind, names.get(each.company_id or "", ""), each.due_on, each.due_time, each.created_at) for each in shown
    ]


def _find_usable(session: Session, subject_ids: Collection[str], actor: Actor, now: datetime) -> set[str]:
    """Return which of these people at least one purpose of the owner's role may use now."""
    own = purposes.find_all(session).of_role(actor.role)
    return set().union(*(work_texts.find_allowed(session, subject_ids, purpose=each, now=now) for each in own)) if subject_ids else set()
