"""What somebody else changes on an open page appears without reload: the page asks now and then whether there is something new.

Every such page carries the address to ask, with the state it was made from; `live.js` asks and shows the page as it is now.
What a page asks by itself puts no idle time-out off (`crm.web.gates`).
"""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Flask, abort, g, request, url_for
from flask.typing import ResponseReturnValue

from crm.services.page_states import PageKind, find_state
from crm.site.access import may
from crm.site.installation import current_runtime
from crm.web.typed import chosen_id

bp = Blueprint("live", __name__)

BY_ITSELF: Final = "X-By-Itself"  # header of what a page asks without anybody having done anything

# Lists say that something has changed and offer to be loaded anew: rows that move by themselves would be lost to who reads them.
_LISTS: Final[Mapping[str, tuple[PageKind, str]]] = {
    "home.index": (PageKind.START, ""),
    "deals.listing": (PageKind.DEAL_LIST, ""),
    "activities.listing": (PageKind.ACTIVITIES, ""),
    "tickets.index": (PageKind.TICKETS, ""),
    "requests.index": (PageKind.REQUESTS, ""),
    "contacts.index": (PageKind.PEOPLE, ""),
    "companies.index": (PageKind.COMPANIES, ""),
    "deals.forecast": (PageKind.DEAL_LIST, ""),
    "reports.quarter": (PageKind.DEAL_LIST, ""),
    "invoices.index": (PageKind.INVOICES, ""),
    "campaigns.index": (PageKind.CAMPAIGNS, ""),
    "campaigns.show": (PageKind.CAMPAIGNS, ""),
    "exports.index": (PageKind.EXPORTS, ""),
    "holds.index": (PageKind.HOLDS, ""),
    "retention.index": (PageKind.CONCEPT, ""),
}
# What the pages are about, and which part of their address names it.
_PAGES: Final[Mapping[str, tuple[PageKind, str]]] = {
    "contacts.show": (PageKind.PERSON, "subject_id"),
    "contacts.edit": (PageKind.PERSON, "subject_id"),
    "companies.show": (PageKind.COMPANY, "company_id"),
    "companies.edit": (PageKind.COMPANY, "company_id"),
    "deals.show": (PageKind.DEAL, "deal_id"),
    "deals.edit": (PageKind.DEAL, "deal_id"),
    "deals.board": (PageKind.DEALS, ""),
    "activities.edit": (PageKind.ACTIVITY, "activity_id"),
    "tickets.show": (PageKind.TICKET, "ticket_id"),
    "tickets.edit": (PageKind.TICKET, "ticket_id"),
    "invoices.show": (PageKind.INVOICE, "invoice_id"),
    "requests.show": (PageKind.REQUEST, "case_id"),
    **_LISTS,
}


def install(app: Flask) -> None:
    """Let the pages of `app` know where to ask."""
    app.before_request(_remember_state)
    app.jinja_env.globals["live_url"] = live_url
    app.jinja_env.globals["live_offers"] = live_offers


def is_by_itself() -> bool:
    """Say whether a page asked this without anybody having done anything."""
    return BY_ITSELF in request.headers


def live_url() -> str | None:
    """Return where the page of this request asks whether it is still as it was; None where it does not ask."""
    address: str | None = g.get("live_url")
    return address


def live_offers() -> bool:
    """Say whether the page of this request offers to show what is new, instead of showing it by itself."""
    return request.endpoint in _LISTS


@bp.get("/live")
def look() -> ResponseReturnValue:
    """Say whether a page is as it was (204) or not (200, empty); only to who may open the page."""
    page = request.args.get("page", "")
    if page not in _PAGES or not may(page):
        abort(403)
    return ("", 204) if _state(page, chosen_id("item") or "") == request.args.get("state") else ""


def _remember_state() -> None:
    """Look before the view reads: what changes in between then counts as new, and is shown once more."""
    page = request.endpoint or ""
    if request.method != "GET" or page not in _PAGES:
        return
    item_id = (request.view_args or {}).get(_PAGES[page][1], "")
    g.live_url = url_for("live.look", page=page, item=item_id or None, state=_state(page, item_id))


def _state(page: str, item_id: str) -> str:
    with current_runtime().database.reading() as db:
        return find_state(db, _PAGES[page][0], item_id)
