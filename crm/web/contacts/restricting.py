"""What the coordinator does about a restriction."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.clock import begin_of
from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.lawfulness import ToldBy
from crm.privacy import restriction
from crm.privacy.requests import letting_go, lifting
from crm.privacy.requests.errors import (
    ChoiceNotPossibleError,
    KeptNoLongerError,
    LetGoReasonMissingError,
    NotRestrictedError,
    ToldDayError,
)
from crm.privacy.restriction import RestrictionReason
from crm.services.contacts.view import get_contact
from crm.site.i18n import _, _l
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.contacts.blueprint import bp
from crm.web.contacts.restriction import TOLD
from crm.web.contacts.rights import refuse
from crm.web.desk import time_zone
from crm.web.restriction_words import RESTRICTION_GROUNDS
from crm.web.typed import typed_day, typed_line

_UNTOLD: Final = _l(
    "Die Daten gehen mit dem nächsten Lauf. Eine E-Mail-Adresse haben wir nicht: Schreiben Sie der Person heute noch per Post, "
    "danach kennt niemand mehr ihre Anschrift."
)


@bp.post("/contacts/<pseudonym:subject_id>/restrict")
def restrict(subject_id: str) -> ResponseReturnValue:
    """Restrict a person's data, at once and everywhere."""
    reason, runtime = _reason(), current_runtime()
    with runtime.database.writing() as db:
        get_contact(db, subject_id=subject_id)
        lifting.restrict(db, subject_id=subject_id, reason=reason, actor=current_actor(), now=runtime.clock.now())
    flash(_("Die Daten sind ab sofort eingeschränkt, überall."), "ok")
    return redirect(url_for(".rights", subject_id=subject_id), code=HTTPStatus.SEE_OTHER)


@bp.post("/contacts/<pseudonym:subject_id>/lift")
def lift(subject_id: str) -> ResponseReturnValue:
    """End a restriction: the mail that says so goes out first, or staff say when and how the person was told."""
    reason, runtime = _reason(), current_runtime()
    try:
        with runtime.database.writing() as db:
            get_contact(db, subject_id=subject_id)
            done = _lift(db, subject_id, reason, runtime.clock.now())
    except (InvalidInputError, NotRestrictedError, restriction.NotToldError) as error:
        return refuse(subject_id, error)
    flash(done, "ok")
    return redirect(url_for(".rights", subject_id=subject_id), code=HTTPStatus.SEE_OTHER)


@bp.post("/contacts/<pseudonym:subject_id>/let-go")
def let_go(subject_id: str) -> ResponseReturnValue:
    """End early what an answer promised to keep until a day."""
    why, runtime = typed_line("why"), current_runtime()
    actor, now = current_actor(), runtime.clock.now()
    try:
        with runtime.database.writing() as db:
            get_contact(db, subject_id=subject_id)
            told = letting_go.let_go(db, subject_id=subject_id, reason=why, settings=runtime.settings, actor=actor, now=now)
    except (LetGoReasonMissingError, KeptNoLongerError) as error:
        return refuse(subject_id, error)
    flash(
        _("Die Daten gehen mit dem nächsten Lauf; die E-Mail an die Person geht hinaus.") if told else str(_UNTOLD),
        "ok" if told else "watch",
    )
    return redirect(url_for(".rights", subject_id=subject_id), code=HTTPStatus.SEE_OTHER)


def _lift(db: Session, subject_id: str, reason: RestrictionReason, now: datetime) -> str:
    told_by, actor = typed_line("told_by"), current_actor()
    if told_by and told_by not in set(TOLD):
        raise ChoiceNotPossibleError(field="told_by")  # a mail to somebody is sent because it was chosen, not because of a slip
    if not told_by:
        lifting.announce(db, subject_id=subject_id, reason=reason, settings=current_runtime().settings, actor=actor, now=now)
        return _("Die E-Mail geht hinaus. Die Einschränkung endet, sobald der Mailserver sie angenommen hat.")
    told_at = _told_at(now)
    lifting.confirm_told(db, subject_id=subject_id, reason=reason, told_at=told_at, told_by=ToldBy(told_by), actor=actor, now=now)
    return _("Die Einschränkung ist aufgehoben.")


def _told_at(now: datetime) -> datetime:
    """Return the typed day as a moment; today is now, and a day to come is not accepted further down."""
    on = typed_day("told_on")
    if on is None:
        raise ToldDayError(field="told_on")
    return now if on == now.astimezone(time_zone()).date() else begin_of(on, time_zone())


def _reason() -> RestrictionReason:
    chosen = typed_line("reason")
    if chosen not in set(RESTRICTION_GROUNDS):
        raise ChoiceNotPossibleError(field="reason")
    return RestrictionReason(chosen)
