"""What permits to compare members of staff: stored by management, ended by a last day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.errors import InvalidInputError, NotFoundError
from crm.models.staff_agreement import AgreementKind, StaffAgreement
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.contacts.fields import clean_line

LONGEST_REFERENCE = 200


class AgreementKindError(InvalidInputError):
    """It is neither of the two that permit comparisons."""

    message = "Wählen Sie, worauf die Auswertung beruht: Betriebsvereinbarung oder schriftliche Regelung."


class AgreementReferenceError(InvalidInputError):
    """Nobody says where it is to be read."""

    message = "Geben Sie an, wo die Vereinbarung zu finden ist, zum Beispiel „Betriebsvereinbarung Vertrieb vom 12.03.2026, Ordner 4“."


class AgreementDayError(InvalidInputError):
    """The first day is missing, or the last day lies before it."""

    message = "Geben Sie an, ab wann sie gilt; ein Ende darf nicht davor liegen."


class AgreementStandsError(InvalidInputError):
    """There is one already for this time."""

    message = "Für diese Zeit ist schon eine Grundlage hinterlegt. Beenden Sie sie zuerst."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgreement:
    """What was typed."""

    kind: str
    reference: str
    valid_from: date | None
    valid_until: date | None


def find_standing(session: Session, *, today: date) -> StaffAgreement | None:
    """Return the agreement that permits to compare staff today, or None: then nobody is compared."""
    is_on = (StaffAgreement.valid_from <= today, or_(StaffAgreement.valid_until.is_(None), StaffAgreement.valid_until >= today))
    return session.scalars(select(StaffAgreement).where(*is_on).order_by(StaffAgreement.valid_from.desc()).limit(1)).one_or_none()


def find_all(session: Session) -> list[StaffAgreement]:
    """Return all that were ever stored, the latest first."""
    return list(session.scalars(select(StaffAgreement).order_by(StaffAgreement.valid_from.desc(), StaffAgreement.id)))


def store(session: Session, *, new: NewAgreement, actor: Actor, now: datetime) -> None:
    """Store an agreement; from its first day on, staff may be compared.

    Raises:
        InvalidInputError: what was typed cannot be, or there is one for this time.
    """
    if new.kind not in set(AgreementKind):
        raise AgreementKindError(field="kind")
    reference = clean_line(new.reference, field="reference", longest=LONGEST_REFERENCE)
    if not reference:
        raise AgreementReferenceError(field="reference")
    if new.valid_from is None or (new.valid_until is not None and new.valid_until < new.valid_from):
        raise AgreementDayError(field="valid_from")
    if any(_meet(each, new.valid_from, new.valid_until) for each in find_all(session)):
        raise AgreementStandsError(field="valid_from")
    session.add(
        StaffAgreement(
            id=new_id(),
            kind=new.kind,
            reference=reference,
            valid_from=new.valid_from,
            valid_until=new.valid_until,
            stored_at=now,
            stored_by=actor.pseudonym,
        )
    )
    audit.record(session, Action.AGREEMENT_STORED, actor=actor, now=now, kind=new.kind)


def end(session: Session, *, agreement_id: str, today: date, actor: Actor, now: datetime) -> None:
    """End an agreement today; one that has not begun is over before its first day.

    Raises:
        NotFoundError: there is none.
    """
    agreement = session.get(StaffAgreement, agreement_id)
    if agreement is None:
        raise NotFoundError
    if agreement.valid_until is None or agreement.valid_until >= today:
        agreement.valid_until = date.fromordinal(today.toordinal() - 1)
        audit.record(session, Action.AGREEMENT_ENDED, actor=actor, now=now, kind=agreement.kind)


def _meet(stored: StaffAgreement, first: date, last: date | None) -> bool:
    begins_in_time = last is None or stored.valid_from <= last
    return begins_in_time and (stored.valid_until is None or stored.valid_until >= first)
