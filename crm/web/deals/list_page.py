"""The list of deals, with sums by stage."""

from collections.abc import Sequence
from dataclasses import replace

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.services import work_rules
from crm.services.companies.names import find_names
from crm.services.deals import listing as deals
from crm.services.deals.listing import DealFilter, DealPage, StageSum
from crm.services.deals.results import find_results
from crm.services.staff_names import find_staff_names
from crm.services.work_rules import WorkRules
from crm.site.i18n import _, in_language, number
from crm.site.installation import current_runtime
from crm.site.money import whole_money
from crm.site.view_models import PagerView, SortLink, StageFigures
from crm.site.visitor import current_actor
from crm.web.deals.blueprint import bp
from crm.web.deals.filters import chosen_stage, filters_of, first_page, list_address, read_filter, tabs_of
from crm.web.deals.rows import make_rows, strip_over
from crm.web.desk import current_day, find_desk
from crm.web.names import name_fields


@bp.get("/deals")
def listing() -> ResponseReturnValue:
    """Show one page of deals, the soonest first."""
    now, actor, stage = current_runtime().clock.now(), current_actor(), chosen_stage()
    with current_runtime().database.reading() as db:
        desk, rules = find_desk(db), work_rules.find(db)
        wanted = read_filter(rules)
        purpose = desk.purpose if desk else None
        results = find_results(db, actor=actor, today=current_day())
        page = deals.list_deals(db, wanted=wanted, rules=rules, results=results, purpose=purpose, actor=actor, now=now)
        staff = find_staff_names(db)
        filters = filters_of(db, wanted, staff=staff, rules=rules, stage=stage)
        of_company = find_names(db, {wanted.company_id}).get(wanted.company_id, _("Einzelunternehmen")) if wanted.company_id else None
    return render_template(
        "deals/list.html",
        name_fields=" ".join(name_fields(desk)) if desk else "",
        strip=strip_over(desk, page.rows),
        tabs=tabs_of(wanted, "deals.listing"),
        filters=filters,
        wanted=wanted,
        of_company=of_company,
        sums=stage_figures(page.sums, rules, wanted),
        total=page.count,
        total_amount=whole_money(sum(each.cents for each in page.sums)),
        hides_results=page.hides_results,
        rows=make_rows(page.rows, rules=rules, staff=staff.by_account, results=results),
        pager=_pager(wanted, page, stage),
        sort_day=_sort(wanted, stage),
    )


def stage_figures(sums: Sequence[StageSum], rules: WorkRules, wanted: DealFilter) -> tuple[StageFigures, ...]:
    """Return the sums in words, each with the way to its deals."""
    return tuple(
        StageFigures(
            title=in_language(rules.stages[each.stage].title) if each.stage in rules.stages else each.stage,
            count=each.count,
            amount=whole_money(each.cents),
            url=list_address(first_page(wanted), stage=each.stage),
        )
        for each in sums
    )


def _pager(wanted: DealFilter, page: DealPage, stage: str) -> PagerView:
    return PagerView(
        previous_url=list_address(replace(wanted, after=None, before=page.before), stage=stage) if page.before else None,
        next_url=list_address(replace(wanted, after=page.after, before=None), stage=stage) if page.after else None,
        position=_("%(count)s auf dieser Seite", count=number(len(page.rows))) if page.rows else "",
    )


def _sort(wanted: DealFilter, stage: str) -> SortLink:
    turned = replace(first_page(wanted), descending=not wanted.descending)
    return SortLink(url=list_address(turned, stage=stage), direction="descending" if wanted.descending else "ascending")
