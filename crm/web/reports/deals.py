"""The deals behind a figure of the report, by role and purpose."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.services import work_rules
from crm.services.deals.results import find_results
from crm.services.reports.drilldown import DealFilter, list_deals
from crm.services.staff_names import find_staff_names
from crm.services.work_rules import LOST, WON
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.money import whole_money
from crm.site.view_models import PagerView
from crm.web.desk import open_desk, strip_of
from crm.web.reports.blueprint import bp
from crm.web.reports.wanted import OPEN, wanted_quarter, wanted_values
from crm.web.typed import chosen_id


@bp.get("/reports/deals")
def deals() -> ResponseReturnValue:
    """Show one page of the deals behind a figure, the largest first."""
    stage = request.args.get("stage", WON)
    with current_runtime().database.reading() as db:
        desk, rules = open_desk(db), work_rules.find(db)
        quarter = wanted_quarter(rules)
        wanted = DealFilter(
            stage=stage if stage in {WON, LOST} else OPEN,
            first_day=quarter.first_day,
            last_day=min(quarter.last_day, desk.today),
            values=wanted_values(),
            after=chosen_id("after"),
        )
        results = find_results(db, actor=desk.actor, today=desk.today)
        page = list_deals(db, wanted=wanted, results=results, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        staff = find_staff_names(db).by_account
    titled = any(row.title for row in page.rows)
    return render_template(
        "reports/deals.html",
        strip=strip_of(desk, shown=0, note=_("Titel: ein Eintrag für die ganze Liste") if titled else None),
        quarter=quarter,
        stage=_STAGES[wanted.stage](),
        hides_results=page.hides_results,
        rows=page.rows,
        stages={code: in_language(each.title) for code, each in rules.stages.items()},
        staff=staff,
        money=whole_money,
        back_url=url_for(".quarter", quarter=quarter.first_day.isoformat()),
        pager=_pager(page.after),
    )


def _pager(after: str | None) -> PagerView:
    first: dict[str, Any] = {name: value for name, value in request.args.items() if name != "after"}
    return PagerView(
        previous_url=url_for(".deals", **first) if "after" in request.args else None,
        next_url=url_for(".deals", **{**first, "after": after}) if after else None,
    )


_STAGES = {WON: lambda: _("Gewonnen"), LOST: lambda: _("Verloren"), OPEN: lambda: _("Offen am Ende")}
