"""Acts about a Löschsperre: asked for, approved by somebody else, reviewed, ended; each with an entry that names the row.

Source: § 147(3) AO; Art. 5(2), 17(3)(b), (e), 18(2) DSGVO.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.errors import InvalidInputError, NotFoundError
from crm.models.company import Company
from crm.models.legal_hold import HoldReason, LegalHold
from crm.privacy import audit, bound_rows, due
from crm.privacy.actions import Action
from crm.privacy.errors import PrivacyError
from crm.privacy.periods import add_months
from crm.privacy.retention_changes import is_changeable
from crm.privacy.retention_rules import find_rules
from crm.vault import Subject, SubjectState, Vault

LONGEST_REFERENCE: Final = 200  # characters
MONTHS_TO_REVIEW: Final = 12  # at most, from today on
_DAYS_TO_APPROVE: Final = timedelta(days=14)
_TABLE: Final = LegalHold.__tablename__
_COLUMN: Final = "sealed_reference"


class HoldReasonMissingError(InvalidInputError):
    """Nobody says why."""

    message = "Bitte wählen Sie, warum nicht gelöscht werden darf."


class HoldReferenceError(InvalidInputError):
    """Nobody could find out what it is about."""

    message = "Bitte geben Sie an, worum es geht, zum Beispiel das Aktenzeichen; höchstens %(longest)s Zeichen."


class HoldScopeError(InvalidInputError):
    """Nothing that could be held, or more than one thing."""

    message = "Bitte wählen Sie genau eines: eine Datenart, ein Unternehmen oder eine Person, deren Daten noch da sind."


class ReviewDayError(InvalidInputError):
    """A hold without a day on which somebody asks whether it is still needed would last for ever."""

    message = "Eine Löschsperre braucht einen Tag der Überprüfung, nach heute und in höchstens zwölf Monaten."


class OwnHoldError(PrivacyError):
    """Whoever asked for it would approve it alone."""

    article = "Art. 32(1)(b)"
    message = "Wer eine Löschsperre beantragt hat, kann sie nicht selbst bestätigen. Bitten Sie eine zweite Person darum."


class HoldStateError(PrivacyError):
    """Somebody else was faster, or it has lapsed."""

    article = "Art. 5(2)"
    message = "Das geht mit dieser Löschsperre nicht mehr; die Liste zeigt, wie sie jetzt steht."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """What somebody asks for; exactly one of person, company and rule is set."""

    reason: str
    reference: str
    review_on: date | None
    subject_id: str | None = None
    company_id: str | None = None
    rule: str | None = None


def ask(session: Session, new: NewHold, *, hold_id: str | None = None, actor: Actor, now: datetime) -> LegalHold:
    """Ask for a hold; it stands at once, and lapses unless somebody else approves it within 14 days.

    Args:
        hold_id: what the same form sent again would make; it makes one.

    Raises:
        InvalidInputError: names the field that cannot be taken.
    """
    today, hold_id = now.astimezone(due.zone_of(session)).date(), hold_id or new_id()
    if earlier := session.get(LegalHold, hold_id):
        return earlier
    if new.reason not in set(HoldReason):
        raise HoldReasonMissingError(field="reason")
    if not 0 < len(new.reference) <= LONGEST_REFERENCE:
        raise HoldReferenceError(field="reference", longest=LONGEST_REFERENCE)
    _require_scope(session, new)
    hold = LegalHold(
        id=hold_id,
        reason=new.reason,
        subject_id=new.subject_id,
        company_id=new.company_id,
        rule=new.rule,
        review_on=_require_review_day(new.review_on, today),
        lapses_on=today + _DAYS_TO_APPROVE,
        asked_by=actor.pseudonym,
        asked_at=now,
        sealed_reference=Vault.of(session).seal_own(_TABLE, _COLUMN, hold_id, new.reference.encode()),
    )
    session.add(hold)
    session.flush()
    _enter(session, Action.HOLD_ASKED, hold, [bound_rows.digest_of(hold)], actor, now)
    return hold


def approve(session: Session, *, hold_id: str, actor: Actor, now: datetime) -> None:
    """Approve a hold that somebody else asked for; from then on it stands until somebody ends it.

    Raises:
        NotFoundError, HoldStateError, OwnHoldError: there is none, it needs no approval any more, or one's own.
    """
    hold = _take(session, hold_id)
    if hold.approved_at is not None or hold.lapses_on < now.astimezone(due.zone_of(session)).date():
        raise HoldStateError
    if hold.asked_by == actor.pseudonym:
        raise OwnHoldError
    before = bound_rows.digest_of(hold)
    hold.approved_by, hold.approved_at = actor.pseudonym, now
    _change(session, Action.HOLD_APPROVED, hold, before, actor, now)


def review(session: Session, *, hold_id: str, review_on: date | None, actor: Actor, now: datetime) -> None:
    """Say that a hold is still needed, until it is asked again on another day.

    Raises:
        NotFoundError, HoldStateError: there is none that stands.
        ReviewDayError: no day, or one too far away.
    """
    hold = _take(session, hold_id)
    if hold.approved_at is None:
        raise HoldStateError
    before = bound_rows.digest_of(hold)
    hold.review_on = _require_review_day(review_on, now.astimezone(due.zone_of(session)).date())
    _change(session, Action.HOLD_REVIEWED, hold, before, actor, now)


def end(session: Session, *, hold_id: str, actor: Actor, now: datetime) -> None:
    """End a hold; what is due goes with the next run.

    Raises:
        NotFoundError, HoldStateError: there is none that stands.
    """
    hold = _take(session, hold_id)
    before = bound_rows.digest_of(hold)
    hold.ended_by, hold.ended_at = actor.pseudonym, now
    _change(session, Action.HOLD_ENDED, hold, before, actor, now)


def open_reference(session: Session, hold: LegalHold) -> str:
    """Return what a hold is about, in the words of who asked for it."""
    return Vault.of(session).open_own(_TABLE, _COLUMN, hold.id, hold.sealed_reference).decode()


def _take(session: Session, hold_id: str) -> LegalHold:
    hold = session.scalars(select(LegalHold).where(LegalHold.id == hold_id).with_for_update()).first()
    if hold is None:
        raise NotFoundError
    if hold.ended_at is not None:
        raise HoldStateError
    return hold


def _change(session: Session, action: Action, hold: LegalHold, before: str, actor: Actor, now: datetime) -> None:
    session.flush()
    _enter(session, action, hold, [before, bound_rows.digest_of(hold)], actor, now)


def _enter(session: Session, action: Action, hold: LegalHold, rows: list[str], actor: Actor, now: datetime) -> None:
    audit.record(
        session, action, actor=actor, now=now, subject_id=hold.subject_id, kind=hold.reason, result=hold.rule or hold.scope, rows=rows
    )


def _require_review_day(day: date | None, today: date) -> date:
    if day is None or not today < day <= add_months(today, MONTHS_TO_REVIEW):
        raise ReviewDayError(field="review_on")
    return day


def _require_scope(session: Session, new: NewHold) -> None:
    if sum(each is not None for each in (new.subject_id, new.company_id, new.rule)) != 1:
        raise HoldScopeError(field="scope")
    if new.rule is not None:
        known = find_rules(session).get(new.rule)
        fits = known is not None and is_changeable(known)
    elif new.company_id is not None:
        fits = session.get(Company, new.company_id) is not None
    else:
        living = select(Subject.id).where(Subject.id == new.subject_id, Subject.state == SubjectState.LIVING)
        fits = session.scalar(living.with_for_update()) is not None
    if not fits:
        raise HoldScopeError(field="scope")
