"""Aufräumen: people whose time is up or nearly up, one by one: let go, or keep with a reason until a day.

Source: Art. 5(1)(e), 5(2), 17(1)(a) DSGVO.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError, NotFoundError
from crm.models.contact import Contact
from crm.models.erasure import ErasureCause
from crm.models.retention import KeepReason, RetentionKeep
from crm.privacy import disclosure, due, keeping, lawfulness, restriction, tasks
from crm.privacy.disclosure import Disclosed
from crm.privacy.due import Forgetting
from crm.privacy.erasure import ended, job
from crm.privacy.erasure.policy import run_policy
from crm.privacy.errors import PrivacyError
from crm.privacy.lawfulness import Standing
from crm.privacy.periods import add_months
from crm.privacy.purposes import Purpose
from crm.privacy.restriction import RestrictionReason
from crm.services.contacts.listing import LIST_GROUPS
from crm.services.review_selection import count_waiting, find_ids, is_decidable, select_reviewed
from crm.vault import Subject

# With these the data are used again. For a claim or a duty they are kept for that alone, and so stay restricted
# (Art. 17(3)(b), (e), 18(2) DSGVO).
OFFERED = tuple(each for each in KeepReason if each is not KeepReason.DECIDED)
_USED_AGAIN = frozenset({KeepReason.TALKS, KeepReason.ERROR})


class KeepReasonMissingError(InvalidInputError):
    """Nobody says why the person is to be kept."""

    message = "Bitte wählen Sie einen Grund. Ohne Grund darf niemand über die Frist hinaus bleiben."


class KeepDayError(InvalidInputError):
    """The day until which somebody is to be kept is past or too far away."""

    message = "Dieser Tag geht nicht. Wählen Sie einen Tag nach heute und spätestens den %(latest)s; dann wird wieder gefragt."


class NotShownError(PrivacyError):
    """Whoever decides cannot see whom they decide about."""

    article = "Art. 5(1)(d)"
    message = (
        "Dieser Zweck zeigt die Person nicht, über die Sie entscheiden. Wechseln Sie oben den Zweck; zeigt sie keiner, entscheidet die "
        "Datenschutzkoordination."
    )


class CaseOpenError(PrivacyError):
    """The person asks for something themselves; that is decided first."""

    article = "Art. 12(3)"
    message = "Zu dieser Person ist ein Antrag offen. Er wird zuerst entschieden; danach kommt sie hierher zurück."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One person of the review.

    Attributes:
        person: None where the purpose does not show them.
        decides: the reader may decide about them.
        time_up: their time was up before an import; nobody uses their data until it is decided, and no run forgets them before.
        kept: what was decided lately, that they stay; None: nothing.
        place: which one of how many it is, from 1.
        previous_id, next_id: the neighbours, for the way by keyboard.
    """

    subject_id: str
    person: Disclosed | None
    decides: bool
    forgetting: Forgetting
    last_contact_on: date
    owner_id: str | None
    time_up: bool
    kept: RetentionKeep | None
    place: int
    count: int
    previous_id: str | None
    next_id: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a decision to keep somebody means for the use of their data.

    Attributes:
        released: the restriction because of the time has ended with it.
        restricted: the data are still restricted, for whatever reason.
    """

    released: bool
    restricted: bool


def open_next(
    session: Session, *, subject_id: str | None, purpose: Purpose, actor: Actor, now: datetime, zone: ZoneInfo
) -> Reviewed | None:
    """Open one person of the review, the first without `subject_id` or when that one is decided; one entry. None: nobody is left."""
    today = now.astimezone(zone).date()
    ids = find_ids(session, actor, today)
    if subject_id and subject_id not in ids and is_decidable(session, subject_id, actor, today):
        ids = [*ids, subject_id]  # kept lately, or further down than the review reads: whoever asks for them gets them
    if not ids:
        return None
    at = ids.index(subject_id) if subject_id in ids else 0
    shown = ids[at]
    opened = disclosure.open_people(session, subject_ids=[shown], groups=LIST_GROUPS, purpose=purpose, actor=actor, now=now)
    contact = session.execute(select(Contact.owner_id, Contact.last_contact_at).where(Contact.subject_id == shown)).one()
    return Reviewed(
        subject_id=shown,
        person=next(iter(opened), None),
        decides=_may_decide(session, shown, purpose, actor, now),
        forgetting=due.find_forgetting(session, [shown], zone=zone, now=now)[shown][-1],
        last_contact_on=contact.last_contact_at.astimezone(zone).date(),
        owner_id=contact.owner_id,
        time_up=RestrictionReason.TIME_UP in restriction.find_reasons(session, [shown]).get(shown, ()),
        kept=session.scalar(select(RetentionKeep).where(RetentionKeep.subject_id == shown, RetentionKeep.until >= today)),
        place=at + 1,
        count=max(count_waiting(session, actor=actor, today=today), len(ids)),
        previous_id=ids[at - 1] if at else None,
        next_id=ids[at + 1] if at + 1 < len(ids) else None,
    )


def let_go(session: Session, *, subject_id: str, purpose: Purpose, actor: Actor, now: datetime, zone: ZoneInfo) -> None:
    """Order the erasure of somebody whose time is up or nearly up.

    Raises:
        NotFoundError: the person is not in this actor's review.
        NotShownError: the purpose does not show them.
        CaseOpenError: a request of theirs is decided first.
    """
    rule = _require_reviewed(session, subject_id, purpose, actor, now, zone)
    job.order(session, subject_id=subject_id, cause=ErasureCause.REVIEW, rule=rule, case_id=None, actor=actor, now=now)


def keep(
    session: Session,
    *,
    subject_id: str,
    reason: str,
    until: date | None,
    purpose: Purpose,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
) -> Kept:
    """Keep somebody beyond the period, for a reason and until a day; then the question comes again.

    Where the reason is one to work with the person, a restriction because of the time ends with the decision.

    Raises:
        KeepReasonMissingError, KeepDayError: reason or day are missing or not allowed.
        NotFoundError: the person is not in this actor's review.
        NotShownError: the purpose does not show them.
        CaseOpenError: a request of theirs is decided first.
    """
    today = now.astimezone(zone).date()
    latest = latest_keep(today)
    if reason not in OFFERED:
        raise KeepReasonMissingError(field="reason")
    if until is None or not today < until <= latest:
        raise KeepDayError(field="until", latest=latest.strftime("%d.%m.%Y"))
    rule = _require_reviewed(session, subject_id, purpose, actor, now, zone)
    tasks.settle_time_up(session, subject_id=subject_id, actor=actor, now=now)
    keeping.keep(session, subject_id=subject_id, reason=KeepReason(reason), until=until, rule=rule, actor=actor, now=now)
    released = restriction.end_time_up(session, subject_ids=[subject_id], actor=actor, now=now) if reason in _USED_AGAIN else ()
    return Kept(released=bool(released), restricted=bool(restriction.find_restricted(session, [subject_id])))


def latest_keep(today: date) -> date:
    """Return the last day until which somebody may be kept today."""
    return add_months(today, run_policy().longest_keep_months)


def _require_reviewed(session: Session, subject_id: str, purpose: Purpose, actor: Actor, now: datetime, zone: ZoneInfo) -> str:
    """Return the rule by which the person's time is up, or which decides although no day is known (any more)."""
    found = session.execute(select_reviewed(session, actor, now.astimezone(zone).date()).where(Subject.id == subject_id)).first()
    if found is None:
        raise NotFoundError
    if not _may_decide(session, subject_id, purpose, actor, now):
        raise NotShownError
    if session.scalar(select(ended.asks_for_something(Subject.id)).where(Subject.id == subject_id)):
        raise CaseOpenError
    return found.rule or due.find_forgetting(session, [subject_id], zone=zone, now=now)[subject_id][-1].rule.code


def _may_decide(session: Session, subject_id: str, purpose: Purpose, actor: Actor, now: datetime) -> bool:
    """Say whether the actor decides: the coordinator about everybody, by pseudonym if need be, the others about whom they can see."""
    if actor.role is Role.PRIVACY:
        return True
    state = lawfulness.find_states(session, [subject_id], now=now).get(subject_id)
    return state is not None and lawfulness.standing(purpose, state, now=now) is Standing.ALLOWED
