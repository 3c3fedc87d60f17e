"""Recording an invoice by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.privacy.errors import FieldWithoutPurposeError, PrivacyError
from crm.privacy.retention_rules import find_frame
from crm.services.companies.choosing import choice_title, choose_company
from crm.services.companies.entry import find_company
from crm.services.forms import new_form_token, save_once
from crm.services.invoices import entry as invoices
from crm.services.invoices.entry import MOST_POSITIONS, InvoiceEntry, Position
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.money import parse_amount, parse_positive_amount
from crm.site.view_models import PersonPicker
from crm.web.belonging import raised
from crm.web.desk import Desk, open_desk, posted_purpose, require_posted_purpose, strip_of
from crm.web.invoices.blueprint import bp
from crm.web.invoices.form_fields import TypedInvoice, fieldsets_of, typed_invoice
from crm.web.names import name_fields
from crm.web.picking import is_asked, make_picker, typed_picker
from crm.web.typed import chosen_id, typed_day

_USUAL_TERM: Final = timedelta(days=14)
_BETWEEN: Final = "|"


class PositionLineError(InvalidInputError):
    """A line that is no position."""

    message = "Zeile %(line)s: Schreiben Sie Text und Nettobetrag mit einem senkrechten Strich dazwischen: Wartung Herbst | 1.200,00."


class TooManyPositionsError(InvalidInputError):
    """More lines than a note about an invoice needs."""

    message = "Das sind mehr als %(most)s Zeilen. Fassen Sie Positionen zusammen; die Rechnung selbst nennt sie einzeln."


@bp.get("/invoices/new")
def new() -> ResponseReturnValue:
    """Show an empty form, or one about the company or person whose page it was opened from."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        company, person = find_company(db, company_id=chosen_id("company") or ""), chosen_id("person") or ""
        fields = {
            "source": find_frame(db).system_of_record.value,  # as the Löschkonzept says where invoices are kept themselves
            "company": choice_title(company) if company and company.name else "",
            "issued_on": desk.today.isoformat(),
            "due_on": (desk.today + _USUAL_TERM).isoformat(),
        }
        picker = make_picker(db, desk, value=person)
    return _form(desk, TypedInvoice(fields=fields, token=new_form_token()), picker)


@bp.post("/invoices/new")
def create() -> ResponseReturnValue:
    """Record the invoice."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_invoice()
        entry, errors = _check(db, desk, typed)
        picker = typed_picker(db, desk)
    if errors or is_asked():
        shown = typed.with_fields(person=picker.value)
        return _form(desk, shown, picker, errors={} if is_asked() else errors), 200 if is_asked() else 422

    def save() -> str:
        with current_runtime().database.writing() as writing:
            form = typed.sent(desk.purpose.code)
            return invoices.record(writing, entry=entry, form=form, purpose=desk.purpose, actor=desk.actor, now=desk.now)

    try:
        invoice_id = save_once(save)
    except (PrivacyError, FieldWithoutPurposeError) as error:
        return _form(desk, typed, picker, error=sentence_of(error)), status_of(error)
    flash(_("Die Rechnung ist erfasst."), "ok")
    return redirect(url_for(".show", invoice_id=invoice_id), code=303)


def _check(db: Session, desk: Desk, typed: TypedInvoice) -> tuple[InvoiceEntry, dict[str, str]]:
    """Return what the use cases take, and every mistake by field."""
    faults: list[InvalidInputError] = [*raised(lambda: require_posted_purpose(desk))]
    entry = InvoiceEntry(
        number=typed["number"],
        source=typed["source"],
        company_id=None,
        subject_id=typed["person"] or None,
        issued_on=typed_day("issued_on"),
        due_on=typed_day("due_on"),
        net_cents=0,
        gross_cents=0,
    )
    try:
        entry = replace(entry, company_id=choose_company(db, text=typed["company"]))
    except InvalidInputError as fault:
        faults.append(fault)
    try:
        entry = replace(
            entry,
            net_cents=parse_amount(typed["net"], field="net"),
            gross_cents=parse_positive_amount(typed["gross"], field="gross"),
            positions=_positions(typed["positions"]),
        )
    except InvalidInputError as fault:
        faults.append(fault)
    faults += invoices.check(db, entry, today=desk.today)
    return entry, {fault.field or "number": sentence_of(fault) for fault in reversed(faults)}


def _positions(text: str) -> tuple[Position, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_POSITIONS:
        raise TooManyPositionsError(field="positions", most=MOST_POSITIONS)
    return tuple(_position(number, line) for number, line in enumerate(lines, start=1))


def _position(number: int, line: str) -> Position:
    text, bar, amount = line.rpartition(_BETWEEN)
    try:
        cents = parse_amount(amount, field="positions")
    except InvalidInputError as fault:
        raise PositionLineError(field="positions", line=number) from fault
    if not bar or not text.strip():
        raise PositionLineError(field="positions", line=number)
    return Position(text.strip(), cents)


def _form(
    desk: Desk, typed: TypedInvoice, picker: PersonPicker, *, errors: Mapping[str, str] | None = None, error: str | None = None
) -> str:
    wrong = errors or {}
    shows_name = len(picker.options) > 1 or bool(picker.value)
    return render_template(
        "invoices/edit.html",
        strip=strip_of(desk, shown=len(name_fields(desk)) if shows_name else 0, per_person=True),
        name_fields=" ".join(name_fields(desk)) if shows_name else "",
        purpose=desk.purpose.code,
        picker=replace(picker, error=picker.error or wrong.get("person")),
        fieldsets=fieldsets_of(typed, wrong),
        error=error or wrong.get("purpose"),
    )
