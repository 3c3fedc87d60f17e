"""Controls of the list of contacts: filters, order, pages, and the addresses they lead to."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from flask import request, url_for

from crm.search import Sort
from crm.services.contacts.listing import ContactFilter, ContactPage, ListedContact
from crm.services.staff_names import StaffNames
from crm.site.access import may
from crm.site.i18n import _, number
from crm.site.view_models import PagerView, SelectView, SortLink
from crm.web.names import name_in_list
from crm.web.sealed_search import ARGUMENT, LONGEST, seal_search
from crm.web.selects import select_of
from crm.web.typed import filled, typed_line

_ORDERS: Final = {"name": (Sort.NAME, Sort.NAME_DESCENDING), "activity": (Sort.ACTIVITY, Sort.ACTIVITY_DESCENDING)}


def read_filter(*, text: str) -> ContactFilter:
    """Return what the list is narrowed to, from address or form; a form names the company in words, see `company_filter`."""
    order = typed_line("sort")
    return ContactFilter(
        text=" ".join(text.split())[:LONGEST],
        company_id=typed_line("company") or None,
        owner_id=typed_line("owner") or None,
        segment=typed_line("segment") or None,
        sort=Sort(order) if order in set(Sort) else Sort.NAME,
        after=request.values.get("after") or None,
        before=request.values.get("before") or None,
    )


def address_of(wanted: ContactFilter) -> str:
    """Return the address of this list; its words are sealed."""
    return url_for("contacts.index", **_arguments(wanted))


def export_address_of(wanted: ContactFilter) -> str | None:
    """Return the address that exports this list from its first page on; None for whoever exports nothing."""
    if not may("exports.new"):
        return None
    return url_for("exports.new", kind="contacts", **_arguments(replace(wanted, after=None, before=None)))


def _arguments(wanted: ContactFilter) -> dict[str, Any]:
    values = {
        ARGUMENT: seal_search(wanted.text),
        "company": wanted.company_id,
        "owner": wanted.owner_id,
        "segment": wanted.segment,
        "sort": wanted.sort.value if wanted.sort is not Sort.NAME else None,
        "after": wanted.after,
        "before": wanted.before,
    }
    return filled(values)


def sort_link(wanted: ContactFilter, column: Literal["name", "activity"]) -> SortLink:
    """Return the heading of a column: sorts by it, and the other way round once it does."""
    rising, falling = _ORDERS[column]
    preferred = rising if column == "name" else falling  # the latest contacts first
    turned = {rising: falling, falling: rising}.get(wanted.sort, preferred)
    url = address_of(replace(wanted, sort=turned, after=None, before=None))
    direction: Literal["ascending", "descending"] | None = None
    if wanted.sort in _ORDERS[column]:
        direction = "ascending" if wanted.sort is rising else "descending"
    return SortLink(url=url, direction=direction)


def pager_of(wanted: ContactFilter, page: ContactPage) -> PagerView:
    """Return the way to the neighbouring pages, and where we are."""
    return PagerView(
        previous_url=address_of(replace(wanted, after=None, before=page.before)) if page.before else None,
        next_url=address_of(replace(wanted, after=page.after, before=None)) if page.after else None,
        position=_position(page.rows),
    )


def _position(listed: Sequence[ListedContact]) -> str:
    if not listed:
        return ""
    first, last = (name_in_list(each.person.fields).split(",")[0] for each in (listed[0], listed[-1]))
    return _("%(first)s bis %(last)s, %(count)s auf dieser Seite", first=first, last=last, count=number(len(listed)))


def filters_of(wanted: ContactFilter, *, staff: StaffNames, segments: Sequence[str]) -> tuple[SelectView, ...]:
    """Return the filters above the list, besides the company."""
    owners = dict(staff.owners)
    if wanted.owner_id and wanted.owner_id in staff.by_account:
        owners.setdefault(wanted.owner_id, staff.by_account[wanted.owner_id])
    return (
        select_of("owner", _("Betreuung"), owners, wanted.owner_id),
        select_of("segment", _("Segment"), {each: each for each in segments}, wanted.segment),
    )
