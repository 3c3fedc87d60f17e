"""The list of invoices: open, overdue, all."""

from contextlib import suppress

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.services.companies.names import find_names
from crm.services.invoices import listing as invoices
from crm.services.invoices.listing import InvoiceFilter, Scope
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.money import money
from crm.site.view_models import DealTab, PagerView
from crm.site.visitor import current_actor
from crm.web.desk import current_day, find_desk, strip_of
from crm.web.invoices.blueprint import bp
from crm.web.invoices.rows import make_rows
from crm.web.invoices.words import SCOPE_TITLES
from crm.web.names import name_fields
from crm.web.typed import chosen_id, filled


@bp.get("/invoices")
def index() -> ResponseReturnValue:
    """Show one page of invoices, the longest overdue first."""
    runtime, scope = current_runtime(), _scope()
    wanted = InvoiceFilter(scope=scope, company_id=chosen_id("company"), subject_id=chosen_id("person"), after=chosen_id("after"))
    with runtime.database.reading() as db:
        desk = find_desk(db)
        page = invoices.list_invoices(
            db,
            wanted=wanted,
            today=current_day(),
            purpose=desk.purpose if desk else None,
            actor=current_actor(),
            now=runtime.clock.now(),
        )
        company = find_names(db, {wanted.company_id}).get(wanted.company_id, _("Einzelunternehmen")) if wanted.company_id else None
    rows = make_rows(page.rows)
    names_somebody = desk is not None and any(row.person for row in rows)
    return render_template(
        "invoices/list.html",
        strip=strip_of(desk, shown=len(name_fields(desk)) if names_somebody else 0, per_person=True) if desk else None,
        name_fields=" ".join(name_fields(desk)) if desk else "",
        tabs=tuple(DealTab(str(title), _address(wanted, scope=each), each is scope) for each, title in SCOPE_TITLES.items()),
        company=company,
        every_url=url_for("invoices.index", show=scope.value),
        rows=rows,
        count=page.count,
        open_amount=money(page.open_cents),
        pager=PagerView(
            previous_url=_address(wanted, scope=scope) if wanted.after else None,
            next_url=_address(wanted, scope=scope, after=page.after) if page.after else None,
        ),
    )


def _scope() -> Scope:
    with suppress(ValueError):
        return Scope(request.args.get("show", Scope.OPEN))
    return Scope.OPEN


def _address(wanted: InvoiceFilter, *, scope: Scope, after: str | None = None) -> str:
    values = filled({"company": wanted.company_id, "person": wanted.subject_id, "after": after})
    return url_for("invoices.index", show=scope.value, **values)
