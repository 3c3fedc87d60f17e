"""Invoices as lists show them, on their own page, on that of a company and on the call screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from crm.db import Session
from crm.services.invoices.listing import KEEPS_BOOKS, ShownInvoice, find_of_customer
from crm.services.work_customers import NOBODY
from crm.site.access import may
from crm.site.addresses import addresses_by_id
from crm.site.money import money
from crm.site.view_models import InvoiceRow
from crm.site.visitor import current_actor
from crm.web.customers import customer_addresses, person_name
from crm.web.desk import current_day
from crm.web.invoices.words import SOURCE_TITLES, standing_of


def make_rows(found: Sequence[ShownInvoice]) -> tuple[InvoiceRow, ...]:
    """Return the rows of a page."""
    url = addresses_by_id("invoices.show", "invoice_id") if may("invoices.show") else None
    customer_urls, today = customer_addresses(), current_day()
    rows = []
    for each in found:
        invoice = each.invoice
        company_url, person_url = customer_urls(each.customer)
        rows.append(
            InvoiceRow(
                number=invoice.number,
                url=url(invoice.id) if url else None,
                company=each.customer.company,
                company_url=company_url,
                person=person_name(each.customer),
                person_url=person_url,
                issued_on=invoice.issued_on,
                due_on=invoice.due_on,
                amount=money(invoice.gross_cents),
                open_amount=money(invoice.gross_cents - invoice.paid_cents) if invoice.is_open else "–",
                standing=standing_of(invoice, today),
                source=str(SOURCE_TITLES[invoice.source]),
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class InvoicesOf:
    """The invoices of a customer on their own page."""

    rows: tuple[InvoiceRow, ...]
    all_url: str
    new_url: str | None


def invoices_of(db: Session, *, company_id: str | None = None, subject_id: str | None = None) -> InvoicesOf | None:
    """Return the invoices of a person, or of a company that is none; None where the reader's role sees none of theirs."""
    if not may("invoices.index") or (subject_id and current_actor().role not in KEEPS_BOOKS):
        return None
    found = find_of_customer(db, company_id=company_id, subject_id=subject_id)
    whose = {"person": subject_id} if subject_id else {"company": company_id}
    new_url = url_for("invoices.new", **whose) if may("invoices.new") else None
    return InvoicesOf(make_rows([ShownInvoice(each, NOBODY) for each in found]), url_for("invoices.index", show="all", **whose), new_url)
