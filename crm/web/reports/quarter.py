"""The quarter report: figures alone; who the customers are is one click away for those who sell."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.models.staff_agreement import StaffAgreement
from crm.services import work_rules
from crm.services.reports import agreements
from crm.services.reports.figures import Dimension, Report, make_report
from crm.services.staff_names import StaffNames, find_account_id, find_staff_names
from crm.services.work_rules import LOST, WON, WorkRules
from crm.site.access import may
from crm.site.charts import Bar, BarChart, BarGroup, bar_chart
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.money import whole_money
from crm.site.view_models import StripView
from crm.site.visitor import current_actor
from crm.web.desk import current_day, find_desk, strip_of
from crm.web.reports.blueprint import bp
from crm.web.reports.lines import Line, by_owner, headline, lines, ranking
from crm.web.reports.wanted import OPEN, deals_url, quarter_select, wanted_dimension, wanted_quarter
from crm.web.reports.words import DIMENSION_TITLES, conversion, cycle

_BARS = 12  # in a chart; the table has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The report with what a page of it needs besides."""

    report: Report
    rules: WorkRules
    staff: StaffNames
    own_id: str | None
    agreement: StaffAgreement | None
    strip: StripView | None


def find_report() -> Found:
    """Return the report that the address wants."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        rules = work_rules.find(db)
        desk = find_desk(db)
        return Found(
            report=make_report(db, quarter=wanted_quarter(rules), today=current_day(), now=runtime.clock.now()),
            rules=rules,
            staff=find_staff_names(db),
            own_id=find_account_id(db, current_actor()),
            agreement=agreements.find_standing(db, today=current_day()),
            strip=strip_of(desk, shown=0) if desk else None,
        )


@bp.get("/reports/quarter")
def quarter() -> ResponseReturnValue:
    """Show the quarter against the one before and the one a year ago."""
    found, dimension = find_report(), wanted_dimension()
    report = found.report
    asked = report.now.quarter
    shown = lines(report, dimension)
    first_day = asked.first_day.isoformat()
    return render_template(
        "reports/quarter.html",
        strip=found.strip,
        quarter=asked,
        before=report.before.quarter,
        earlier=report.earlier.quarter,
        quarters=quarter_select(asked, found.rules),
        by=dimension.value,
        measures=headline(report),
        tabs=[
            (title, url_for(".quarter", quarter=first_day, by=each.value), each is dimension) for each, title in DIMENSION_TITLES.items()
        ],
        dimension=DIMENSION_TITLES[dimension],
        lines=[_row(each, report, dimension) for each in shown],
        chart=_chart(shown, report, dimension),
        owners=[
            (name, figures, deals_url(asked, OPEN, Dimension.OWNER, owner), owner == found.own_id)
            for owner, name, figures in by_owner(report.now, found.staff.by_account, own_id=found.own_id)
        ],
        ranking=ranking(report.now, found.staff.by_account) if found.agreement else None,
        agreement=found.agreement,
        agreement_url=url_for(".agreement") if may("reports.agreement") else None,
        csv_url=url_for(".csv_file", quarter=first_day),
        pdf_url=url_for(".pdf_file", quarter=first_day),
        whole_money=whole_money,
    )


def _row(line: Line, report: Report, dimension: Dimension) -> dict[str, object]:
    urls = {stage: deals_url(report.now.quarter, stage, dimension, line.value) for stage in (WON, LOST, OPEN)}
    return {"line": line, "urls": urls, "conversion": conversion(line.now), "cycle": cycle(line.now)}


def _chart(shown: list[Line], report: Report, dimension: Dimension) -> BarChart | None:
    groups = [
        BarGroup(
            label=line.title,
            text=whole_money(line.now.won_cents),
            bars=(
                Bar(value=line.now.won_cents),
                Bar(value=line.before.won_cents, kind="before"),
                Bar(value=line.earlier.won_cents, kind="earlier"),
            ),
        )
        for line in shown[:_BARS]
        if line.now.won_cents or line.before.won_cents or line.earlier.won_cents
    ]
    if not groups:
        return None
    quarters = {"now": report.now.quarter.title, "before": report.before.quarter.title, "earlier": report.earlier.quarter.title}
    return bar_chart(
        "won",
        title=_("Gewonnen nach %(dimension)s", dimension=DIMENSION_TITLES[dimension]),
        description=_("Je Zeile von oben: %(now)s, %(before)s, %(earlier)s; die Zahlen stehen in der Tabelle daneben.", **quarters),
        groups=groups,
    )
