"""Lists of activities: mine, those of a customer or deal, and what is due today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.activity import Activity
from crm.privacy import work_texts
from crm.privacy.purposes import Purpose
from crm.services import work_customers
from crm.services.activities.entry import get_activity, place_of
from crm.services.work_customers import Customer

PAGE_SIZE = 50
SHOWN: Final = 10  # on the workplace, and on the page of a customer or deal


class ActivityPageTokenError(InvalidInputError):
    """The address of the page was changed by hand, or its first activity is gone."""

    message = "Diese Seite der Liste gibt es nicht. Beginnen Sie bei der ersten."


@dataclass(frozen=True, slots=True)
class ShownActivity:
    """One activity with what the reader may know of it; `text` is None where the door says no."""

    activity: Activity
    text: str | None
    customer: Customer


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """One page; `after` is None where the list ends."""

    rows: tuple[ShownActivity, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class DueActivities:
    """What is due first, and how much there is besides."""

    rows: tuple[ShownActivity, ...]
    more: int


def list_of(
    session: Session, *, owner_id: str, done: bool, after: str | None, purpose: Purpose, actor: Actor, now: datetime
) -> ActivityPage:
    """Return one page of somebody's activities: open ones from the longest overdue on, done ones from the latest back.

    Raises:
        ActivityPageTokenError: the token was not given out by this list.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    state = Activity.done_at.is_not(None) if done else Activity.done_at.is_(None)
    order = (Activity.due_on.desc(), Activity.id.desc()) if done else (Activity.due_on, Activity.id)
    edge = [_beyond(session, after, falling=done)] if after else []
    found = session.scalars(select(Activity).where(Activity.owner_id == owner_id, state, *edge).order_by(*order).limit(PAGE_SIZE + 1)).all()
    page = found[:PAGE_SIZE]
    rows = show(session, page, purpose=purpose, actor=actor, now=now)
    return ActivityPage(tuple(rows), page[-1].id if len(found) > PAGE_SIZE else None)


def find_due(session: Session, *, owner_id: str, today: date, purpose: Purpose, actor: Actor, now: datetime) -> DueActivities:
    """Return what somebody has to do by today, overdue ones first, those with a time in its order."""
    mine = (Activity.owner_id == owner_id, Activity.done_at.is_(None), Activity.due_on <= today)
    count = session.scalar(select(func.count()).select_from(Activity).where(*mine)) or 0
    if not count:
        return DueActivities((), 0)
    order = (Activity.due_on, Activity.due_time.is_(None), Activity.due_time, Activity.id)
    first = session.scalars(select(Activity).where(*mine).order_by(*order).limit(SHOWN)).all()
    return DueActivities(tuple(show(session, first, purpose=purpose, actor=actor, now=now)), count - len(first))


def find_about(
    session: Session,
    *,
    deal_id: str | None = None,
    company_id: str | None = None,
    subject_id: str | None = None,
    purpose: Purpose,
    actor: Actor,
    now: datetime,
) -> list[ShownActivity]:
    """Return what is still to be done about a deal, a company or a person; nobody is named besides."""
    pairs = ((Activity.deal_id, deal_id), (Activity.company_id, company_id), (Activity.subject_id, subject_id))
    about = [column == value for column, value in pairs if value]
    wanted = select(Activity).where(*about, Activity.done_at.is_(None)).order_by(Activity.due_on, Activity.id).limit(SHOWN)
    found = session.scalars(wanted).all()
    texts = _find_texts(session, found, purpose=purpose, actor=actor, now=now)
    return [ShownActivity(each, texts.get(each.id), work_customers.NOBODY) for each in found]


def open_one(session: Session, *, activity_id: str, purpose: Purpose, actor: Actor, now: datetime) -> ShownActivity:
    """Open one activity.

    Raises:
        NotFoundError: there is none.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    return show(session, [get_activity(session, activity_id=activity_id)], purpose=purpose, actor=actor, now=now)[0]


def show(session: Session, found: Sequence[Activity], *, purpose: Purpose, actor: Actor, now: datetime) -> list[ShownActivity]:
    """Return these activities in order; one entry for the texts and one for the names, none where nobody is concerned."""
    texts = _find_texts(session, found, purpose=purpose, actor=actor, now=now)
    customers = work_customers.find_customers(session, found, purpose=purpose, actor=actor, now=now)
    return [ShownActivity(each, texts.get(each.id), customers[each.id]) for each in found]


def _find_texts(session: Session, found: Sequence[Activity], *, purpose: Purpose, actor: Actor, now: datetime) -> dict[str, str]:
    texts = [(place_of(each.id, each.subject_id), each.sealed_text) for each in found]
    return dict(work_texts.open_allowed(session, texts=texts, purpose=purpose, actor=actor, now=now)) if texts else {}


def _beyond(session: Session, token: str, *, falling: bool) -> ColumnElement[bool]:
    due_on = session.scalar(select(Activity.due_on).where(Activity.id == token))
    if due_on is None:
        raise ActivityPageTokenError
    if falling:
        return or_(Activity.due_on < due_on, and_(Activity.due_on == due_on, Activity.id < token))
    return or_(Activity.due_on > due_on, and_(Activity.due_on == due_on, Activity.id > token))
