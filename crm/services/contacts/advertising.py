"""Objections to advertising as staff enter them, and the two ways back: an entry that was a mistake, and a new wish of the person.

What was entered in error is corrected by whoever entered it or by the coordinator, with a reason. A person's own
objection is nobody's to correct: it ends by their express wish alone, which the coordinator enters with how and when it
was said. Nothing is deleted: the acts stand beside each other, in the table and in the log.

Source: Art. 5(1)(d), 21(2), (3) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.1.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor, Role
from crm.errors import InvalidInputError
from crm.models.lawfulness import ToldBy
from crm.privacy import disclosure, due, objection, purposes, suppression
from crm.privacy.actions import Action
from crm.privacy.errors import PrivacyError
from crm.privacy.intake.people import find_by_address
from crm.privacy.objection import DIRECT_MARKETING, Heard, Mistake, Objection, StandingObjection
from crm.privacy.purposes import Channel
from crm.search.exact import exact_email
from crm.services.contacts.view import get_contact
from crm.vault import Vault

_COVER_EMAIL: Final = frozenset({None, Channel.EMAIL})
_LOOKED_AT: Final = 200  # objections of one person; somebody who raised more has the coordinator


class MistakeMissingError(InvalidInputError):
    """Nobody says why the entry was a mistake."""

    message = "Bitte wählen Sie, warum der Eintrag ein Irrtum war."


class OwnObjectionError(PrivacyError):
    """The person objected themselves; or the actor neither entered it nor coordinates."""

    article = "Art. 21(3)"
    message = (
        "Berichtigen darf einen Eintrag nur, wer ihn gemacht hat, oder die Datenschutzkoordination. Hat die Person selbst widersprochen, "
        "endet der Widerspruch nur auf ihren ausdrücklichen Wunsch."
    )


class WishMissingError(InvalidInputError):
    """Nobody says how the person expressed the wish."""

    message = "Bitte wählen Sie, wie die Person den Wunsch geäußert hat. Ohne ausdrücklichen Wunsch gilt der Widerspruch weiter."


class WishDayError(InvalidInputError):
    """The day of the wish lies before the objection or in the future."""

    message = "Dieser Tag geht nicht. Der Wunsch muss nach dem Widerspruch geäußert sein und nicht in der Zukunft liegen."


class NotWarnedError(InvalidInputError):
    """The person does not know what follows."""

    message = "Sagen Sie der Person zuerst, dass sie danach wieder Werbung bekommen kann, und bestätigen Sie das hier."


@dataclass(frozen=True, slots=True, kw_only=True)
class EndableObjection:
    """An objection to advertising that stands, and what this actor may do about it."""

    standing: StandingObjection
    can_be_corrected: bool
    can_be_lifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A person's express wish to get advertising again, as somebody tells of it; `warned`: they know what follows."""

    told: str
    told_on: date | None
    warned: bool


def object_to_marketing(session: Session, *, subject_id: str, channel: Channel | None, actor: Actor, now: datetime) -> None:
    """Enter that the person wants no more advertising, by one channel or at all; asks for no reason.

    Where it covers e-mail, it holds for the address, as on the portal: for everybody who is kept with it, and on the suppression
    list, so that it outlives the person and meets whoever comes in with it. What staff entered before is entered once. Beside what
    the person said on the portal or in a request it is an act of its own: were the other taken back, this one stands.

    Raises:
        NotFoundError: no contact has this id.

    Source: Art. 21(2), (3) DSGVO.
    """
    get_contact(session, subject_id=subject_id)
    address = _find_address(session, subject_id, actor, now) if channel in _COVER_EMAIL else None
    others = _find_others(session, subject_id, address)
    meant = [each for each in (subject_id, *others) if not _is_entered(session, each, channel)]
    for each in meant:
        objection.raise_to_marketing(session, subject_id=each, channel=channel, origin=Heard.STAFF, actor=actor, now=now)
    reason = suppression.lawful_reason(purposes.find_all(session))
    if meant and address is not None and reason is not None:
        suppression.enter(session, address=address, channel=Channel.EMAIL, reason=reason, actor=actor, now=now)


def _is_entered(session: Session, subject_id: str, channel: Channel | None) -> bool:
    """Say whether staff have entered it already."""
    covering = {Objection(DIRECT_MARKETING), Objection(DIRECT_MARKETING, channel)}
    standing = objection.find_standing(session, subject_id=subject_id)
    return any(Heard.STAFF in each.came for each in standing if each.objection in covering)


def find_objections(session: Session, *, subject_id: str, actor: Actor) -> tuple[EndableObjection, ...]:
    """Return the objections to advertising that stand, with what this actor may do about each."""
    coordinates = actor.role is Role.PRIVACY
    return tuple(
        EndableObjection(
            standing=each,
            can_be_corrected=Heard.STAFF in each.came and (coordinates or _find_author(session, subject_id, each) == actor.pseudonym),
            can_be_lifted=coordinates,
        )
        for each in objection.find_standing(session, subject_id=subject_id)
        if each.objection.scope == DIRECT_MARKETING
    )


def correct(session: Session, *, subject_id: str, channel: Channel | None, mistake: str, actor: Actor, now: datetime) -> None:
    """Take back what staff entered by mistake, with all that the entry brought about; again is the same as once.

    Raises:
        MistakeMissingError: no reason was chosen.
        OwnObjectionError: it is the person's own objection, or somebody else's entry.
        NotFoundError: no contact has this id.
    """
    found = _find(session, subject_id, channel, actor)
    if mistake not in set(Mistake):
        raise MistakeMissingError(field="mistake")
    if found is None:
        return
    if not found.can_be_corrected:
        raise OwnObjectionError
    about, entered_at = found.standing.objection, found.standing.came[Heard.STAFF]
    address = _find_address(session, subject_id, actor, now) if channel in _COVER_EMAIL else None
    others = [each for each in _find_others(session, subject_id, address) if _came_at(session, each, about) == entered_at]
    for each in (subject_id, *others):
        objection.correct_entry(session, subject_id=each, objection=about, mistake=Mistake(mistake), actor=actor, now=now)
    if address is not None and not objection.stands_against_advertising(session, _sharing(session, address), channel=Channel.EMAIL):
        for tag in Vault.of(session).suppression_tags(address):
            suppression.take_back(session, tag=tag, entered_at=entered_at, channel=Channel.EMAIL, actor=actor, now=now)


def _came_at(session: Session, subject_id: str, about: Objection) -> datetime | None:
    """Return when staff entered this for somebody: those of one act have the same moment."""
    standing = objection.find_standing(session, subject_id=subject_id)
    return next((each.came.get(Heard.STAFF) for each in standing if each.objection == about), None)


def lift(session: Session, *, subject_id: str, channel: Channel | None, wish: Wish, actor: Actor, now: datetime) -> None:
    """End an objection by the express wish of the person; the address leaves the suppression list with the last one that stands.

    Raises:
        WishMissingError, WishDayError, NotWarnedError: that is no express wish of somebody who knows what follows.
        OwnObjectionError: the actor does not coordinate.
        NotFoundError: no contact has this id.
    """
    found = _find(session, subject_id, channel, actor)
    told_on = _require_wish(wish)
    if found is None:
        return
    if not found.can_be_lifted:
        raise OwnObjectionError
    zone = due.zone_of(session)
    if not found.standing.since.astimezone(zone).date() <= told_on <= now.astimezone(zone).date():
        raise WishDayError(field="told_on")
    about = found.standing.objection
    objection.lift(session, subject_id=subject_id, objection=about, told=ToldBy(wish.told), told_on=told_on, actor=actor, now=now)
    address = _find_address(session, subject_id, actor, now) if channel in _COVER_EMAIL else None
    if address is not None and not objection.stands_against_advertising(session, _sharing(session, address), channel=Channel.EMAIL):
        suppression.release_address(session, address=address, channel=Channel.EMAIL, actor=actor, now=now)


def _require_wish(wish: Wish) -> date:
    if wish.told not in set(ToldBy):
        raise WishMissingError(field="told")
    if wish.told_on is None:
        raise WishDayError(field="told_on")
    if not wish.warned:
        raise NotWarnedError(field="warned")
    return wish.told_on


def _find(session: Session, subject_id: str, channel: Channel | None, actor: Actor) -> EndableObjection | None:
    get_contact(session, subject_id=subject_id)
    about = Objection(DIRECT_MARKETING, channel)
    return next((each for each in find_objections(session, subject_id=subject_id, actor=actor) if each.standing.objection == about), None)


def _find_address(session: Session, subject_id: str, actor: Actor, now: datetime) -> str | None:
    """Return the e-mail address of a person in the one form in which addresses are compared."""
    typed = disclosure.open_email_for_objection(session, subject_id=subject_id, actor=actor, now=now)
    return exact_email(typed) if typed else None


def _sharing(session: Session, address: str) -> list[str]:
    """Return everybody who is kept with this address."""
    return find_by_address(session, [address]).get(address, [])


def _find_others(session: Session, subject_id: str, address: str | None) -> list[str]:
    """Return who else is kept with the address: mostly the same person once more."""
    return [each for each in _sharing(session, address) if each != subject_id] if address else []


def _find_author(session: Session, subject_id: str, standing: StandingObjection) -> str | None:
    """Return who entered the objection, as the log knows; once its entry has expired, only the coordinator corrects."""
    raised = ledger.find_entries_of(session, subject_id, actions={Action.OBJECTION_RAISED}, limit=_LOOKED_AT)
    about = (DIRECT_MARKETING, standing.objection.channel)
    by = (each.fields["a"] for each in raised if (each.fields.get("pur"), each.fields.get("obj")) == about)
    return next((each for each in by if not each.startswith("system:")), None)
