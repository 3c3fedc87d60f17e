"""One invoice in full view: positions by the door, payments, how far it was dunned."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.invoice import Invoice
from crm.privacy import work_texts
from crm.privacy.purposes import Purpose
from crm.services.invoices.entry import Position, get_invoice, place_of, read_positions
from crm.services.invoices.listing import KEEPS_BOOKS, ShownInvoice, show
from crm.services.invoices.settling import Payment, payments_of


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """Everything the page of an invoice shows; `positions` is None where they stand elsewhere or the door says no."""

    shown: ShownInvoice
    positions: tuple[Position, ...] | None
    payments: tuple[Payment, ...]

    @property
    def invoice(self) -> Invoice:
        return self.shown.invoice


def open_view(session: Session, *, invoice_id: str, purpose: Purpose | None, actor: Actor, now: datetime) -> InvoiceView:
    """Open one invoice; who does not keep the books sees those of companies, and no positions: they may name somebody.

    Raises:
        NotFoundError: there is none, or none that the reader may know of.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    invoice = get_invoice(session, invoice_id=invoice_id)
    keeps_books = actor.role in KEEPS_BOOKS
    if invoice.subject_id and not keeps_books:
        raise NotFoundError
    shown = show(session, [invoice], purpose=purpose, actor=actor, now=now)[0]
    texts = [(place_of(invoice.id, invoice.subject_id), invoice.sealed_positions)] if invoice.sealed_positions else []
    opened = (
        work_texts.open_allowed(session, texts=texts, purpose=purpose, actor=actor, now=now) if purpose and keeps_books and texts else {}
    )
    positions = read_positions(opened[invoice.id]) if invoice.id in opened else None
    return InvoiceView(shown, positions, payments_of(invoice))
