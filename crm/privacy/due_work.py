"""When tickets and invoices about people go: with the period that begins as they end, and before it as long as they are open.

An invoice that is the document itself (`InvoiceSource.HERE`) has its day in its own row, because it may outlive the person.

Source: Art. 5(1)(e), 17(3)(b),(e) DSGVO; Löschkonzept, RET-10, RET-14, RET-15, RET-16.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from crm.db import insert_rows
from crm.models.invoice import Invoice, InvoiceSource
from crm.models.retention import DueKind, RetentionDue
from crm.models.ticket import Ticket
from crm.privacy.periods import RetentionRule, due_on
from crm.privacy.retention_rules import Rules, find_rules

TICKETS: Final = "RET-16"
COPIES: Final = "RET-15"
DUNNED: Final = "RET-14"
VOUCHERS: Final = "RET-10"
KINDS: Final = (DueKind.TICKET, DueKind.INVOICE)

# Built once, because the nightly control asks these of everybody.
_THESE: BindParameter[Any] = bindparam("subject_ids", expanding=True)
_TICKET, _INVOICE, _DUE = Ticket.__table__.c, Invoice.__table__.c, RetentionDue.__table__.c
_CLOSED = select(_TICKET.subject_id, _TICKET.id, _TICKET.closed_at).where(_TICKET.subject_id.in_(_THESE), _TICKET.closed_at.is_not(None))
_SETTLED = select(_INVOICE.subject_id, _INVOICE.id, _INVOICE.settled_on, _INVOICE.dunning_level).where(
    _INVOICE.subject_id.in_(_THESE), _INVOICE.settled_on.is_not(None), _INVOICE.source == InvoiceSource.ERP.value
)
_FORGET = delete(cast("Table", RetentionDue.__table__)).where(_DUE.kind.in_([each.value for each in KINDS]), _DUE.subject_id.in_(_THESE))
_FORGET_ONE = delete(cast("Table", RetentionDue.__table__)).where(
    _DUE.kind == bindparam("of_kind"), _DUE.subject_id == bindparam("of_subject"), _DUE.object_id == bindparam("of_object")
)


def is_voucher() -> ColumnElement[bool]:
    """Return the condition that an invoice is the document itself, about a person."""
    return (_INVOICE.source == InvoiceSource.HERE.value) & _INVOICE.subject_id.is_not(None)


def keep_until(session: Session, issued_on: date) -> date:
    """Return the last day of the duty to keep an invoice.

    Source: § 147(1) Nr. 4, (3) AO; § 257(1) Nr. 4, (4) HGB.
    """
    return due_on(find_rules(session)[VOUCHERS], issued_on)


def find_moved(session: Session) -> list[str]:
    """Return the invoices that are the document itself whose last day is not the one that the rule gives."""
    pairs = _find_wrong_days(session)
    return [
        each for pair in pairs for each in session.scalars(select(_INVOICE.id).where(is_voucher(), *_of_pair(*pair)).order_by(_INVOICE.id))
    ]


def put_back(session: Session) -> None:
    """Give the invoices that are the document itself the last day that the rule gives."""
    for issued_on, kept_until in _find_wrong_days(session):
        wrong = update(cast("Table", Invoice.__table__)).where(is_voucher(), *_of_pair(issued_on, kept_until))
        session.execute(wrong.values(keep_until=keep_until(session, issued_on)))


def _find_wrong_days(session: Session) -> list[tuple[date, date | None]]:
    days = session.execute(select(_INVOICE.issued_on, _INVOICE.keep_until).where(is_voucher()).distinct())
    return [(issued_on, kept_until) for issued_on, kept_until in days if kept_until != keep_until(session, issued_on)]


def _of_pair(issued_on: date, kept_until: date | None) -> tuple[ColumnElement[bool], ...]:
    return _INVOICE.issued_on == issued_on, _INVOICE.keep_until.is_(None) if kept_until is None else _INVOICE.keep_until == kept_until


def refresh_ticket(session: Session, ticket: Ticket, *, zone: ZoneInfo) -> None:
    """Compute the day of a ticket anew, in the transaction that closes or reopens it; one about a company alone has none."""
    if ticket.subject_id:
        row = _ticket_row(find_rules(session), ticket.subject_id, ticket.id, ticket.closed_at, zone) if ticket.closed_at else None
        _replace(session, DueKind.TICKET, ticket.subject_id, ticket.id, row)


def refresh_invoice(session: Session, invoice: Invoice) -> None:
    """Compute the day of an invoice anew, in the transaction that ends or reopens it; one about a company alone has none."""
    if invoice.subject_id and invoice.source == InvoiceSource.ERP:
        ended_on, level = invoice.settled_on, invoice.dunning_level
        row = _invoice_row(find_rules(session), invoice.subject_id, invoice.id, ended_on, level) if ended_on else None
        _replace(session, DueKind.INVOICE, invoice.subject_id, invoice.id, row)


def compute(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the rows that should be there for tickets and invoices about these people."""
    these, rules = {"subject_ids": list(subject_ids)}, find_rules(session)
    closed = [_ticket_row(rules, *row, zone) for row in session.execute(_CLOSED, these)]
    settled = [_invoice_row(rules, *row) for row in session.execute(_SETTLED, these)]
    return [*closed, *settled]


def refresh_all_of(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo) -> None:
    """Compute the days of all tickets and invoices about these people anew."""
    session.execute(_FORGET, {"subject_ids": list(subject_ids)})
    insert_rows(session.connection(), RetentionDue, compute(session, subject_ids, zone=zone))


def _replace(session: Session, kind: DueKind, subject_id: str, object_id: str, row: Mapping[str, Any] | None) -> None:
    session.execute(_FORGET_ONE, {"of_kind": kind.value, "of_subject": subject_id, "of_object": object_id})
    insert_rows(session.connection(), RetentionDue, [dict(row)] if row else [])


def _ticket_row(rules: Rules, subject_id: str, ticket_id: str, closed_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return _row(DueKind.TICKET, subject_id, ticket_id, rules[TICKETS], closed_at.astimezone(zone).date())


def _invoice_row(rules: Rules, subject_id: str, invoice_id: str, settled_on: date, dunning_level: int) -> dict[str, Any]:
    return _row(DueKind.INVOICE, subject_id, invoice_id, rules[DUNNED if dunning_level else COPIES], settled_on)


def _row(kind: DueKind, subject_id: str, object_id: str, rule: RetentionRule, started_on: date) -> dict[str, Any]:
    return {
        "subject_id": subject_id,
        "kind": kind.value,
        "object_id": object_id,
        "rule": rule.code,
        "started_on": started_on,
        "due_on": due_on(rule, started_on),
    }
