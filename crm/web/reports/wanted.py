"""Which quarter is wanted, and the addresses of the figures behind it."""

from datetime import date
from typing import Any, Final

from flask import current_app, request, url_for

from crm.services.reports.figures import Dimension
from crm.services.reports.quarters import Quarter, quarter_of
from crm.services.work_rules import WorkRules
from crm.site.access import may
from crm.site.i18n import _
from crm.site.view_models import Option, SelectView
from crm.web.desk import current_day
from crm.web.reports.words import DIMENSION_TITLES
from crm.web.typed import typed_day, typed_line

_OFFERED: Final = 12  # quarters to choose from: three years
OPEN: Final = "open"
_EARLIEST: Final = date(1990, 1, 1)


def wanted_quarter(rules: WorkRules) -> Quarter:
    """Return the quarter in which the day of the address lies; without one the last that is over, as the meeting looks at it."""
    current = quarter_of(current_day(), first_month=rules.calendar.first_month)
    chosen = typed_day("quarter")
    if chosen is None or not _EARLIEST <= chosen <= current.last_day:
        return current.previous
    return quarter_of(chosen, first_month=rules.calendar.first_month)


def wanted_dimension() -> Dimension:
    """Return by what the figures are told apart."""
    chosen = request.args.get("by", "")
    return Dimension(chosen) if chosen in set(DIMENSION_TITLES) else Dimension.PRODUCT


def quarter_select(quarter: Quarter, rules: WorkRules) -> SelectView:
    """Return the choice of a quarter, the current one first."""
    each = quarter_of(current_day(), first_month=rules.calendar.first_month)
    offered = []
    for _number in range(_OFFERED):
        offered.append(each)
        each = each.previous
    if quarter not in offered:
        offered.append(quarter)
    options = tuple(Option(one.first_day.isoformat(), one.title) for one in offered)
    return SelectView(name="quarter", title=_("Quartal"), options=options, value=quarter.first_day.isoformat())


def deals_url(quarter: Quarter, stage: str, dimension: Dimension, value: str) -> str | None:
    """Return where the deals behind a figure are, or None where the reader may not look at them.

    The list of deals takes it where it can; it does not know customer groups, nor what has no value.
    """
    fits_list = dimension is not Dimension.GROUP and value and stage != OPEN
    if fits_list and "deals.listing" in current_app.view_functions and may("deals.listing"):
        days: dict[str, Any] = {"closed_from": quarter.first_day.isoformat(), "closed_to": quarter.last_day.isoformat()}
        return url_for("deals.listing", stage=stage, **{**days, dimension.value: value})
    if not may("reports.deals"):
        return None
    narrowed: dict[str, Any] = {dimension.value: value}
    return url_for("reports.deals", quarter=quarter.first_day.isoformat(), stage=stage, **narrowed)


def wanted_values() -> dict[Dimension, str]:
    """Return what the deals are narrowed to; an empty value is asked for by naming it."""
    return {each: typed_line(each.value) for each in Dimension if each.value in request.args}
