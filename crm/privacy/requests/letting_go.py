"""Ends early what an answer promised to keep until a day, because the reason is gone: the person is told, and goes with the next run.

Their data stay restricted until then. Art. 18(3) asks for no word, since nobody uses them again; but the answer named a day.

Source: Art. 5(1)(c), (e), 12(1), 17(1)(a) DSGVO.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.retention import KeepReason, RetentionKeep
from crm.privacy import due, keeping, mails
from crm.privacy.requests import addressee
from crm.privacy.requests.acts import require_role
from crm.privacy.requests.errors import KeptNoLongerError, LetGoReasonMissingError
from crm.search.exact import exact_email
from crm.settings import Settings


class LetGoReason(StrEnum):
    """Why data need not be kept until the day; free text would be one more thing to forget."""

    SETTLED = "settled"  # the claim is paid, or settled in another way
    DROPPED = "dropped"  # nobody pursues it any more
    NO_DUTY = "no_duty"  # what demanded to keep them does so no longer
    MISTAKEN = "mistaken"  # there was no reason to keep them


def find_kept_until(session: Session, *, subject_id: str, today: date) -> date | None:
    """Return the day until which a decision on their request keeps a person; None where none does, or their day has come."""
    decided = (RetentionKeep.subject_id == subject_id, RetentionKeep.reason == KeepReason.DECIDED, RetentionKeep.until > today)
    return session.scalar(select(RetentionKeep.until).where(*decided))


def let_go(session: Session, *, subject_id: str, reason: str, settings: Settings, actor: Actor, now: datetime) -> bool:
    """Let a person go who is kept by a decision; return whether they were written to, or have to be told by post before they go.

    Raises:
        LetGoReasonMissingError: no reason was chosen.
        KeptNoLongerError: no decision keeps them, or their day has come.
        CoordinatorOnlyError: the actor does not act as coordinator.
    """
    require_role(actor)
    if reason not in set(LetGoReason):
        raise LetGoReasonMissingError(field="why")
    session.get(RetentionKeep, subject_id, with_for_update=True)  # whoever clicks at the same time waits, and finds it done
    until = find_kept_until(session, subject_id=subject_id, today=now.astimezone(due.zone_of(session)).date())
    if until is None:
        raise KeptNoLongerError
    told = _tell(session, subject_id, until, settings=settings, actor=actor, now=now)
    keeping.end_decided(session, subject_id=subject_id, why=reason, actor=actor, now=now)
    return told


def _tell(session: Session, subject_id: str, until: date, *, settings: Settings, actor: Actor, now: datetime) -> bool:
    """Write to the person; the mail does not go with them, because it says nothing but that they go."""
    to = addressee.find_emails(session, [subject_id], actor=actor, now=now).get(subject_id)
    if to is None or exact_email(to) is None:
        return False
    facts = {"until": mails.worded(until, settings.language)}
    mails.write(session, kind="kept_ends", to=to, language=settings.language, facts=facts, settings=settings, now=now)
    return True
