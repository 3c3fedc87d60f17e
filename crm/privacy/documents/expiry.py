"""The end of the duty: documents go on the day after their period, and with an erased person's last one their key.

Those that a decision erases take the key with them too, once none is left.

Source: Art. 5(1)(e), 17(1)(a) DSGVO.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.actor import system_actor
from crm.db import Compartment, Database, among
from crm.models.erasure import ErasureJob, ErasureStep, RetainedDocument
from crm.models.invoice import Invoice
from crm.privacy import audit, bound_rows, due_work, holds, row_integrity
from crm.privacy.actions import Action
from crm.privacy.documents import vouchers
from crm.privacy.documents.staying import is_obtained, stays
from crm.privacy.documents.vouchers import KEY, ROW
from crm.privacy.due_work import VOUCHERS, is_voucher
from crm.vault import Subject, SubjectState, Vault

_ACTOR: Final = system_actor("retention")
_AT_ONCE: Final = 200
_DOCUMENTS: Final = frozenset({RetainedDocument.__tablename__})


Note = Callable[[Session, Counter[str]], None]


def _note_nothing(_session: Session, _gone: Counter[str]) -> None:
    """Count nothing: whoever asks goes by the number that is returned."""


def expire(database: Database, *, vault: Vault, today: date, clock: Callable[[], datetime], note: Note = _note_nothing) -> Counter[str]:
    """Let every document go whose period ended before `today`; return by rule how many went.

    The key of an erased person who keeps no other document is destroyed first and the rows after it, each batch in a
    unit of work of its own: what a crash leaves is found again by the next run, and destroying twice changes nothing.
    Of whom a document was changed past the program, all stay: nothing is destroyed on its word.

    Args:
        note: told in each of these units of work how many go by which rule.
    """
    gone: Counter[str] = Counter()
    with database.writing() as session:
        due_work.put_back(session)
    with database.reading() as session:
        doubtful = find_changed(session, today=today)
    while keys := _next_keys(database, today, doubtful):
        vault.destroy(keys, compartments=[Compartment.RECORD], clock=clock)
        gone += _let_go(database, today, clock(), keys, doubtful, note)
    while went := _let_go(database, today, clock(), None, doubtful, note):
        gone += went
    return gone


def _let_go(
    database: Database, today: date, now: datetime, keys: Sequence[str] | None, doubtful: Collection[str], note: Note
) -> Counter[str]:
    """Delete the ended documents and invoices of these people, whose keys are gone, or the next ones of anybody."""
    how = ROW if keys is None else KEY
    with database.writing() as session:
        gone = _delete(session, _find_ended(session, today, keys, doubtful), how=how, now=now)
        invoices = vouchers.find_ended(session, today, keys, besides=doubtful)
        gone += vouchers.erase(session, invoices, how=how, actor=_ACTOR, now=now)
        note(session, gone)
    return gone


def find_changed(session: Session, *, today: date) -> set[str]:
    """Return the people of whom a document has ended and one is not what the log says."""
    owners = session.scalars(select(RetainedDocument.subject_id).where(RetainedDocument.keep_until < today).distinct()).all()
    return row_integrity.find_changed(session, owners, tables=_DOCUMENTS) if owners else set()


def count_over(session: Session, *, today: date) -> Counter[str]:
    """Return by rule how many documents and invoices the run of this day lets go."""
    columns, besides = RetainedDocument, {"besides": find_changed(session, today=today)}
    papers = select(columns.rule, func.count()).where(columns.keep_until < today, ~stays(columns.subject_id, columns.rule, today))
    papers = papers.where(~among(columns.__table__.c.subject_id, "besides"))
    counts = Counter(dict(session.execute(papers.group_by(columns.rule), besides).all()))
    invoices = select(func.count()).where(vouchers.has_ended(today), ~among(Invoice.__table__.c.subject_id, "besides"))
    counts[VOUCHERS] += session.scalar(invoices, besides) or 0
    return +counts


def count_changed(session: Session, *, today: date) -> int:
    """Return how many documents and invoices have ended and stay, because one of their person was changed past the program."""
    doubtful = find_changed(session, today=today)
    return _count_ended(session, today, lambda subject_id, _rule: subject_id.in_(doubtful)) if doubtful else 0


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


def _next_keys(database: Database, today: date, doubtful: Collection[str]) -> Sequence[str]:
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
    ended = ended.where(~vouchers.still_one(Subject.id, today), ~among(Subject.__table__.c.id, "besides"))
    with database.reading() as session:
        return session.scalars(ended.limit(_AT_ONCE), {"besides": doubtful}).all()


def _find_ended(
    session: Session, today: date, subject_ids: Sequence[str] | None, doubtful: Collection[str]
) -> Sequence[tuple[str, str, str]]:
    """Return ended documents of these people, or of anybody who is not being erased just now: theirs go by key, next time.

    The people are locked, in the order of their ids as everywhere: the eraser, who asks next whether somebody has a
    document left, must not see one that is going just now, or their key would stay for nothing.
    """
    columns = RetainedDocument
    ended = select(columns.subject_id, columns.id, columns.rule).where(columns.keep_until < today)
    ended = ended.where(~stays(columns.subject_id, columns.rule, today), ~among(columns.__table__.c.subject_id, "besides"))
    if subject_ids is None:
        ended = ended.join(Subject, Subject.id == columns.subject_id).where(Subject.state != SubjectState.ERASING)
        ended = ended.limit(_AT_ONCE).with_for_update(of=Subject)
    else:
        ended = ended.where(columns.subject_id.in_(subject_ids))
    ended = ended.order_by(columns.subject_id, columns.id)
    return [(row.subject_id, row.id, row.rule) for row in session.execute(ended, {"besides": doubtful})]


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
