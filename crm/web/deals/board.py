"""The board: deals as cards in the columns of their stages."""

from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.services import work_rules
from crm.services.deals import board as boards
from crm.services.deals.board import Column
from crm.services.deals.listing import DealFilter
from crm.services.deals.results import Results, find_results
from crm.services.staff_names import find_staff_names
from crm.services.work_rules import WorkRules
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import BoardColumn
from crm.site.visitor import current_actor
from crm.web.deals.blueprint import bp
from crm.web.deals.filters import filters_of, read_filter, tabs_of
from crm.web.deals.list_page import stage_figures
from crm.web.deals.rows import make_rows, strip_over
from crm.web.desk import current_day, find_desk
from crm.web.names import name_fields


@bp.get("/deals/board")
def board() -> ResponseReturnValue:
    """Show the open deals by stage, and what ended within thirty days."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        desk, rules = find_desk(db), work_rules.find(db)
        asked = read_filter(rules)
        wanted = DealFilter(owner_id=asked.owner_id, product=asked.product, region=asked.region)
        results = find_results(db, actor=current_actor(), today=current_day())
        columns = boards.open_board(
            db,
            wanted=wanted,
            rules=rules,
            results=results,
            purpose=desk.purpose if desk else None,
            actor=current_actor(),
            today=current_day(),
            now=runtime.clock.now(),
        )
        staff = find_staff_names(db)
        filters = filters_of(db, wanted, staff=staff, rules=rules)
    return render_template(
        "deals/board.html",
        name_fields=" ".join(name_fields(desk)) if desk else "",
        strip=strip_over(desk, [card for column in columns for card in column.cards]),
        tabs=tabs_of(wanted, "deals.board"),
        filters=filters,
        narrowed=bool(wanted.owner_id or wanted.product or wanted.region),
        stages=[(code, in_language(stage.title)) for code, stage in rules.stages.items()],
        columns=tuple(_column(each, rules, wanted, staff.by_account, results) for each in columns),
        hides_results=any(each.total is None for each in columns),
    )


def _column(column: Column, rules: WorkRules, wanted: DealFilter, staff: Mapping[str, str], results: Results) -> BoardColumn:
    return BoardColumn(
        code=column.stage.code,
        title=in_language(column.stage.title),
        figures=stage_figures([column.total], rules, wanted)[0] if column.total else None,
        note=_("letzte 30 Tage") if column.stage.ends else None,
        cards=make_rows(column.cards, rules=rules, staff=staff, results=results),
        has_more=column.has_more,
    )
