"""The fields of the form for an invoice, and what was typed into them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import request, url_for

from crm.models.invoice import InvoiceSource
from crm.services.forms import SentForm
from crm.services.invoices.entry import LONGEST_NUMBER
from crm.site.i18n import _, _l
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.web.invoices.words import SOURCE_TITLES
from crm.web.selects import with_chosen
from crm.web.typed import typed_fields, typed_text

TITLES: Final = {
    "number": _l("Rechnungsnummer"),
    "source": _l("Wo liegt das Original?"),
    "company": _l("Firma"),
    "issued_on": _l("Ausgestellt am"),
    "due_on": _l("Fällig am"),
    "net": _l("Netto in Euro"),
    "gross": _l("Brutto in Euro"),
    "positions": _l("Positionen"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedInvoice:
    """What is in the form."""

    fields: Mapping[str, str]
    token: str = ""

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def with_fields(self, **fields: str) -> "TypedInvoice":
        """Return the form with other contents in these fields."""
        return replace(self, fields={**self.fields, **fields})

    def sent(self, purpose: str) -> SentForm:
        """Return the new invoice as a form that may come twice."""
        return SentForm(self.token, {**self.fields, "purpose": purpose})


def typed_invoice() -> TypedInvoice:
    """Return what this request sent."""
    lines = typed_fields(name for name in (*TITLES, "person") if name != "positions")
    return TypedInvoice(fields={**lines, "positions": typed_text("positions")}, token=request.form.get("token", ""))


def fieldsets_of(typed: TypedInvoice, errors: Mapping[str, str]) -> tuple[FieldSet, ...]:
    """Return which invoice it is, for what, and by when it is paid."""
    sources = tuple(Option(code, str(SOURCE_TITLES[code])) for code in InvoiceSource)
    kept = _("Eine Kopie geht ein Jahr nach dem Ausgleich. Liegt das Original hier, bleibt es acht Jahre (§ 147 AO).")
    which = (
        _input(typed, errors, "number", required=True, short=True, max_length=LONGEST_NUMBER),
        _input(typed, errors, "source", kind="select", options=with_chosen(sources, typed["source"]), hint=kept),
        _input(typed, errors, "company", kind="suggest", suggest_url=url_for("companies.suggest"), hint=_("Anfang des Namens tippen.")),
    )
    figures = (
        _input(typed, errors, "issued_on", kind="date", short=True, required=True),
        _input(typed, errors, "due_on", kind="date", short=True, required=True),
        _input(typed, errors, "net", short=True, required=True, max_length=20),
        _input(typed, errors, "gross", short=True, required=True, max_length=20),
        _input(
            typed,
            errors,
            "positions",
            kind="textarea",
            hint=_("Eine je Zeile, der Nettobetrag nach einem senkrechten Strich: Wartung Herbst | 1.200,00. Darf leer bleiben."),
        ),
        FieldInput(name="token", title="", value=typed.token, kind="hidden"),
    )
    return (FieldSet(title=_("Rechnung"), fields=which), FieldSet(title=_("Beträge und Tage"), fields=figures))


def _input(typed: TypedInvoice, errors: Mapping[str, str], name: str, **more: Any) -> FieldInput:
    return FieldInput(name=name, title=str(TITLES[name]), value=typed[name], error=errors.get(name), **more)
