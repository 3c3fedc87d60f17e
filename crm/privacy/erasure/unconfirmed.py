"""Requests that nobody confirmed: they belong to nobody, execute nothing, and go on the day after their period.

Their link stops working at the second it was given; the row goes with the run of the Löschkonzept, which plans it,
counts it by its rule, and asks before it destroys unusually much.

Source: Art. 5(1)(c), (e) DSGVO; RET-02.
"""

from datetime import date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.clock import begin_of
from crm.models.intake import PendingRequest
from crm.privacy import audit, links
from crm.privacy.actions import Action

RULE: Final = "RET-02"


def count_over(session: Session, *, day: date, zone: ZoneInfo) -> int:
    """Return how many requests the run of this day lets go."""
    return session.scalar(select(func.count()).select_from(PendingRequest).where(_is_over(day, zone))) or 0


def let_lapse(session: Session, *, day: date, zone: ZoneInfo, actor: Actor, now: datetime) -> int:
    """Let them go and return how many; the entry names only their number."""
    number = cast("CursorResult[Any]", session.execute(delete(PendingRequest).where(_is_over(day, zone)))).rowcount
    if number:
        audit.record(session, Action.REQUEST_LAPSED, actor=actor, now=now, count=number, result=RULE)
    return number


def _is_over(day: date, zone: ZoneInfo) -> ColumnElement[bool]:
    """Say whose period ended before the day: the last day of a period still belongs to it.

    Whoever pressed the button in time has confirmed, however long the worker stands still.
    """
    return and_(PendingRequest.expires_at < begin_of(day, zone), PendingRequest.id.not_in(links.select_confirmed()))
