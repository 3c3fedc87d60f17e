"""What list, board and forecast are narrowed to, and the addresses of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from flask import request, url_for

from crm.db import Session
from crm.services import staff_names
from crm.services.deals.entry import SELLS
from crm.services.deals.listing import DealFilter
from crm.services.staff_names import StaffNames
from crm.services.work_rules import WorkRules
from crm.site.i18n import _, in_language
from crm.site.view_models import DealTab, SelectView
from crm.web.selects import select_of
from crm.web.typed import chosen_id, filled, typed_day, typed_line

OPEN: Final = "open"  # every stage in which nothing has ended yet
ALL: Final = "all"


def read_filter(rules: WorkRules) -> DealFilter:
    """Return what is wanted, from the address; open deals where no stage is named."""
    stage = chosen_stage()
    return DealFilter(
        stages=stages_of(rules, stage),
        owner_id=typed_line("owner") or None,
        product=typed_line("product") or None,
        region=typed_line("region") or None,
        company_id=chosen_id("company"),
        closed_from=typed_day("closed_from"),
        closed_to=typed_day("closed_to"),
        descending=request.args.get("sort") == "-day",
        after=chosen_id("after"),
        before=chosen_id("before"),
    )


def chosen_stage() -> str:
    """Return the stage that the address names, all of them, or the open ones; who asks for what ended sees ended deals."""
    asks_for_ended = typed_line("closed_from") or typed_line("closed_to")
    return typed_line("stage") or (ALL if asks_for_ended else OPEN)


def stages_of(rules: WorkRules, stage: str) -> tuple[str, ...]:
    """Return the codes that a choice of the filter means; a stage that does not exist finds nothing."""
    if stage == OPEN:
        return tuple(code for code, each in rules.stages.items() if not each.ends)
    return () if stage == ALL else (stage,)


def arguments_of(wanted: DealFilter, *, stage: str | None = None) -> dict[str, Any]:
    """Return the arguments of an address with this filter."""
    values: Mapping[str, str | None] = {
        "stage": stage if stage != OPEN else None,
        "owner": wanted.owner_id,
        "product": wanted.product,
        "region": wanted.region,
        "company": wanted.company_id,
        "closed_from": _iso(wanted.closed_from),
        "closed_to": _iso(wanted.closed_to),
        "sort": "-day" if wanted.descending else None,
        "after": wanted.after,
        "before": wanted.before,
    }
    return filled(values)


def list_address(wanted: DealFilter, *, stage: str) -> str:
    """Return the address of the list with this filter."""
    return url_for("deals.listing", **arguments_of(wanted, stage=stage))


def tabs_of(wanted: DealFilter, current: str) -> tuple[DealTab, ...]:
    """Return the ways to look at deals; the filters that all of them have go along."""
    shared = DealFilter(owner_id=wanted.owner_id, product=wanted.product, region=wanted.region)
    titles = {"deals.board": _("Tafel"), "deals.listing": _("Liste"), "deals.forecast": _("Prognose")}
    return tuple(DealTab(title, url_for(each, **arguments_of(shared)), each == current) for each, title in titles.items())


def filters_of(db: Session, wanted: DealFilter, *, staff: StaffNames, rules: WorkRules, stage: str | None = None) -> tuple[SelectView, ...]:
    """Return the filters above deals; `stage` is None where the page has all stages anyway."""
    owners = sellers(db, staff, wanted.owner_id)
    stages = {ALL: _("Alle Stufen"), **{code: in_language(each.title) for code, each in rules.stages.items()}}
    shared = (
        select_of("owner", _("Verantwortlich"), owners, wanted.owner_id),
        select_of("product", _("Produkt"), {each: each for each in rules.products}, wanted.product),
        select_of("region", _("Region"), {each: each for each in rules.regions}, wanted.region),
    )
    if stage is None:
        return shared
    return (select_of("stage", _("Stufe"), stages, stage if stage != OPEN else None, everything=_("Offene")), *shared)


def sellers(db: Session, staff: StaffNames, chosen: str | None) -> dict[str, str]:
    """Return who may own a deal, and whoever owns one already, by account."""
    selling = staff_names.find_holders(db, SELLS)
    former = {chosen: staff.by_account[chosen]} if chosen and chosen in staff.by_account else {}
    return {**former, **{account_id: name for account_id, name in staff.owners.items() if account_id in selling}}


def first_page(wanted: DealFilter) -> DealFilter:
    """Return the filter without its place in the list."""
    return replace(wanted, after=None, before=None)


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None
