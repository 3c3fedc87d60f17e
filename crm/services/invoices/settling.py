"""Invoices are paid, dunned, cancelled or written off; with their end the period of a copy begins (RET-15, dunned: RET-14)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.invoice import Invoice, InvoiceEnd
from crm.privacy import disclosure, due, due_work
from crm.privacy.actions import Action
from crm.privacy.errors import StaleVersionError
from crm.privacy.purposes import Purpose
from crm.services.invoices import errors
from crm.services.invoices.entry import enter, get_invoice

HIGHEST_LEVEL: Final = 4


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment."""

    paid_on: date
    cents: int


def payments_of(invoice: Invoice) -> tuple[Payment, ...]:
    """Return the payments of an invoice, from the first on."""
    return tuple(Payment(date.fromisoformat(day), int(cents)) for day, cents in json.loads(invoice.payments))


def pay(
    session: Session, *, invoice_id: str, payment: Payment, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Enter a payment; with the last cent the invoice is settled.

    Raises:
        NotOpenError, PaidTooMuchError, PaymentDayError: it cannot have been paid so.
        StaleVersionError: somebody else changed it since the page was opened.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    invoice = _require_open(session, invoice_id, purpose, actor)
    if not invoice.issued_on <= payment.paid_on <= _today(session, now):
        raise errors.PaymentDayError(field="paid_on")
    if not 0 < payment.cents <= invoice.gross_cents - invoice.paid_cents:
        raise errors.PaidTooMuchError(field="amount")
    paid = [*payments_of(invoice), payment]
    values: dict[str, Any] = {
        "paid_cents": invoice.paid_cents + payment.cents,
        "payments": json.dumps([[each.paid_on.isoformat(), each.cents] for each in paid]),
    }
    if values["paid_cents"] == invoice.gross_cents:
        values |= _end(InvoiceEnd.PAID, payment.paid_on)
    _write(session, invoice, expected_version, values, now)
    enter(session, Action.INVOICE_PAID, invoice.subject_id, purpose=purpose, actor=actor, now=now)


def dun(session: Session, *, invoice_id: str, purpose: Purpose, expected_version: int, actor: Actor, now: datetime) -> int:
    """Raise the dunning level of an invoice that is late, and return the new one.

    Raises:
        NotOpenError, NotDueYetError, DunnedEnoughError: there is nothing to dun, or nothing above.
        StaleVersionError: somebody else changed it since the page was opened.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    invoice, today = _require_open(session, invoice_id, purpose, actor), _today(session, now)
    if invoice.due_on >= today:
        raise errors.NotDueYetError
    if invoice.dunning_level >= HIGHEST_LEVEL:
        raise errors.DunnedEnoughError
    level = invoice.dunning_level + 1
    _write(session, invoice, expected_version, {"dunning_level": level, "dunned_on": today}, now)
    enter(session, Action.INVOICE_DUNNED, invoice.subject_id, purpose=purpose, actor=actor, now=now)
    return level


def end(session: Session, *, invoice_id: str, ended_as: str, purpose: Purpose, expected_version: int, actor: Actor, now: datetime) -> None:
    """Cancel an invoice that was wrong, or write off one that will not be paid.

    Raises:
        InvoiceEndError: it is neither.
        NotOpenError: it has ended already.
        StaleVersionError: somebody else changed it since the page was opened.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    if ended_as not in {InvoiceEnd.CANCELLED, InvoiceEnd.WRITTEN_OFF}:
        raise errors.InvoiceEndError(field="ended_as")
    invoice = _require_open(session, invoice_id, purpose, actor)
    _write(session, invoice, expected_version, _end(InvoiceEnd(ended_as), _today(session, now)), now)
    enter(session, Action.INVOICE_ENDED, invoice.subject_id, result=ended_as, purpose=purpose, actor=actor, now=now)


def _require_open(session: Session, invoice_id: str, purpose: Purpose, actor: Actor) -> Invoice:
    disclosure.require_role(purpose, actor)
    invoice = get_invoice(session, invoice_id=invoice_id)
    if not invoice.is_open:
        raise errors.NotOpenError
    return invoice


def _end(ended_as: InvoiceEnd, on: date) -> dict[str, Any]:
    return {"is_open": False, "settled_on": on, "ended_as": ended_as.value}


def _write(session: Session, invoice: Invoice, expected_version: int, values: Mapping[str, Any], now: datetime) -> None:
    mine = update(Invoice).where(Invoice.id == invoice.id, Invoice.version == expected_version)
    written = mine.values(**values, changed_at=now, version=expected_version + 1).returning(Invoice.id)
    if session.execute(written).first() is None:
        raise StaleVersionError
    session.refresh(invoice)
    due_work.refresh_invoice(session, invoice)


def _today(session: Session, now: datetime) -> date:
    return now.astimezone(due.zone_of(session)).date()
