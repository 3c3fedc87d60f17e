"""Files of requests whose period has ended: the file goes, and with the last one of a person the key that it was sealed with.

The log keeps that there was a request, when it was answered and how; the order of an erasure keeps the pseudonym of the file that led
to it, which leads nowhere then.

Source: Art. 5(1)(e), 5(2), 12 DSGVO; Löschkonzept, RET-22.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from crm.actor import Actor
from crm.clock import begin_of
from crm.db import Compartment
from crm.models.answer_package import AnswerHandout, AnswerPackage
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import audit, bound_rows, due, holds, restriction
from crm.privacy.actions import Action
from crm.privacy.erasure import as_entered, ended
from crm.privacy.erasure.ended import HeldBy
from crm.privacy.periods import due_on
from crm.privacy.retention_rules import find_rules
from crm.vault import Subject, Vault

RULE: Final = "RET-22"
_AT_ONCE: Final = 100  # files of one unit of work
_DAY: Final = timedelta(days=1)
# Of their own, so that they are never taken for the tables of the questions inside.
_FILE, _ABOUT = aliased(RequestCase), aliased(CaseSubject)


def count_by_start(session: Session) -> Counter[date]:
    """Return how many cases were closed on each day: from then on the period of their files runs."""
    zone = due.zone_of(session)
    moments = session.scalars(select(_FILE.closed_at).where(_is_closed()))
    return Counter(moment.astimezone(zone).date() for moment in moments if moment)


def count_over(session: Session, *, day: date) -> int:
    """Return how many files the run of this day lets go."""
    return len(_find_sound(session, day))


def count_kept(session: Session, *, day: date) -> Counter[str]:
    """Return by reason how many files are old enough on a day and stay; one with several reasons counts under each."""
    over = _find_over(session, day)
    kept: Counter[str] = Counter({why: _count(session, over.where(keeps)) for why, keeps in _reasons(day).items()})
    kept[HeldBy.CHANGED] = _count(session, _find_over(session, day).where(~_stays(day))) - count_over(session, day=day)
    return +kept


def let_go(session: Session, *, day: date, actor: Actor, now: datetime) -> int:
    """Let the next files go whose period ended before the day, with an entry each, and return how many.

    The people are locked meanwhile: whoever opens a case for one of them waits and gets a new key. What a reader of the key store's old
    pages delays, `finish_destructions` makes up for.
    """
    cases = _find_sound(session, day)[:_AT_ONCE]
    going = [each.id for each in cases]
    if not cases:
        return 0
    people = sorted({each.subject_id for each in cases})
    session.scalars(select(Subject.id).where(Subject.id.in_(people)).order_by(Subject.id).with_for_update()).all()
    gone = [
        audit.Entry(action=Action.REQUEST_FORGOTTEN, subject_id=each.subject_id, result=RULE, rows=_row(session, each)) for each in cases
    ]
    without = _find_without_others(session, people, going)
    if without:
        Vault.of(session).destroy(without, compartments=[Compartment.CASE], clock=lambda: now, patience=0)
    session.execute(delete(CaseSubject).where(CaseSubject.case_id.in_(going)))
    session.execute(delete(RequestCase).where(RequestCase.id.in_(going)))
    audit.record_all(session, gone, actor=actor, now=now)
    return len(gone)


def _row(session: Session, case: RequestCase) -> Sequence[str]:
    """Return the digest of the row that goes: the control takes it off what the newest entry about the case says is there."""
    return bound_rows.digests_of_case(session, case)[-1:]


def _find_without_others(session: Session, people: Collection[str], going: Sequence[str]) -> list[str]:
    """Return who of these people has no other file left."""
    others = select(RequestCase.subject_id).where(RequestCase.subject_id.in_(people), RequestCase.id.not_in(going))
    keeping = set(session.scalars(others))
    return [each for each in people if each not in keeping]


def _find_sound(session: Session, day: date) -> Sequence[RequestCase]:
    """Return the files that the run of this day lets go: those of cases that are what was entered."""
    going = _find_over(session, day).where(~_stays(day))
    cases = session.scalars(select(RequestCase).where(RequestCase.id.in_(going)).order_by(RequestCase.id)).all()
    return as_entered.keep_sound_cases(session, cases)


def _find_over(session: Session, day: date) -> Select[str]:
    """Return the files whose period ended before the day; a copy that was handed out goes first, by its own rule."""
    rule, zone = find_rules(session)[RULE], due.zone_of(session)
    over = [each for each in count_by_start(session) if due_on(rule, each) < day]
    last = max(over, default=date.min)
    closed_in_time = _FILE.closed_at < begin_of(last + _DAY, zone) if over else _FILE.closed_at.is_(None)
    copies = (exists().where(each.case_id == _FILE.id) for each in (AnswerPackage, AnswerHandout))
    return select(_FILE.id).where(_is_closed(), closed_in_time, *(~each for each in copies))


def _is_closed() -> ColumnElement[bool]:
    return (_FILE.state == CaseState.CLOSED) & _FILE.closed_at.is_not(None)


def _count(session: Session, these: Select[str]) -> int:
    return session.scalar(select(func.count()).select_from(these.subquery())) or 0


def _stays(day: date) -> ColumnElement[bool]:
    return or_(*_reasons(day).values())


def _reasons(day: date) -> Mapping[HeldBy, ColumnElement[bool]]:
    """Return whose files stay for now: who asks for something again, obtained that theirs are kept, or is under a hold."""
    return {
        HeldBy.REQUEST: _of_somebody(ended.asks_for_something),
        HeldBy.RESTRICTION: _of_somebody(restriction.is_obtained_by),
        HeldBy.HOLD: _of_somebody(lambda person: holds.holds_thing(person, RULE, day)),
    }


def _of_somebody(keeps: Callable[[InstrumentedAttribute[str]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Say which files are of somebody whom a condition keeps: who asked, or one of those the case is about."""
    return or_(keeps(_FILE.subject_id), exists().where(_ABOUT.case_id == _FILE.id, keeps(_ABOUT.subject_id)))
