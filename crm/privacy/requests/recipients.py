"""Whom the data have gone to, and that each of them was told: of a rectification, an erasure, a restriction (Mitteilungspflicht).

The list is made with the decision, because an erasure takes the traces of exports away; it lies sealed with the case and outlives
the person, as the proof that everybody was told. Staff add whom only they know.

Source: Art. 19, 5(2) DSGVO.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.models.request_case import RequestCase
from crm.privacy import due, lawfulness, purposes
from crm.privacy.access.consultations import find_consultations
from crm.privacy.actions import Action
from crm.privacy.requests import people, sealed
from crm.privacy.requests.acts import Act
from crm.privacy.requests.errors import NotOfferedError
from crm.privacy.requests.recipient_errors import RecipientDayError, RecipientNameMissingError, RecipientProofMissingError
from crm.privacy.requests.taking import take_case
from crm.privacy.requests.texts import require_fitting

RECIPIENTS: Final = "recipients"  # the word of a decision under which they stand
_LONGEST_NAME: Final = 200


class RecipientKind(StrEnum):
    """How we know of a recipient."""

    PURPOSE = "purpose"  # a purpose names them
    EXPORT = "export"  # the person stood in a file that somebody fetched
    CARD = "card"  # somebody took the person's card along
    ADDED = "added"  # staff know


_TAKEN_OUT: Final = {Action.EXPORT_FETCHED.value: RecipientKind.EXPORT, Action.CARD_EXPORTED.value: RecipientKind.CARD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One recipient of the data.

    Attributes:
        key: names them within the case.
        name: who it is; empty of a file: who has it now, staff find out.
        purpose: code of the purpose for which they got the data; empty: staff added them.
        since: day on which the file was taken out, in the form of ISO 8601.
        told_on: day on which they were told; empty: not yet.
        proof: how they were told, or why that is impossible or out of all proportion.
    """

    key: str
    kind: str
    name: str
    purpose: str = ""
    since: str = ""
    told_on: str = ""
    proof: str = ""


def stored_recipients(decision: Mapping[str, Any]) -> tuple[Recipient, ...]:
    """Return the recipients of a case as they were stored; none before a decision."""
    return tuple(Recipient(**each) for each in decision.get(RECIPIENTS) or ())


def collect(session: Session, case: RequestCase, subject_ids: Sequence[str], *, ended: Sequence[str] = (), now: datetime) -> None:
    """Write down with a case to whom these people's data have gone; who stands there already keeps what is said of them.

    Args:
        ended: codes of purposes that have ended with this very decision, whose recipients have the data all the same.
    """
    found = [*_named_by_purposes(session, subject_ids, ended, now), *_of_files(session, subject_ids)]
    _keep(session, case, {each.key: each for each in found} | _known(session, case))


def _named_by_purposes(session: Session, subject_ids: Sequence[str], ended: Sequence[str], now: datetime) -> Iterable[Recipient]:
    """Return whom the purposes name under which these people stand."""
    states = lawfulness.find_states(session, subject_ids, now=now).values()
    codes = {*ended, *(code for state in states for code in (*state.grounds, *(purpose for purpose, _ in state.consents)))}
    for purpose in purposes.find_all(session):
        if purpose.code in codes:
            for name in purpose.recipients:
                yield Recipient(key=_key(purpose.code, name), kind=RecipientKind.PURPOSE, name=name, purpose=purpose.code)


def _of_files(session: Session, subject_ids: Sequence[str]) -> Iterable[Recipient]:
    """Return the files with these people that somebody took out, as the log says; the files themselves go after some days."""
    zone = due.zone_of(session)
    for each in find_consultations(session, subject_ids):
        if kind := _TAKEN_OUT.get(each.action):
            day = each.at.astimezone(zone).date().isoformat()
            yield Recipient(key=_key(kind, day, each.purpose), kind=kind, name="", purpose=each.purpose, since=day)


def _key(*parts: str) -> str:
    return hashlib.sha256(":".join(parts).encode()).hexdigest()[:16]


def add(session: Session, *, case_id: str, version: int, name: str, actor: Actor, now: datetime) -> None:
    """Add a recipient whom only staff know.

    Raises:
        RecipientNameMissingError, TextTooLongError, TurnedTextError: the name cannot be taken.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    case = take_case(session, act=Act.TELL_RECIPIENT, case_id=case_id, version=version, actor=actor)
    if not name.strip():
        raise RecipientNameMissingError(field="recipient-name")
    require_fitting(name, field="recipient-name", longest=_LONGEST_NAME)
    added = Recipient(key=new_id(), kind=RecipientKind.ADDED, name=" ".join(name.split()))
    _keep(session, case, {**_known(session, case), added.key: added})
    people.enter(session, case, Action.REQUEST_RECIPIENT_NOTED, actor=actor, now=now, result="added")


def tell(session: Session, *, case_id: str, version: int, key: str, told_on: date | None, proof: str, actor: Actor, now: datetime) -> None:
    """Enter that a recipient was told, and what proves it; or why it is impossible or out of all proportion, with that day.

    Raises:
        NotOfferedError: there is no such recipient.
        RecipientDayError: the day is missing, before the decision or to come.
        RecipientProofMissingError, TextTooLongError, TurnedTextError: it is not said what proves it.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    case = take_case(session, act=Act.TELL_RECIPIENT, case_id=case_id, version=version, actor=actor)
    known = _known(session, case)
    if key not in known:
        raise NotOfferedError(field="recipient")
    zone = due.zone_of(session)
    decided_on = (case.decided_at or now).astimezone(zone).date()
    if told_on is None or not decided_on <= told_on <= now.astimezone(zone).date():
        raise RecipientDayError(field=f"recipient-day-{key}")
    if not proof.strip():
        raise RecipientProofMissingError(field=f"recipient-proof-{key}")
    require_fitting(proof, field=f"recipient-proof-{key}")
    told = {**asdict(known[key]), "told_on": told_on.isoformat(), "proof": proof.strip()}
    _keep(session, case, {**known, key: Recipient(**told)})
    people.enter(session, case, Action.REQUEST_RECIPIENT_NOTED, actor=actor, now=now, result="told")


def _known(session: Session, case: RequestCase) -> dict[str, Recipient]:
    return {each.key: each for each in stored_recipients(sealed.open_part(session, case, "sealed_decision"))}


def _keep(session: Session, case: RequestCase, recipients: Mapping[str, Recipient]) -> None:
    sealed.add(session, case, "sealed_decision", {RECIPIENTS: [asdict(each) for each in recipients.values()]})
