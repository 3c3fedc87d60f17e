"""What staff restrict because the person may demand it, and how it ends: the notice first, the end when it has arrived.

Which reasons there are, and what stands, is in `crm.privacy.restriction`; it asks for no role.

Source: Art. 18(1), 18(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm import mail
from crm.actor import Actor
from crm.db import Database
from crm.mail import MailState
from crm.models.field_groups import FieldGroup
from crm.models.lawfulness import LiftNotice, ToldBy
from crm.privacy import disclosure, due, mails, restriction
from crm.privacy.requests.acts import require_role
from crm.privacy.requests.answering import ACTOR
from crm.privacy.requests.errors import NotRestrictedError, ToldDayError, WayToPersonMissingError
from crm.privacy.restriction import RestrictionReason
from crm.search.exact import exact_email
from crm.settings import Settings


def restrict(session: Session, *, subject_id: str, reason: RestrictionReason, actor: Actor, now: datetime) -> None:
    """Restrict a person's data because they may demand it (Art. 18(1)); again is the same as once.

    Raises:
        CoordinatorOnlyError: the actor does not act as coordinator.
    """
    require_role(actor)
    if reason not in restriction.find_reasons(session, [subject_id]).get(subject_id, ()):
        restriction.impose(session, subject_ids=[subject_id], reason=reason, actor=actor, now=now)


def announce(session: Session, *, subject_id: str, reason: RestrictionReason, settings: Settings, actor: Actor, now: datetime) -> None:
    """Write to the person that the restriction ends; it stands until the mail server has taken the notice.

    Raises:
        NotRestrictedError: nothing is restricted for this reason.
        WayToPersonMissingError: no e-mail address is known; staff tell the person in another way.
        CoordinatorOnlyError: the actor does not act as coordinator.
    """
    require_role(actor)
    if reason not in restriction.find_reasons(session, [subject_id]).get(subject_id, ()):
        raise NotRestrictedError
    if session.get(LiftNotice, (subject_id, reason)) is not None:
        return
    opened = disclosure.open_for_request(session, subject_ids=[subject_id], groups={FieldGroup.EMAIL}, actor=actor, now=now)
    to = opened.get(subject_id, {}).get("email")
    if to is None or exact_email(to) is None:
        raise WayToPersonMissingError(field="told_by")
    mail_id = mails.write(
        session, kind="restriction_ends", to=to, language=settings.language, facts={}, subject_id=subject_id, settings=settings, now=now
    )
    session.add(LiftNotice(subject_id=subject_id, reason=reason, mail_id=mail_id, asked_at=now, asked_by=actor.pseudonym))
    session.flush()


def confirm_told(
    session: Session, *, subject_id: str, reason: RestrictionReason, told_at: datetime, told_by: ToldBy, actor: Actor, now: datetime
) -> None:
    """End a restriction of which staff have told the person by letter, by phone or face to face.

    Args:
        told_at: within the day on which the person was told.

    Raises:
        NotToldError: they have not been told yet.
        ToldDayError: nothing was restricted yet on that day.
        CoordinatorOnlyError: the actor does not act as coordinator.
    """
    require_role(actor)
    since, zone = restriction.find_start(session, subject_id=subject_id, reason=reason), due.zone_of(session)
    if since is not None and told_at.astimezone(zone).date() < since.astimezone(zone).date():
        raise ToldDayError(field="told_on")
    restriction.lift(session, subject_ids=[subject_id], reason=reason, told_at=told_at, told_by=told_by, actor=actor, now=now)
    session.execute(delete(LiftNotice).where(LiftNotice.subject_id == subject_id, LiftNotice.reason == reason))


def find_announced(session: Session, subject_id: str) -> dict[RestrictionReason, MailState | None]:
    """Return which restrictions of a person end, and where the notice is; None: it is gone from the outbox."""
    notices = session.scalars(select(LiftNotice).where(LiftNotice.subject_id == subject_id)).all()
    fates = mail.find_fates(session, [each.mail_id for each in notices])
    return {RestrictionReason(each.reason): fates[each.mail_id].state if each.mail_id in fates else None for each in notices}


def lift_accepted(database: Database, *, now: datetime) -> int:
    """End the restrictions whose notice the mail server has taken; return how many."""
    with database.reading() as session:
        keys = [(each.subject_id, each.reason) for each in session.scalars(select(LiftNotice).order_by(LiftNotice.asked_at))]
    return sum(_lift(database, *key, now) for key in keys)


def _lift(database: Database, subject_id: str, reason: str, now: datetime) -> bool:
    with database.writing() as session:
        notice = _lock(session, subject_id, reason)
        fate = mail.find_fates(session, [notice.mail_id]).get(notice.mail_id) if notice else None
        if notice is None or fate is None or fate.accepted_at is None:
            return False
        ended: Sequence[str] = restriction.lift(
            session,
            subject_ids=[subject_id],
            reason=RestrictionReason(reason),
            told_at=fate.accepted_at,
            told_by=ToldBy.MAIL,
            actor=ACTOR,
            now=now,
        )
        session.delete(notice)
    return bool(ended)


def _lock(session: Session, subject_id: str, reason: str) -> LiftNotice | None:
    wanted = select(LiftNotice).where(LiftNotice.subject_id == subject_id, LiftNotice.reason == reason)
    return session.scalars(wanted.with_for_update()).first()
