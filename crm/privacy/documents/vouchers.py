"""Invoices that are the document itself: under the duty like filed documents, each until the day in its row.

Source: Art. 17(3)(b) DSGVO; § 147 AO; § 257 HGB.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.actor import Actor
from crm.db import among
from crm.models.erasure import RetainedDocument
from crm.models.invoice import Invoice, InvoiceSource
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.documents.staying import stays
from crm.privacy.due_work import VOUCHERS, is_voucher
from crm.vault import Subject, SubjectState

_DOCUMENT, _INVOICE = RetainedDocument.__table__.c, Invoice.__table__.c
_AT_ONCE: Final = 200

# How a document went: its row, which backups keep until they expire, or its key, which reaches every copy at once.
ROW: Final = "row"
KEY: Final = "key"

_KEEPING: Final = union(
    select(_DOCUMENT.subject_id).where(among(_DOCUMENT.subject_id, "people")),
    select(_INVOICE.subject_id).where(among(_INVOICE.subject_id, "people"), _INVOICE.source == InvoiceSource.HERE.value),
)


def find_keepers(session: Session, subject_ids: Collection[str]) -> set[str]:
    """Return who of these people has something left under a duty, and so keeps the key of it."""
    return set(session.scalars(_KEEPING, {"people": subject_ids}))


def still_one(subject_id: ColumnElement[str] | InstrumentedAttribute[str], today: date) -> ColumnElement[bool]:
    """Return the condition that a person has an invoice left whose period still runs, or which stays for another reason."""
    left = or_(Invoice.keep_until >= today, stays(Invoice.subject_id, VOUCHERS, today))
    return select(Invoice.id).where(Invoice.subject_id == subject_id, is_voucher(), left).exists()


def has_ended(today: date) -> ColumnElement[bool]:
    """Return the condition that an invoice is over as a document and nothing keeps it."""
    return and_(is_voucher(), Invoice.keep_until < today, ~stays(Invoice.subject_id, VOUCHERS, today))


def find_ended(session: Session, today: date, subject_ids: Sequence[str] | None, *, besides: Collection[str]) -> Sequence[tuple[str, str]]:
    """Return person and id of ended invoices, of these people or of anybody who is not being erased just now, but of none `besides`.

    The people are locked, so that the eraser does not see one that is going just now as left.
    """
    ended: Select[str, str] = select(Subject.id, Invoice.id).join(Subject, Subject.id == Invoice.subject_id)
    ended = ended.where(has_ended(today), ~among(_INVOICE.subject_id, "besides"))
    if subject_ids is None:
        ended = ended.where(Subject.state != SubjectState.ERASING).limit(_AT_ONCE).with_for_update(of=Subject)
    else:
        ended = ended.where(Invoice.subject_id.in_(subject_ids))
    return [(row[0], row[1]) for row in session.execute(ended.order_by(Subject.id, Invoice.id), {"besides": besides})]


def erase(session: Session, gone: Sequence[tuple[str, str]], *, how: str, actor: Actor, now: datetime) -> Counter[str]:
    """Delete these invoices, with an entry each; return by rule how many went."""
    session.execute(delete(Invoice).where(Invoice.id.in_([invoice_id for _subject_id, invoice_id in gone])))
    entries = [
        audit.Entry(action=Action.INVOICE_ERASED, subject_id=subject_id, kind=VOUCHERS, result=how) for subject_id, _invoice_id in gone
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    return Counter({VOUCHERS: len(gone)} if gone else {})


def erase_of(session: Session, subject_id: str, *, recorded_until: datetime | None, actor: Actor, now: datetime) -> None:
    """Delete the invoices of one person, because a decision about their request says so.

    Args:
        recorded_until: when it was decided; about an invoice that was recorded since nobody has.
    """
    decided = select(Invoice.id).where(Invoice.subject_id == subject_id, is_voucher(), Invoice.created_at <= recorded_until)
    ids = session.scalars(decided).all()
    if ids:
        erase(session, [(subject_id, each) for each in ids], how=ROW, actor=actor, now=now)
