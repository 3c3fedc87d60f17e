"""Controls of the list of companies: tabs, filters, order, pages, and the addresses they lead to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import request, url_for

from crm.services.companies.listing import CompanyFilter, CompanyPage
from crm.services.staff_names import StaffNames
from crm.site.access import may
from crm.site.i18n import _, number
from crm.site.view_models import PagerView, SelectView, SortLink
from crm.web.sealed_search import ARGUMENT, LONGEST, seal_search
from crm.web.selects import select_of
from crm.web.typed import filled, typed_line

LEGAL_PERSONS: Final = "legal"
SOLE_TRADERS: Final = "sole"


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the two lists."""

    title: str
    url: str
    current: bool


def chosen_tab() -> str:
    """Return which list is wanted."""
    return SOLE_TRADERS if request.values.get("tab") == SOLE_TRADERS else LEGAL_PERSONS


def tabs_of(tab: str) -> tuple[Tab, ...]:
    """Return the two lists."""
    titles = {LEGAL_PERSONS: _("Gesellschaften"), SOLE_TRADERS: _("Einzelunternehmen")}
    return tuple(Tab(title, address_of(each, CompanyFilter()), each == tab) for each, title in titles.items())


def read_filter(*, text: str) -> CompanyFilter:
    """Return what the list is narrowed to, from address or form."""
    return CompanyFilter(
        text=" ".join(text.split())[:LONGEST],
        segment=typed_line("segment") or None,
        owner_id=typed_line("owner") or None,
        descending=request.values.get("sort") == "-name",
        after=typed_line("after") or None,
        before=typed_line("before") or None,
    )


def address_of(tab: str, wanted: CompanyFilter) -> str:
    """Return the address of this list; its words are sealed."""
    values = {
        "tab": tab if tab == SOLE_TRADERS else None,
        ARGUMENT: seal_search(wanted.text),
        "segment": wanted.segment,
        "owner": wanted.owner_id,
        "sort": "-name" if wanted.descending else None,
        "after": wanted.after,
        "before": wanted.before,
    }
    return url_for("companies.index", **filled(values))


def export_address_of(tab: str, wanted: CompanyFilter) -> str | None:
    """Return the address that exports this list; None for sole traders, who are people, and for whoever exports nothing."""
    if tab == SOLE_TRADERS or not may("exports.new"):
        return None
    values = {
        ARGUMENT: seal_search(wanted.text),
        "segment": wanted.segment,
        "owner": wanted.owner_id,
        "sort": "-name" if wanted.descending else None,
    }
    return url_for("exports.new", kind="companies", **filled(values))


def sort_link(tab: str, wanted: CompanyFilter) -> SortLink:
    """Return the heading that turns the order round."""
    url = address_of(tab, replace(wanted, descending=not wanted.descending, after=None, before=None))
    return SortLink(url=url, direction="descending" if wanted.descending else "ascending")


def pager_of(tab: str, wanted: CompanyFilter, page: CompanyPage) -> PagerView:
    """Return the way to the neighbouring pages, and where we are."""
    position = ""
    if page.rows:
        first, last = page.rows[0].name, page.rows[-1].name
        position = _("%(first)s bis %(last)s, %(count)s auf dieser Seite", first=first, last=last, count=number(len(page.rows)))
    return PagerView(
        previous_url=address_of(tab, replace(wanted, after=None, before=page.before)) if page.before else None,
        next_url=address_of(tab, replace(wanted, after=page.after, before=None)) if page.after else None,
        position=position,
    )


def filters_of(wanted: CompanyFilter, *, staff: StaffNames, segments: Sequence[str]) -> tuple[SelectView, ...]:
    """Return the filters above the list."""
    owners = dict(staff.owners)
    if wanted.owner_id and wanted.owner_id in staff.by_account:
        owners.setdefault(wanted.owner_id, staff.by_account[wanted.owner_id])
    return (
        select_of("owner", _("Betreuung"), owners, wanted.owner_id),
        select_of("segment", _("Segment"), {each: each for each in segments}, wanted.segment),
    )
