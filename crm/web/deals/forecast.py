"""The forecast: what open deals promise, month by month."""

from babel.dates import format_date
from flask import render_template
from flask.typing import ResponseReturnValue

from crm.services import work_rules
from crm.services.deals import forecast as forecasts
from crm.services.deals.forecast import MonthSum
from crm.services.deals.listing import DealFilter
from crm.services.staff_names import find_staff_names
from crm.site.i18n import _, current_language
from crm.site.installation import current_runtime
from crm.site.money import whole_money
from crm.site.view_models import ForecastRow
from crm.web.deals.blueprint import bp
from crm.web.deals.filters import filters_of, read_filter, tabs_of
from crm.web.desk import current_day


@bp.get("/deals/forecast")
def forecast() -> ResponseReturnValue:
    """Show the open deals by the month in which they are expected, weighted by their probability."""
    with current_runtime().database.reading() as db:
        rules = work_rules.find(db)
        asked = read_filter(rules)
        wanted = DealFilter(owner_id=asked.owner_id, product=asked.product, region=asked.region)
        found = forecasts.forecast(db, wanted=wanted, rules=rules, today=current_day(), now=current_runtime().clock.now())
        filters = filters_of(db, wanted, staff=find_staff_names(db), rules=rules)
    longest = max((each.weighted_cents for each in found.all), default=0)
    overdue = [(_("Überfällig"), found.overdue)] if found.overdue.count else []
    later = [(_("Später"), found.later)] if found.later.count else []
    lines = [*overdue, *((_month(each), each) for each in found.months), *later]
    return render_template(
        "deals/forecast.html",
        strip=None,
        tabs=tabs_of(wanted, "deals.forecast"),
        filters=filters,
        rows=tuple(_row(title, each, longest) for title, each in lines),
        count=sum(each.count for each in found.all),
        amount=whole_money(sum(each.cents for each in found.all)),
        weighted=whole_money(sum(each.weighted_cents for each in found.all)),
    )


def _month(each: MonthSum) -> str:
    return format_date(each.month, "LLLL yyyy", locale=current_language())


def _row(title: str, each: MonthSum, longest: int) -> ForecastRow:
    width = 100 * each.weighted_cents // longest if longest else 0
    return ForecastRow(
        title=title, count=each.count, amount=whole_money(each.cents), weighted=whole_money(each.weighted_cents), width=width
    )
