"""The list of companies; sole traders have a tab of their own, because each is a person."""

from dataclasses import dataclass, replace

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.privacy.errors import PurposeNotAllowedError
from crm.search import IndexBuildingError
from crm.services.companies import listing, sole_traders
from crm.services.companies.choosing import choice_title
from crm.services.companies.listing import CompanyFilter, CompanyPage, find_segments
from crm.services.staff_names import StaffNames, find_staff_names
from crm.site.htmx import is_fragment_request
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import CompanyRow
from crm.web.companies.blueprint import bp
from crm.web.companies.list_controls import (
    LEGAL_PERSONS,
    SOLE_TRADERS,
    address_of,
    chosen_tab,
    export_address_of,
    filters_of,
    pager_of,
    read_filter,
    sort_link,
    tabs_of,
)
from crm.web.desk import Desk, Offer, find_desk, offers_of, strip_of
from crm.web.index_building import polled_by_script, show_progress
from crm.web.sealed_search import ARGUMENT, open_search
from crm.web.typed import typed_line

_PERSONAL_COLUMNS = ("name", "city")  # of a sole trader


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    tab: str
    desk: Desk | None
    page: CompanyPage
    staff: StaffNames
    offers: tuple[Offer, ...] = ()


@bp.get("/companies")
def index() -> ResponseReturnValue:
    """Show one page of companies."""
    tab, wanted = chosen_tab(), read_filter(text=open_search(request.args.get(ARGUMENT)))
    runtime = current_runtime()
    try:
        with runtime.database.reading() as db:
            found = _find(db, tab, wanted)
            filters = filters_of(wanted, staff=found.staff, segments=find_segments(db))
    except IndexBuildingError as error:
        with runtime.database.reading() as db:
            return show_progress(db, error, again_url=address_of(tab, wanted))
    if polled_by_script():
        return "", 200, {"HX-Redirect": address_of(tab, wanted)}
    return render_template("companies/list.html", filters=filters, **_frame(wanted, found), **_context(wanted, found))


@bp.post("/companies/search")
def search() -> ResponseReturnValue:
    """Search and filter: rows for script, an address without words for everybody else."""
    tab, wanted = chosen_tab(), replace(read_filter(text=typed_line("q")), after=None, before=None)
    address = address_of(tab, wanted)
    if not is_fragment_request():
        return redirect(address, code=303)
    try:
        with current_runtime().database.reading() as db:
            found = _find(db, tab, wanted)
    except IndexBuildingError:
        return "", 200, {"HX-Redirect": address}
    return render_template("companies/_rows.html", **_context(wanted, found)), 200, {"HX-Replace-Url": address}


@bp.get("/companies/suggest")
def suggest() -> ResponseReturnValue:
    """Offer companies for what somebody types into a form; legal persons only."""
    with current_runtime().database.reading() as db:
        found = listing.suggest(db, text=typed_line("company"))
    return render_template("companies/_options.html", companies=[choice_title(each) for each in found])


def _find(db: Session, tab: str, wanted: CompanyFilter) -> _Found:
    desk = find_desk(db)
    staff = find_staff_names(db)
    if tab == LEGAL_PERSONS:
        return _Found(tab=tab, desk=desk, page=listing.list_companies(db, wanted=wanted), staff=staff)
    if desk is None:
        raise PurposeNotAllowedError
    page = sole_traders.list_sole_traders(db, wanted=wanted, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    counted = sole_traders.count_for_other_purposes(db, wanted=wanted, purpose=desk.purpose, purposes=desk.purposes, actor=desk.actor)
    return _Found(tab=tab, desk=desk, page=page, staff=staff, offers=() if page.rows else offers_of(counted))


def _frame(wanted: CompanyFilter, found: _Found) -> dict[str, object]:
    of_people = found.tab == SOLE_TRADERS and found.desk is not None
    note = _("ein Eintrag für die ganze Liste") if of_people else None
    shown = len(_PERSONAL_COLUMNS) if of_people and found.page.rows else 0
    strip = strip_of(found.desk, shown=shown, per_person=True, note=note) if found.desk else None
    return {"strip": strip, "total": found.page.count, "q": wanted.text, "tabs": tabs_of(found.tab) if found.desk else ()}


def _context(wanted: CompanyFilter, found: _Found) -> dict[str, object]:
    return {
        "hits": found.page.count,
        "searched": bool(wanted.text or wanted.segment or wanted.owner_id),
        "rows": tuple(
            CompanyRow(
                company_id=each.id,
                name=each.name or _("ohne Namen"),
                city=each.city or None,
                segment=each.segment,
                owner=found.staff.by_account.get(each.owner_id or ""),
                contacts=each.people,
                sole_trader=found.tab == SOLE_TRADERS,
            )
            for each in found.page.rows
        ),
        "pager": pager_of(found.tab, wanted, found.page),
        "sort_name": sort_link(found.tab, wanted),
        "tab": found.tab,
        "offers": found.offers,
        "list_url": address_of(found.tab, wanted),
        "export_url": export_address_of(found.tab, wanted),
    }
