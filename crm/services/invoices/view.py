"""One invoice in full view: positions by the door, payments, how far it was dunned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.invoice import Invoice
from crm.privacy import work_texts
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.services.invoices.entry import Position, get_invoice, place_of, read_positions, read_recipient, recipient_place
from crm.services.invoices.listing import KEEPS_BOOKS, ShownInvoice, show
from crm.services.invoices.settling import Payment, payments_of


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """Everything the page of an invoice shows.

    Attributes:
        positions: None where they stand elsewhere or the door says no.
        recipient: name and address as the document says them; empty where the ERP keeps it or the door says no.
    """

    shown: ShownInvoice
    positions: tuple[Position, ...] | None
    recipient: Mapping[str, str]
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
    places = place_of(invoice.id, invoice.subject_id), recipient_place(invoice.id, invoice.subject_id)
    sealed = zip(places, (invoice.sealed_positions, invoice.sealed_recipient), strict=True)
    contents = [(place, value) for place, value in sealed if value]
    opened: Mapping[WorkText, bytes] = {}
    if purpose and keeps_books and contents:
        opened = work_texts.open_contents(session, contents=contents, purpose=purpose, actor=actor, now=now)
    positions, recipient = (opened.get(place) for place in places)
    return InvoiceView(
        shown,
        read_positions(positions.decode()) if positions else None,
        read_recipient(recipient.decode()) if recipient else {},
        payments_of(invoice),
    )
