"""Invoices of the ERP, which is where they are kept: a copy for the phone and for accounting, without positions (RET-15).

Source: Art. 5(1)(c), (e) DSGVO.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from crm.models.invoice import InvoiceEnd, InvoiceSource
from crm.services.imports.rows import Reason, WorkRow
from crm.services.imports.work.draft import Basis, Draft

_LONGEST_NUMBER: Final = 40  # characters


def draft_invoice(row: WorkRow, basis: Basis) -> Draft:
    """Return what a row about an invoice becomes."""
    made, values = Draft(), row.values
    number, issued_on = values.get("number", ""), values.get("issued_on")
    gross, net = values.get("gross", values.get("net")), values.get("net", values.get("gross"))
    if not number or len(number) > _LONGEST_NUMBER:
        made.refused = Reason.INVOICE_NUMBER_MISSING
    elif issued_on is None or issued_on > basis.today:
        made.refused = Reason.INVOICE_DAY_MISSING
    elif gross is None or Reason.AMOUNT_INVALID in row.remarks:
        made.refused = Reason.AMOUNT_INVALID
    elif net > gross:
        made.refused = Reason.INVOICE_NET_ABOVE_GROSS
    else:
        made.columns = {"number": number, "issued_on": issued_on, "net_cents": net, "gross_cents": gross}
        made.columns |= _columns(made, values, issued_on, gross, basis.today)
    return made


def _columns(made: Draft, values: Mapping[str, Any], issued_on: date, gross: int, today: date) -> dict[str, Any]:
    due_on = values.get("due_on")
    if due_on is None or due_on < issued_on:
        made.remark(Reason.DAY_MISSING)
        due_on = issued_on
    cancelled = bool(values.get("cancelled"))
    if values.get("paid", 0) > gross:
        made.remark(Reason.INVOICE_OVERPAID)
    paid = min(values.get("paid", gross if "settled_on" in values and not cancelled else 0), gross)
    ended = InvoiceEnd.CANCELLED if cancelled else InvoiceEnd.PAID if paid >= gross else None
    if ended is None and "settled_on" in values:
        ended = InvoiceEnd.WRITTEN_OFF
    settled_on = min(max(values.get("settled_on", due_on), issued_on), today) if ended else None
    return {
        "source": InvoiceSource.ERP.value,
        "due_on": due_on,
        "paid_cents": paid,
        "settled_on": settled_on,
        "ended_as": ended.value if ended else None,
        "keep_until": None,
        "is_open": ended is None,
        "dunning_level": values.get("dunning_level", 0),
    }
