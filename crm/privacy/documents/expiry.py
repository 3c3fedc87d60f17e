"""The end of the duty: documents go on the day after their period, and with an erased person's last one their key.

Those that a decision erases take the key with them too, once none is left.

Source: Art. 5(1)(e), 17(1)(a) DSGVO.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.actor import system_actor
from crm.db import Compartment, Database
from crm.models.erasure import ErasureJob, ErasureStep, RetainedDocument
from crm.models.invoice import Invoice
from crm.privacy import audit, bound_rows, holds
from crm.privacy.actions import Action
from crm.privacy.documents import vouchers
from crm.privacy.documents.staying import is_obtained, stays
from crm.privacy.documents.vouchers import KEY, ROW
from crm.privacy.due_work import VOUCHERS, is_voucher
from crm.vault import Subject, SubjectState, Vault

_ACTOR: Final = system_actor("retention")
_AT_ONCE: Final = 200


def expire(database: Database, *, vault: Vault, today: date, clock: Callable[[], datetime]) -> Counter[str]:
    """Let every document go whose period ended before `today`; return by rule how many went.

    The key of an erased person who keeps no other document is destroyed first and the rows after it, each batch in a
    unit of work of its own: what a crash leaves is found again by the next run, and destroying twice changes nothing.
    """
    gone: Counter[str] = Counter()
    while keys := _next_keys(database, today):
        vault.destroy(keys, compartments=[Compartment.RECORD], clock=clock)
        with database.writing() as session:
            gone += _delete(session, _find_ended(session, today, keys), how=KEY, now=clock())
            gone += vouchers.erase(session, vouchers.find_ended(session, today, keys), how=KEY, actor=_ACTOR, now=clock())
    while True:
        with database.writing() as session:
            ended, invoices = _find_ended(session, today), vouchers.find_ended(session, today)
            gone += _delete(session, ended, how=ROW, now=clock())
            gone += vouchers.erase(session, invoices, how=ROW, actor=_ACTOR, now=clock())
        if not ended and not invoices:
            return gone


def count_over(session: Session, *, today: date) -> Counter[str]:
    """Return by rule how many documents and invoices the run of this day lets go."""
    columns = RetainedDocument
    papers = select(columns.rule, func.count()).where(columns.keep_until < today, ~stays(columns.subject_id, columns.rule, today))
    counts = Counter(dict(session.execute(papers.group_by(columns.rule)).all()))
    counts[VOUCHERS] += session.scalar(select(func.count()).where(vouchers.has_ended(today))) or 0
    return +counts


def count_held(session: Session, *, today: date) -> int:
    """Return how many documents and invoices have ended and stay, because they are under a hold."""
    return _count_ended(session, today, lambda subject_id, rule: holds.holds_thing(subject_id, rule, today))


def count_restricted(session: Session, *, today: date) -> int:
    """Return how many documents and invoices have ended and stay, because their person obtained that (Art. 18(1))."""
    return _count_ended(session, today, lambda subject_id, _rule: is_obtained(subject_id))


def _count_ended(session: Session, today: date, keeps: Callable[[holds.Text, holds.Text | str], ColumnElement[bool]]) -> int:
    columns = RetainedDocument
    papers = select(func.count()).where(columns.keep_until < today, keeps(columns.subject_id, columns.rule))
    invoices = select(func.count()).where(is_voucher(), Invoice.keep_until < today, keeps(Invoice.subject_id, VOUCHERS))
    return (session.scalar(papers) or 0) + (session.scalar(invoices) or 0)


def let_keys_go(database: Database, *, vault: Vault, subject_ids: Sequence[str], clock: Callable[[], datetime]) -> None:
    """Destroy the key of those of these people who have no document left, so that copies of their last ones go dark too.

    The people are locked meanwhile: whoever files a document just now waits and gets a new key. So nothing is waited
    for in there; what a reader of the key store's old pages delays is made up for afterwards.
    """
    candidates = sorted(vault.inspect().find_with_key(subject_ids, compartment=Compartment.RECORD))
    if not candidates:
        return
    with database.writing() as session:
        locked = session.scalars(select(Subject.id).where(Subject.id.in_(candidates)).order_by(Subject.id).with_for_update()).all()
        keeping = vouchers.find_keepers(session, locked)
        without = [each for each in locked if each not in keeping]
        if without:
            vault.destroy(without, compartments=[Compartment.RECORD], clock=clock, patience=0)
    vault.finish_destructions(clock=clock)


def _next_keys(database: Database, today: date) -> Sequence[str]:
    """Return erased people who have documents or invoices left, all of whose periods have ended.

    Whose state alone says so, and no erasure that was completed, keeps the key: a state can be written with SQL.
    """
    ended_ones = or_(
        Subject.id.in_(select(RetainedDocument.subject_id).where(RetainedDocument.keep_until < today)),
        Subject.id.in_(select(Invoice.subject_id).where(is_voucher(), Invoice.keep_until < today)),
    )
    is_held = stays(RetainedDocument.subject_id, RetainedDocument.rule, today)
    still_one = exists().where(RetainedDocument.subject_id == Subject.id, or_(RetainedDocument.keep_until >= today, is_held))
    was_erased = exists().where(ErasureJob.subject_id == Subject.id, ErasureJob.step == ErasureStep.DONE)
    ended = select(Subject.id).where(Subject.state == SubjectState.ERASED, ended_ones, was_erased, ~still_one)
    with database.reading() as session:
        return session.scalars(ended.where(~vouchers.still_one(Subject.id, today)).limit(_AT_ONCE)).all()


def _find_ended(session: Session, today: date, subject_ids: Sequence[str] | None = None) -> Sequence[tuple[str, str, str]]:
    """Return ended documents of these people, or of anybody who is not being erased just now: theirs go by key, next time.

    The people are locked, in the order of their ids as everywhere: the eraser, who asks next whether somebody has a
    document left, must not see one that is going just now, or their key would stay for nothing.
    """
    columns = RetainedDocument
    ended = select(columns.subject_id, columns.id, columns.rule).where(columns.keep_until < today)
    ended = ended.where(~stays(columns.subject_id, columns.rule, today))
    if subject_ids is None:
        ended = ended.join(Subject, Subject.id == columns.subject_id).where(Subject.state != SubjectState.ERASING)
        ended = ended.limit(_AT_ONCE).with_for_update(of=Subject)
    else:
        ended = ended.where(columns.subject_id.in_(subject_ids))
    return [(row.subject_id, row.id, row.rule) for row in session.execute(ended.order_by(columns.subject_id, columns.id))]


def _delete(session: Session, ended: Sequence[tuple[str, str, str]], *, how: str, now: datetime) -> Counter[str]:
    these = tuple_(RetainedDocument.subject_id, RetainedDocument.id).in_([each[:2] for each in ended])
    gone = bound_rows.erase(session, RetainedDocument, these) if ended else {}
    entries = [
        audit.Entry(
            action=Action.DOCUMENT_ERASED, subject_id=subject_id, kind=rule, result=how, rows=gone.get((subject_id, document_id), [])
        )
        for subject_id, document_id, rule in ended
    ]
    audit.record_all(session, entries, actor=_ACTOR, now=now)
    return Counter(rule for _subject_id, _id, rule in ended)
