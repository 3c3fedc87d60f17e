"""The page of an invoice: positions, payments, dunning, and how it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import CrmError, InvalidInputError
from crm.models.invoice import InvoiceSource
from crm.privacy.errors import PrivacyError, StaleVersionError
from crm.services.invoices import errors, settling
from crm.services.invoices.settling import HIGHEST_LEVEL, Payment
from crm.services.invoices.view import InvoiceView, open_view
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.money import money, parse_positive_amount, typed_money
from crm.site.view_models import FieldInput, Option
from crm.site.visitor import current_actor
from crm.web.desk import Desk, current_day, find_desk, open_posted_desk, strip_of
from crm.web.invoices.blueprint import bp
from crm.web.invoices.rows import make_rows
from crm.web.invoices.words import END_TITLES
from crm.web.names import full_name, name_fields
from crm.web.typed import typed_day, typed_fields, typed_line, typed_number


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an act was refused, and at which field it is said; what was typed stays."""

    sentence: str
    field: str
    typed: Mapping[str, str]


@bp.get("/invoices/<pseudonym:invoice_id>")
def show(invoice_id: str) -> ResponseReturnValue:
    """Show one invoice."""
    return _page(invoice_id)


@bp.post("/invoices/<pseudonym:invoice_id>/pay")
def pay(invoice_id: str) -> ResponseReturnValue:
    """Enter a payment."""

    def enter(db: Session, desk: Desk) -> None:
        cents, paid_on = parse_positive_amount(typed_line("amount"), field="amount"), typed_day("paid_on")
        if paid_on is None:
            raise errors.PaymentDayError(field="paid_on")
        settling.pay(db, invoice_id=invoice_id, payment=Payment(paid_on, cents), **_acting(desk))

    return _act(invoice_id, enter, _("Die Zahlung ist erfasst."))


@bp.post("/invoices/<pseudonym:invoice_id>/dun")
def dun(invoice_id: str) -> ResponseReturnValue:
    """Raise the dunning level."""
    return _act(invoice_id, lambda db, desk: settling.dun(db, invoice_id=invoice_id, **_acting(desk)), _("Die Mahnstufe ist erhöht."))


@bp.post("/invoices/<pseudonym:invoice_id>/end")
def end(invoice_id: str) -> ResponseReturnValue:
    """Cancel the invoice or write it off."""

    def enter(db: Session, desk: Desk) -> None:
        settling.end(db, invoice_id=invoice_id, ended_as=typed_line("ended_as"), **_acting(desk))

    return _act(invoice_id, enter, _("Die Rechnung ist nicht mehr offen."))


def _acting(desk: Desk) -> dict[str, Any]:
    return {"purpose": desk.purpose, "expected_version": typed_number("version"), "actor": desk.actor, "now": desk.now}


def _act(invoice_id: str, act: Callable[[Session, Desk], object], done: str) -> ResponseReturnValue:
    try:
        with current_runtime().database.writing() as db:
            act(db, open_posted_desk(db))
    except (InvalidInputError, PrivacyError, StaleVersionError) as error:
        return _page(invoice_id, _fault(error)), status_of(error)
    flash(done, "ok")
    return redirect(url_for(".show", invoice_id=invoice_id), code=303)


def _fault(error: CrmError) -> Fault:
    sentence = sentence_of(error)
    if isinstance(error, StaleVersionError):
        sentence = _("Inzwischen wurde an dieser Rechnung etwas geändert. Sehen Sie, was jetzt gilt, und versuchen Sie es noch einmal.")
    field = error.field if isinstance(error, InvalidInputError) and error.field else "page"
    return Fault(sentence, field, typed_fields(("amount", "paid_on", "ended_as")))


def _page(invoice_id: str, fault: Fault | None = None) -> str:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        desk = find_desk(db)
        purpose = desk.purpose if desk else None
        view = open_view(db, invoice_id=invoice_id, purpose=purpose, actor=current_actor(), now=runtime.clock.now())
    return render_template("invoices/show.html", **_context(view, desk, fault))


def _context(view: InvoiceView, desk: Desk | None, fault: Fault | None) -> dict[str, Any]:
    invoice, row = view.invoice, make_rows([view.shown])[0]
    return {
        "strip": strip_of(desk, shown=len(view.recipient) or (len(name_fields(desk)) if row.person else 0)) if desk else None,
        "name_fields": " ".join(name_fields(desk)) if desk else "",
        "purpose": desk.purpose.code if desk else "",
        "invoice": row,
        "invoice_id": invoice.id,
        "net": money(invoice.net_cents),
        "version": invoice.version,
        "positions": [(each.text, money(each.cents)) for each in view.positions] if view.positions is not None else None,
        "recipient": _envelope(view.recipient),
        "recipient_fields": " ".join(view.recipient),
        "is_copy": invoice.source == InvoiceSource.ERP,
        "keep_until": invoice.keep_until,
        "payments": [(each.paid_on, money(each.cents)) for each in view.payments],
        "dunning_level": invoice.dunning_level,
        "dunned_on": invoice.dunned_on,
        "is_open": invoice.is_open,
        "may_dun": invoice.due_on < current_day() and invoice.dunning_level < HIGHEST_LEVEL,
        "may_settle": may("invoices.pay") and invoice.is_open,
        "fields": _fields(view, fault),
        "wrong": fault.sentence if fault and fault.field == "page" else None,
    }


def _envelope(recipient: Mapping[str, str]) -> tuple[str, ...]:
    """Return name and address as they stand on an envelope."""
    place = " ".join(recipient[name] for name in ("postal_code", "city") if recipient.get(name))
    lines = (full_name(recipient) if recipient else "", recipient.get("street", ""), place, recipient.get("country", ""))
    return tuple(line for line in lines if line)


def _fields(view: InvoiceView, fault: Fault | None) -> dict[str, FieldInput]:
    owed = typed_money(max(view.invoice.gross_cents - view.invoice.paid_cents, 0))
    typed = fault.typed if fault else {}

    def field(name: str, title: str, usual: str, **more: Any) -> FieldInput:
        wrong = fault.sentence if fault and fault.field == name else None
        return FieldInput(name=name, title=title, value=typed.get(name) or usual, error=wrong, focus=wrong is not None, short=True, **more)

    ends = (Option("", _("bitte wählen")), *(Option(code, str(title)) for code, title in END_TITLES.items()))
    return {
        "amount": field("amount", _("Betrag in Euro"), owed, max_length=20),
        "paid_on": field("paid_on", _("Bezahlt am"), current_day().isoformat(), kind="date"),
        "ended_as": field("ended_as", _("Was geschieht"), "", kind="select", options=ends),
    }
