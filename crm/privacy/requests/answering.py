"""Answers cases: the facts, the letter, the outbox, and the end once the answer is on its way.

Each step is a unit of work that looks again at the case it locks, so that a crash repeats nothing and two workers at
once answer once.

Source: Art. 12(3), (4), 18(3) DSGVO.
"""

import base64
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import mail
from crm.actor import Actor, system_actor
from crm.clock import begin_of
from crm.db import Database
from crm.mail import Attachment, Letter
from crm.models.intake import LinkKind
from crm.models.lawfulness import ToldBy
from crm.models.request_case import CaseState, RequestCase
from crm.privacy import audit, documents, due, keeping, links, mails, post, restriction
from crm.privacy.actions import Action
from crm.privacy.requests import addressee, claim_answer, copy_answer, order, packages, people, sealed
from crm.privacy.requests.acts import Act
from crm.privacy.requests.answer import compose
from crm.privacy.requests.choices import Choice, Verdict, stored_choices
from crm.privacy.requests.claim_answer import ClaimOutcome
from crm.privacy.requests.copy_answer import Outcome
from crm.privacy.requests.errors import CaseStateError, PostedDayError
from crm.privacy.requests.facts import AnswerFacts, DataKind, Erased, Kept, Refused, StopReason
from crm.privacy.requests.last_days import settle_days
from crm.privacy.requests.letter import Answer
from crm.privacy.requests.policy import request_policy
from crm.privacy.requests.taking import lock_case, take_case
from crm.privacy.requests.telling import Told
from crm.privacy.restriction import RestrictionReason
from crm.settings import Settings

ACTOR: Final = system_actor("requests")


def find_unwritten(session: Session) -> Sequence[str]:
    """Return the cases whose answer has to be written, the most urgent first."""
    wanted = (RequestCase.state == CaseState.ANSWERING, RequestCase.answer_written_at.is_(None))
    return session.scalars(select(RequestCase.id).where(*wanted).order_by(RequestCase.due_on, RequestCase.id)).all()


def write_answer(database: Database, case_id: str, *, settings: Settings, now: datetime) -> bool:
    """Write one answer and put it into the outbox, or leave it to be posted; return whether it was this call that did."""
    with database.reading() as session:
        case = _if_unwritten(session, session.get(RequestCase, case_id), now)
        if case is None:
            return False
        draft = sealed.open_part(session, case, "sealed_answer") or addressee.gather(session, case, actor=ACTOR, now=now)
        facts = gather_facts(session, case, draft, settings=settings, now=now)
        outcome = copy_answer.outcome_of(session, case)
        claim = claim_answer.outcome_of(session, case)
    # Outside of a unit of work: setting a letter takes longer than one may last.
    until = _fetch_until(facts, outcome, draft)
    answer = _compose(facts, outcome, claim, until)
    with database.writing() as session:
        case = _if_unwritten(session, lock_case(session, case_id), now)
        if case is None:
            return False
        text = _let_out(session, case, facts, answer, until, settings=settings, now=now) if _is_granted(outcome) else answer.text
        _keep(session, case, draft, answer, text, now)
    return True


def _compose(facts: AnswerFacts, outcome: Outcome | None, claim: ClaimOutcome | None, until: date | None) -> Answer:
    if claim is not None:
        return claim_answer.compose(facts, claim)
    return copy_answer.compose(facts, outcome, fetch_until=until) if outcome else compose(facts)


def _is_granted(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.verdict is copy_answer.Verdict.GRANTED


def _fetch_until(facts: AnswerFacts, outcome: Outcome | None, draft: Mapping[str, Any]) -> date | None:
    """Return until when a copy can be fetched; None where none goes out, or where it goes by post."""
    if not _is_granted(outcome) or not draft["to"]:
        return None
    return facts.written_on + timedelta(days=request_policy().answer_days)


def _let_out(
    session: Session, case: RequestCase, facts: AnswerFacts, answer: Answer, until: date | None, *, settings: Settings, now: datetime
) -> str:
    """Begin the days in which the copy can be fetched or posted, and return the text of the mail, with the link to it.

    Raises:
        TamperedError: the copy is gone, or another one than was granted; the case waits for somebody to look.
    """
    package = packages.let_out(session, case, today=facts.written_on, for_days=request_policy().answer_days)
    if until is None:
        return answer.text
    # The day after the last one, in the time zone of the controller, is when the link ends.
    expires_at = begin_of(until + timedelta(days=1), due.zone_of(session))
    kind, whose = LinkKind.ANSWER, package.subject_id
    token = links.issue(session, kind=kind, subject_id=whose, request_id=case.id, expires_at=expires_at, now=now)
    link = links.address(kind, token, language=case.language, settings=settings)
    return copy_answer.with_link(answer, facts, link=link, fetch_until=until)


def _if_unwritten(session: Session, case: RequestCase | None, now: datetime) -> RequestCase | None:
    """Return the case if its answer is to be written, and nobody has changed it past the program."""
    if case is None or case.state != CaseState.ANSWERING or case.answer_written_at is not None:
        return None
    return case if order.may_go_on(session, case, actor=ACTOR, now=now) else None


def _keep(session: Session, case: RequestCase, draft: Mapping[str, Any], answer: Answer, text: str, now: datetime) -> None:
    pdf = base64.b64encode(answer.pdf).decode()
    content = {**draft, "subject": answer.subject, "text": answer.text, "pdf": pdf}
    case.sealed_answer = sealed.seal(session, case_id=case.id, subject_id=case.subject_id, column="sealed_answer", content=content)
    case.answer_written_at = now
    case.version += 1
    if draft["to"]:
        attachment = Attachment(f"{case.number}.pdf", "application/pdf", answer.pdf)
        letter = Letter(to=draft["to"], subject=answer.subject, text=text, attachments=(attachment,))
        case.answer_mail_id = post.write(session, letter, kind=Told.ANSWERED, now=now)
    people.enter(session, case, Action.REQUEST_ADVANCED, actor=ACTOR, now=now, result="written")


def gather_facts(session: Session, case: RequestCase, draft: Mapping[str, Any], *, settings: Settings, now: datetime) -> AnswerFacts:
    """Return what the answer rests on."""
    decision = sealed.open_part(session, case, "sealed_decision")
    written_on = mails.day_of(now, settings)
    executed_on = mails.day_of(case.executed_at, settings) if case.executed_at else None
    choices = settle_days(stored_choices(decision), executed_on=executed_on, written_on=written_on)
    stopped = StopReason(decision["stopped"]) if decision.get("stopped") else None
    return AnswerFacts(
        number=case.number,
        language=case.language,
        name_lines=tuple(draft["name_lines"]),
        addressed_as=draft.get("addressed_as", ""),  # drafts of earlier versions have none
        address_lines=tuple(draft["address_lines"]) or None,
        received_on=case.received_on,
        written_on=written_on,
        executed_on=executed_on,
        erased=tuple(_erased(choices, _find_dark(session, case, choices))),
        kept=tuple(_kept(choices)),
        refused=tuple(_refused(choices)),
        suppression_stays=draft["suppression_stays"],
        nothing_held=not choices and not stopped,
        people=len(people.find_people(session, case.id)),
        stopped=stopped,
        objection_taken_back=stopped is StopReason.IMPOSTOR and case.objects_too,
        controller=settings.organisation,
        controller_address=settings.organisation_address,
        contact=settings.privacy_email,
        authority=settings.authority,
    )


def _find_dark(session: Session, case: RequestCase, choices: Sequence[Choice]) -> frozenset[DataKind]:
    """Return the kinds whose key is destroyed: notes and work lie under the profile's, documents under one that goes with the last."""
    dark: set[DataKind] = set()
    if any(each.kind is DataKind.PROFILE and each.verdict is Verdict.ERASE for each in choices):
        dark |= {DataKind.PROFILE, DataKind.NOTES, DataKind.WORK}
    if not documents.find_keepers(session, people.find_people(session, case.id)):
        dark |= {DataKind.VOUCHERS, DataKind.LETTERS}
    return frozenset(dark)


def _erased(choices: Sequence[Choice], dark: Collection[DataKind]) -> list[Erased]:
    return [
        Erased(kind=each.kind, ground=each.ground, key_destroyed=each.kind in dark) for each in choices if each.verdict is Verdict.ERASE
    ]


def _kept(choices: Sequence[Choice]) -> list[Kept]:
    return [
        Kept(kind=each.kind, ground=each.keep, source=each.source, until=each.until, reason=each.reason)
        for each in choices
        if each.verdict is Verdict.KEEP and each.keep and each.until
    ]


def _refused(choices: Sequence[Choice]) -> list[Refused]:
    return [Refused(kind=each.kind, ground=each.refusal, reason=each.reason) for each in choices if each.refusal]


def close_accepted(database: Database, *, now: datetime) -> int:
    """Close the cases whose answer the mail server has taken; return how many."""
    with database.reading() as session:
        accepted = _find_accepted(session)
    return sum(_close_accepted(database, case_id, accepted_at, now) for case_id, accepted_at in accepted.items())


def _find_accepted(session: Session) -> dict[str, datetime]:
    """Return the cases whose answer has arrived at the mail server, and when."""
    waiting = (RequestCase.state == CaseState.ANSWERING, RequestCase.answer_mail_id.is_not(None))
    rows = session.execute(select(RequestCase.id, RequestCase.answer_mail_id).where(*waiting).order_by(RequestCase.id))
    mail_of = {row.id: row.answer_mail_id for row in rows}
    fates = mail.find_fates(session, list(mail_of.values()))
    moments = {case_id: fates[mail_id].accepted_at for case_id, mail_id in mail_of.items() if mail_id in fates}
    return {case_id: moment for case_id, moment in moments.items() if moment is not None}


def _close_accepted(database: Database, case_id: str, accepted_at: datetime, now: datetime) -> bool:
    with database.writing() as session:
        case = lock_case(session, case_id)
        if case is None or case.state != CaseState.ANSWERING or not order.may_go_on(session, case, actor=ACTOR, now=now):
            return False
        case.version += 1
        _close(session, case, answered_at=accepted_at, told_by=ToldBy.MAIL, actor=ACTOR, now=now)
    return True


def mark_posted(session: Session, *, case_id: str, version: int, posted_at: datetime, actor: Actor, now: datetime) -> RequestCase:
    """Enter that the answer was posted as a letter; with that the case ends.

    Args:
        posted_at: within the day on which it was posted.

    Raises:
        CaseStateError: there is no answer yet.
        PostedDayError: it cannot have been posted then: it was not written yet, or the day is to come.
        CoordinatorOnlyError, NotFoundError, CaseChangedError: as they say.
    """
    case = take_case(session, act=Act.MARK_POSTED, case_id=case_id, version=version, actor=actor)
    if case.answer_written_at is None:
        raise CaseStateError
    zone = due.zone_of(session)
    if posted_at > now or posted_at.astimezone(zone).date() < case.answer_written_at.astimezone(zone).date():
        raise PostedDayError(field="posted_on")
    _close(session, case, answered_at=posted_at, told_by=ToldBy.LETTER, actor=actor, now=now)
    return case


def _close(session: Session, case: RequestCase, *, answered_at: datetime, told_by: ToldBy, actor: Actor, now: datetime) -> None:
    """End a case: who was not erased is no longer restricted by it, unless the decision keeps their data restricted."""
    case.state, case.answered_at, case.closed_at = CaseState.CLOSED, answered_at, now
    choices = stored_choices(sealed.open_part(session, case, "sealed_decision"))
    kept = next((each for each in choices if each.kind is DataKind.PROFILE and each.verdict is Verdict.KEEP), None)
    if kept is not None and kept.until is not None:
        living = people.find_living_of(session, case)
        restriction.impose(session, subject_ids=living, reason=RestrictionReason.KEPT, actor=actor, now=now)
        keeping.keep_by_decision(session, subject_ids=living, until=kept.until, actor=actor, now=now)
    people.release(session, case, told_at=answered_at, told_by=told_by, actor=actor, now=now)
    audit.record(session, Action.REQUEST_ANSWERED, actor=actor, now=now, subject_id=case.subject_id, kind=case.kind, result=told_by)
    people.enter(session, case, Action.REQUEST_CLOSED, actor=actor, now=now)
