"""Deciding a request: identity, what becomes of each kind of data, a second person, time to think, and the way back.

Source: Art. 5(2), 12(6), 17, 32(4) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.request_case import CaseState, Identity, RequestCase
from crm.privacy import due
from crm.privacy.actions import Action
from crm.privacy.requests import advertising, earlier_erasure, one_person, order, people, recipients, sealed
from crm.privacy.requests.acts import Act
from crm.privacy.requests.choices import Choice, Verdict, Wish
from crm.privacy.requests.deciding import settle_choices
from crm.privacy.requests.errors import (
    CaseStateError,
    IdentityNoteMissingError,
    IdentityOpenError,
    NobodyFoundError,
    SecondPersonError,
)
from crm.privacy.requests.facts import DataKind, Refusal, StopReason
from crm.privacy.requests.policy import request_policy
from crm.privacy.requests.proposal import propose
from crm.privacy.requests.taking import take_case
from crm.privacy.requests.texts import require_fitting

_KNOWN = frozenset({Identity.KNOWN, Identity.MAIL_CONFIRMED})


def assign(session: Session, *, case_id: str, version: int, subject_id: str, actor: Actor, now: datetime) -> None:
    """Add somebody the case is about; their data are restricted at once.

    Raises:
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError, ErasedError: as they say.
    """
    case = take_case(session, act=Act.ASSIGN, case_id=case_id, version=version, actor=actor)
    people.attach(session, case, [(subject_id, "staff")], actor=actor, now=now)


def dismiss(session: Session, *, case_id: str, version: int, subject_id: str, actor: Actor, now: datetime) -> None:
    """Take somebody out of the case who is not meant by it.

    Raises: as `assign`.
    """
    case = take_case(session, act=Act.ASSIGN, case_id=case_id, version=version, actor=actor)
    people.detach(session, case, subject_id, actor=actor, now=now)


def note_identity(session: Session, *, case_id: str, version: int, identity: Identity, note: str, actor: Actor, now: datetime) -> None:
    """Write down how we know that the request is this person's; a copy of an identity card is never needed.

    Raises:
        IdentityNoteMissingError, TextTooLongError, TurnedTextError: it is not said, at too great length, or cannot be read.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.

    Source: Art. 12(6), 5(1)(c) DSGVO.
    """
    case = take_case(session, act=Act.NOTE_IDENTITY, case_id=case_id, version=version, actor=actor)
    if not note.strip():
        raise IdentityNoteMissingError(field="note")
    require_fitting(note, field="note")
    case.identity = identity
    sealed.add(session, case, "sealed_decision", {"identity_note": note.strip()})
    people.enter(session, case, Action.REQUEST_IDENTITY_NOTED, actor=actor, now=now, result=identity)


def decide(
    session: Session, *, case_id: str, version: int, wishes: Mapping[DataKind, Wish], zone: ZoneInfo, actor: Actor, now: datetime
) -> RequestCase:
    """Decide the request: for each kind of data follow the proposal, or depart from it for a reason.

    What destroys waits for the cooling time, and for a second person where many are destroyed; a refusal is answered
    at once.

    Raises:
        IdentityOpenError: it is not settled whose request this is, and it is not refused for that.
        NobodyFoundError, SeveralPersonsError: the case is about nobody, or about more than one person.
        ChoiceMissingError, ReasonMissingError, ChoiceNotPossibleError, NotesGoTooError: the decision is not complete.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    case = take_case(session, act=Act.DECIDE, case_id=case_id, version=version, actor=actor)
    found = people.find_living_of(session, case)
    if not found:
        raise NobodyFoundError
    one_person.require_one(session, found, actor=actor, now=now)
    lines = propose(session, subject_ids=found, zone=zone, now=now)
    choices = settle_choices(lines, wishes, today=now.astimezone(zone).date())
    _require_identity(case, choices)
    case.state = _next_state(choices, len(found))
    if case.state == CaseState.COOLING:
        case.execute_at = now + request_policy().cooling_for
    _enter(session, case, choices, actor=actor, now=now)
    return case


def decide_nothing_held(session: Session, *, case_id: str, version: int, actor: Actor, now: datetime) -> RequestCase:
    """Decide that nothing is left to erase: we hold no data about whoever asked, or another case has erased them meanwhile.

    That, too, is answered (Art. 12(3), 15(1)); of somebody erased it says when that was, and what is kept.

    Raises:
        CaseStateError: the case is about somebody who is there.
        IdentityOpenError: they were erased, and it is not settled that the request is theirs.
        CoordinatorOnlyError, NotFoundError, CaseChangedError: as they say.
    """
    case = take_case(session, act=Act.DECIDE_NOTHING_HELD, case_id=case_id, version=version, actor=actor)
    if people.find_living_of(session, case):
        raise CaseStateError
    choices: tuple[Choice, ...] = ()
    if found := people.find_people(session, case.id):
        if case.identity not in _KNOWN:
            raise IdentityOpenError
        case.executed_at = earlier_erasure.find_erased_at(session, found, now=now)
        choices = earlier_erasure.what_is_kept(session, found, today=now.astimezone(due.zone_of(session)).date())
    case.state = CaseState.ANSWERING
    _enter(session, case, choices, actor=actor, now=now)
    return case


def _require_identity(case: RequestCase, choices: Sequence[Choice]) -> None:
    refused_for_it = any(each.refusal is Refusal.NOT_IDENTIFIED for each in choices)
    if case.identity not in _KNOWN and (not refused_for_it or destroys(choices)):
        raise IdentityOpenError


def destroys(choices: Sequence[Choice]) -> bool:
    """Say whether anything is lost for good by this decision."""
    return any(each.verdict is Verdict.ERASE for each in choices)


def _next_state(choices: Sequence[Choice], people_count: int) -> CaseState:
    if not destroys(choices):
        return CaseState.ANSWERING
    return CaseState.SECOND if order.needs_second_person(choices, people_count) else CaseState.COOLING


def _enter(session: Session, case: RequestCase, choices: Sequence[Choice], *, actor: Actor, now: datetime) -> None:
    case.decided_at, case.decided_by = now, actor.pseudonym
    order.place(session, case, choices)
    if destroys(choices):
        recipients.collect(session, case, people.find_living_of(session, case), now=now)
    verdicts = {each.verdict for each in choices}
    heaviest = next((each for each in (Verdict.ERASE, Verdict.REFUSE, Verdict.KEEP) if each in verdicts), "nothing_held")
    grounds = ",".join(sorted({each.ground for each in choices if each.ground}))
    people.enter(session, case, Action.REQUEST_DECIDED, actor=actor, now=now, result=heaviest, basis=grounds or None)


def approve(session: Session, *, case_id: str, version: int, actor: Actor, now: datetime) -> RequestCase:
    """Agree to a decision as the second person; from now on the cooling time runs.

    Raises:
        SecondPersonError: it is the own decision.
        CaseTamperedError: it is not the decision that was made, or not about the same people.
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.

    Source: Art. 5(2), 32(4) DSGVO (Vier-Augen-Prinzip).
    """
    case = take_case(session, act=Act.APPROVE, case_id=case_id, version=version, actor=actor)
    if actor.pseudonym == case.decided_by:
        raise SecondPersonError
    order.require_unchanged(session, case)
    case.approved_at, case.approved_by = now, actor.pseudonym
    case.state, case.execute_at = CaseState.COOLING, now + request_policy().cooling_for
    order.agree(session, case)
    people.enter(session, case, Action.REQUEST_APPROVED, actor=actor, now=now)
    return case


def reopen(session: Session, *, case_id: str, version: int, actor: Actor, now: datetime) -> RequestCase:
    """Send a decision back before it is carried out; the case waits for another one.

    Raises:
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    case = take_case(session, act=Act.REOPEN, case_id=case_id, version=version, actor=actor)
    _take_back(session, case, actor=actor, now=now)
    return case


def put_back(session: Session, *, case_id: str, version: int, actor: Actor, now: datetime) -> RequestCase:
    """Let a case that was changed past the program be decided anew, so that the person gets an answer all the same.

    That it was held back is entered first, whether a run has come by yet or not. Whom an earlier decision erased stays erased.

    Raises:
        CaseStateError: nothing is wrong with it, it is open, or it was answered.
        CoordinatorOnlyError, NotFoundError, CaseChangedError: as they say.

    Source: Art. 5(1)(f), 12(3) DSGVO.
    """
    case = take_case(session, act=Act.PUT_BACK, case_id=case_id, version=version, actor=actor)
    if not order.may_be_put_back(session, case):
        raise CaseStateError
    order.may_go_on(session, case, actor=actor, now=now)
    case.executed_at = case.answer_written_at = case.answer_mail_id = case.answered_at = case.closed_at = None
    _take_back(session, case, actor=actor, now=now)
    return case


def _take_back(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> None:
    case.state = CaseState.OPEN
    case.decided_at = case.decided_by = case.approved_at = case.approved_by = case.execute_at = None
    order.take_back(session, case)
    people.enter(session, case, Action.REQUEST_STOPPED, actor=actor, now=now, result="reopened")


def give_back(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> None:
    """Give a decision back that cannot be carried out any more, because a hold was asked for since; the case waits for another one."""
    case.version += 1
    _take_back(session, case, actor=actor, now=now)


def stop(session: Session, *, case_id: str, version: int, reason: StopReason, actor: Actor, now: datetime) -> RequestCase:
    """Stop a case before anything is destroyed: the person changed their mind, or it was somebody else.

    What somebody else had asked for besides, that the person gets no advertising, is taken back with it.
    The restriction stands until the person has been told (Art. 18(3)); the answer does that.

    Raises:
        CoordinatorOnlyError, NotFoundError, CaseChangedError, CaseStateError: as they say.
    """
    case = take_case(session, act=Act.STOP, case_id=case_id, version=version, actor=actor)
    case.state, case.execute_at = CaseState.ANSWERING, None
    order.take_back(session, case, stopped=reason)
    if reason is StopReason.IMPOSTOR and case.objects_too:
        advertising.take_back(session, case, actor=actor, now=now)
    people.enter(session, case, Action.REQUEST_STOPPED, actor=actor, now=now, result=reason)
    return case
