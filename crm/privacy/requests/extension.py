"""Extends the period of a case, once, by two months: the person is told why within the first month (Fristverlängerung).

Source: Art. 12(3) sentences 2 and 3 DSGVO.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.request_case import RequestCase
from crm.privacy import mails
from crm.privacy.actions import Action
from crm.privacy.requests import people, sealed
from crm.privacy.requests.acts import RULES, Act
from crm.privacy.requests.deadline import due_day
from crm.privacy.requests.errors import (
    ExtendedBeforeError,
    ExtensionReasonMissingError,
    ExtensionTooLateError,
    ExtensionUntoldError,
)
from crm.privacy.requests.taking import take_case
from crm.privacy.requests.telling import Told, tell
from crm.privacy.requests.texts import require_fitting
from crm.settings import Settings


def extend(
    session: Session, *, case_id: str, version: int, reason: str, told_on: date | None, settings: Settings, actor: Actor, now: datetime
) -> RequestCase:
    """Extend the period by two months, and write to the person until when and why.

    Args:
        reason: complexity or number of requests, in a sentence for the person.
        told_on: the day the notice was posted, for whoever has no e-mail address; in the time zone of the controller.

    Raises:
        ExtensionReasonMissingError, TextTooLongError, TurnedTextError: the reason is missing, too long, or cannot be read.
        ExtensionUntoldError: nobody could be told by mail, and no day says that they were told otherwise.
        ExtensionTooLateError, ExtendedBeforeError: the first month is over, or the period is extended already.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    case = take_case(session, act=Act.EXTEND, case_id=case_id, version=version, actor=actor)
    reason = " ".join(reason.split())  # a line of its own in the mail could look like a header of it
    if not reason:
        raise ExtensionReasonMissingError(field="extension")
    require_fitting(reason, field="extension")
    first = due_day(case.received_on, state=settings.federal_state)
    _require_first(session, case, first, today=mails.day_of(now, settings))
    case.due_on = due_day(case.received_on, state=settings.federal_state, extended=True)
    told = _tell(session, case, reason, told_on, first, settings=settings, actor=actor, now=now)
    extension = {"reason": reason, "told_on": told.isoformat()}
    sealed.add(session, case, "sealed_decision", {"extension": extension})
    people.enter(session, case, Action.REQUEST_EXTENDED, actor=actor, now=now)
    return case


def may_extend(case: RequestCase, *, extended: bool, today: date) -> bool:
    """Say whether there is an extension to be offered."""
    return case.state in RULES[Act.EXTEND] and not extended and today <= case.due_on


def _require_first(session: Session, case: RequestCase, first: date, *, today: date) -> None:
    if "extension" in sealed.open_part(session, case, "sealed_decision"):
        raise ExtendedBeforeError(day=mails.worded(case.due_on, "de"))
    if today > first:
        raise ExtensionTooLateError(day=mails.worded(first, "de"))


def _tell(
    session: Session, case: RequestCase, reason: str, told_on: date | None, first: date, *, settings: Settings, actor: Actor, now: datetime
) -> date:
    """Write the notice, or take the word of whoever posted it; return the day the person was told."""
    today = mails.day_of(now, settings)
    if tell(session, case, kind=Told.EXTENDED, more=lambda: {"reason": reason}, settings=settings, actor=actor, now=now):
        return today
    if told_on is None or not case.received_on <= told_on <= min(first, today):
        raise ExtensionUntoldError(field="told_on")
    return told_on
