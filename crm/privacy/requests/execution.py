"""Carries decisions out when their cooling time is over, and answers; whatever stops it, the next call goes on.

Source: Art. 17(1), 12(3) DSGVO.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from crm.db import Database
from crm.errors import UnavailableError
from crm.models.contact import Note
from crm.models.erasure import ErasureCause, ErasureJob, ErasureStep, RetainedDocument
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import audit, bound_rows, documents, due, holds, indexing
from crm.privacy.actions import Action
from crm.privacy.documents import vouchers
from crm.privacy.erasure import eraser, job
from crm.privacy.requests import addressee, answering, decision, lifting, order, people, sealed
from crm.privacy.requests.answering import ACTOR
from crm.privacy.requests.choices import Choice, Verdict, stored_choices
from crm.privacy.requests.documents_left import with_documents_left
from crm.privacy.requests.facts import DataKind
from crm.privacy.requests.proposal import RULE_OF, VOUCHERS, find_documents
from crm.privacy.requests.taking import lock_case
from crm.settings import Settings
from crm.vault import Vault

_log = structlog.get_logger()


def execute_due(database: Database, *, vault: Vault, settings: Settings, clock: Callable[[], datetime]) -> int:
    """Take every case as far as it can go now, and return how many steps that were.

    Call it outside of a unit of work. Two processes may do it at once: each step is taken by one of them.

    Raises:
        UnavailableError: a key or a database cannot be had; the next call goes on where this one stopped.
    """
    moved = _each(_find_due(database, clock()), lambda case_id: _begin(database, case_id, clock()))
    moved += _each(_find(database, CaseState.EXECUTING), lambda case_id: _finish(database, vault, case_id, clock))
    with database.reading() as session:
        unwritten = answering.find_unwritten(session)
    moved += _each(unwritten, lambda case_id: answering.write_answer(database, case_id, settings=settings, now=clock()))
    moved += answering.close_accepted(database, now=clock())
    return moved + lifting.lift_accepted(database, now=clock())


def _each(case_ids: Iterable[str], step: Callable[[str], bool]) -> int:
    """Take a step with each case; one that fails holds up no other."""
    moved = 0
    for case_id in case_ids:
        try:
            moved += step(case_id)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one case must not stop the answers to others
            _log.error("request.step_failed", case=case_id, reason=type(error).__name__)
    return moved


def _find(database: Database, state: CaseState) -> Sequence[str]:
    with database.reading() as session:
        return session.scalars(select(RequestCase.id).where(RequestCase.state == state).order_by(RequestCase.due_on, RequestCase.id)).all()


def _find_due(database: Database, now: datetime) -> Sequence[str]:
    over = (RequestCase.state == CaseState.COOLING, RequestCase.execute_at <= now)
    with database.reading() as session:
        return session.scalars(select(RequestCase.id).where(*over).order_by(RequestCase.execute_at, RequestCase.id)).all()


def _begin(database: Database, case_id: str, now: datetime) -> bool:
    """Order what was decided; from the commit on it cannot be stopped any more."""
    with database.writing() as session:
        case = lock_case(session, case_id)
        if case is None or case.state != CaseState.COOLING or case.execute_at is None or case.execute_at > now:
            return False
        if not order.may_go_on(session, case, actor=ACTOR, now=now):
            return False
        found = people.find_living_of(session, case)
        if _is_held(session, case, found, now):
            decision.give_back(session, case, actor=ACTOR, now=now)
            return True
        addressee.keep(session, case, actor=ACTOR, now=now)
        choices = stored_choices(sealed.open_part(session, case, "sealed_decision"))
        erased = {choice.kind for choice in choices if choice.verdict is Verdict.ERASE}
        if DataKind.PROFILE in erased:
            addressee.keep_for_others(session, case, found, actor=ACTOR, now=now)
        _settle_documents(session, case, choices, erased, now)
        case.state = CaseState.EXECUTING
        case.version += 1
        people.enter(session, case, Action.REQUEST_ADVANCED, actor=ACTOR, now=now, result=case.state)
        _carry_out(session, case, found, erased, now)
    return True


def _is_held(session: Session, case: RequestCase, found: Sequence[str], now: datetime) -> bool:
    """Say whether a hold that was asked for since the decision forbids to carry it out, or one was changed past the program."""
    today = now.astimezone(due.zone_of(session)).date()
    choices = stored_choices(sealed.open_part(session, case, "sealed_decision"))
    erased = {choice.kind for choice in choices if choice.verdict is Verdict.ERASE}
    of_person = {DataKind.PROFILE, DataKind.NOTES} & erased and holds.find_holds_of(session, found, day=today)
    everybody = people.find_people(session, case.id)
    papers = (holds.find_holds_of_documents(session, everybody, rule=rule, day=today) for kind, rule in RULE_OF.items() if kind in erased)
    return bool(of_person) or any(papers) or bool(erased and holds.find_changed(session))


def _settle_documents(session: Session, case: RequestCase, choices: Sequence[Choice], erased: set[DataKind], now: datetime) -> None:
    """Erase the documents that were decided about, which outlive a profile that a rule has erased meanwhile; note what is left."""
    everybody = people.find_people(session, case.id)
    for subject_id in everybody:
        _erase_documents(session, case, subject_id, erased, now)
    left = [each for _, each in find_documents(session, everybody, now.astimezone(due.zone_of(session)).date())]
    settled = [each.as_stored() for each in with_documents_left(choices, left)]
    sealed.add(session, case, "sealed_decision", {"choices": settled})


def _carry_out(session: Session, case: RequestCase, found: Sequence[str], erased: set[DataKind], now: datetime) -> None:
    for subject_id in found:
        if DataKind.PROFILE in erased:
            job.order(session, subject_id=subject_id, cause=ErasureCause.REQUEST, rule=None, case_id=case.id, actor=ACTOR, now=now)
        elif DataKind.NOTES in erased:
            _erase_notes(session, subject_id, now)


def _erase_notes(session: Session, subject_id: str, now: datetime) -> None:
    """Delete the notes of somebody whose profile stays, with the days on which they would have gone."""
    _erase_rows(session, Note, subject_id, Action.NOTE_ERASED, now)
    due.forget_notes(session, [subject_id])
    indexing.announce_changed(session, [subject_id], now=now)


def _erase_documents(session: Session, case: RequestCase, subject_id: str, erased: set[DataKind], now: datetime) -> None:
    """Erase the documents of the decided kinds; about one that was filed since nobody has decided."""
    is_voucher, was_there = RetainedDocument.rule == VOUCHERS, RetainedDocument.filed_at <= case.decided_at
    if DataKind.VOUCHERS in erased:
        _erase_rows(session, RetainedDocument, subject_id, Action.DOCUMENT_ERASED, now, was_there, is_voucher)
        vouchers.erase_of(session, subject_id, recorded_until=case.decided_at, actor=ACTOR, now=now)
    if DataKind.LETTERS in erased:
        _erase_rows(session, RetainedDocument, subject_id, Action.DOCUMENT_ERASED, now, was_there, ~is_voucher)


def _erase_rows(
    session: Session, model: type[Note | RetainedDocument], subject_id: str, action: Action, now: datetime, *conditions: ColumnElement[bool]
) -> None:
    gone = bound_rows.erase(session, model, model.subject_id == subject_id, *conditions)
    if gone:
        audit.record(
            session,
            action,
            actor=ACTOR,
            now=now,
            subject_id=subject_id,
            count=len(gone),
            rows=[row for rows in gone.values() for row in rows],
        )


def _finish(database: Database, vault: Vault, case_id: str, clock: Callable[[], datetime]) -> bool:
    """Drive the erasures of a case to their end; when none is left, the answer is next."""
    if unfinished := _find_unfinished(database, case_id):
        eraser.finish(database, vault=vault, clock=clock, job_ids=unfinished)
        if _find_unfinished(database, case_id):
            return False  # somebody reads the key store's old pages at this moment; the next call goes on
    with database.reading() as session:
        everybody = people.find_people(session, case_id)
    documents.let_keys_go(database, vault=vault, subject_ids=everybody, clock=clock)
    now = clock()
    with database.writing() as session:
        case = lock_case(session, case_id)
        if case is None or case.state != CaseState.EXECUTING or not order.may_go_on(session, case, actor=ACTOR, now=now):
            return False
        case.state, case.executed_at = CaseState.ANSWERING, now
        case.version += 1
        people.enter(session, case, Action.REQUEST_ADVANCED, actor=ACTOR, now=now, result=case.state)
    return True


def _find_unfinished(database: Database, case_id: str) -> Sequence[str]:
    of_case = select(CaseSubject.subject_id).where(CaseSubject.case_id == case_id)
    wanted = (ErasureJob.subject_id.in_(of_case), ErasureJob.step != ErasureStep.DONE)
    with database.reading() as session:
        return session.scalars(select(ErasureJob.id).where(*wanted).order_by(ErasureJob.id)).all()
