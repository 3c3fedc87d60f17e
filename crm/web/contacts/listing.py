"""The list of contacts: search as you type, filters, order, pages."""

from dataclasses import dataclass, replace

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.privacy.purposes import Purpose
from crm.search import IndexBuildingError
from crm.services.companies.listing import find_segments
from crm.services.contacts import exact, listing
from crm.services.contacts.listing import ContactFilter, ContactPage
from crm.services.staff_names import StaffNames, find_staff_names
from crm.site.htmx import is_fragment_request
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.contacts import company_filter, rows
from crm.web.contacts.blueprint import bp
from crm.web.contacts.chips import legend
from crm.web.contacts.company_filter import ChosenCompany
from crm.web.contacts.list_controls import (
    address_of,
    export_address_of,
    filters_of,
    pager_of,
    read_filter,
    sort_link,
)
from crm.web.desk import Desk, offers_of, open_desk, strip_of
from crm.web.index_building import polled_by_script, show_progress
from crm.web.names import name_fields
from crm.web.sealed_search import ARGUMENT, open_search


@bp.get("/contacts")
def index() -> ResponseReturnValue:
    """Show one page of the people that the purpose may use."""
    wanted = read_filter(text=open_search(request.args.get(ARGUMENT)))
    try:
        answer = _page(wanted)
    except IndexBuildingError as error:
        return _while_building(wanted, error)
    return ("", 200, {"HX-Redirect": address_of(wanted)}) if polled_by_script() else answer


@bp.post("/contacts/search")
def search() -> ResponseReturnValue:
    """Search and filter: rows for script, an address without words for everybody else."""
    company = company_filter.of_form(current_runtime().database)
    wanted = replace(read_filter(text=request.form.get("q", "")), company_id=company.id, after=None, before=None)
    address = address_of(wanted)
    is_fragment = is_fragment_request()
    if not is_fragment and not company.error:
        return redirect(address, code=303)
    try:
        return (_rows(wanted, company), 200, {"HX-Replace-Url": address}) if is_fragment else (_page(wanted, company), 422)
    except IndexBuildingError:
        return ("", 200, {"HX-Redirect": address}) if is_fragment else redirect(address, code=303)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a page of the list needs besides its frame."""

    desk: Desk
    page: ContactPage
    offers: list[tuple[Purpose, int]]
    staff: StaffNames


def _find(db: Session, wanted: ContactFilter) -> _Found:
    desk = open_desk(db)
    page = listing.list_contacts(db, wanted=wanted, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    offers = (
        []
        if page.rows
        else listing.count_for_other_purposes(db, wanted=wanted, purpose=desk.purpose, purposes=desk.purposes, actor=desk.actor)
    )
    return _Found(desk=desk, page=page, offers=offers, staff=find_staff_names(db))


def _rows(wanted: ContactFilter, company: ChosenCompany) -> str:
    with current_runtime().database.reading() as db:
        found = _find(db, wanted)
    return render_template("contacts/_rows.html", wrong_company=company.error, **_context(wanted, found))


def _page(wanted: ContactFilter, typed: ChosenCompany | None = None) -> str:
    """Return the whole page; `typed` is what a form says of the company, where it names none."""
    with current_runtime().database.reading() as db:
        found = _find(db, wanted)
        total = listing.count_all(db, purpose=found.desk.purpose)
        company = typed or company_filter.of_address(db)
        filters = filters_of(wanted, staff=found.staff, segments=find_segments(db))
    return _show(wanted, found, total=total, company_filter=company.view(), filters=filters)


def _show(wanted: ContactFilter, found: _Found, **frame: object) -> str:
    desk = found.desk
    strip = strip_of(
        desk, shown=len(rows.shown_fields(desk)) if found.page.rows else 0, per_person=True, note=_("ein Eintrag für die ganze Liste")
    )
    return render_template("contacts/list.html", strip=strip, q=wanted.text, wrong_company=None, **frame, **_context(wanted, found))


def _context(wanted: ContactFilter, found: _Found) -> dict[str, object]:
    page = found.page
    shown = rows.make_rows(found.desk, page.rows, found.staff.by_account)
    return {
        "hits": page.count,
        "hits_are_exact": page.count_is_exact,
        "searched": bool(wanted.text or wanted.company_id or wanted.owner_id or wanted.segment),
        "columns": rows.columns_of(found.desk),
        "name_fields": " ".join(name_fields(found.desk)),
        "legend": legend(shown),
        "rows": shown,
        "pager": pager_of(wanted, page),
        "sort_name": sort_link(wanted, "name"),
        "sort_last": sort_link(wanted, "activity"),
        "corrected": " ".join(page.corrected),
        "suggested": ", ".join(page.suggested),
        "offers": offers_of(found.offers),
        "list_url": address_of(wanted),
        "export_url": export_address_of(wanted),
        "sort": wanted.sort.value,
    }


def _while_building(wanted: ContactFilter, error: IndexBuildingError) -> ResponseReturnValue:
    """Show how far the index has come; a whole address or number is found without it."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        page = exact.list_by_address(db, text=wanted.text, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        if not page.rows:
            return show_progress(db, error, again_url=address_of(wanted))
        staff = find_staff_names(db)
        company = company_filter.of_address(db)
        filters = filters_of(wanted, staff=staff, segments=find_segments(db))
    found = _Found(desk=desk, page=page, offers=[], staff=staff)
    return _show(wanted, found, total=page.count, company_filter=company.view(), filters=filters)
