"""The page of a campaign: what it is, whom it reached, which customer groups responded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.models.campaign import Campaign
from crm.privacy import purposes
from crm.privacy.intake import response_links
from crm.services import work_rules
from crm.services.campaigns import resonance
from crm.services.campaigns.cells import Cell, Count, total_of
from crm.services.campaigns.entry import get_campaign
from crm.services.campaigns.listing import count_members
from crm.site.access import may
from crm.site.charts import Bar, BarChart, BarGroup, bar_chart
from crm.site.i18n import _, in_language, number
from crm.site.installation import current_runtime
from crm.site.view_models import FieldSet, StripView
from crm.web.campaigns import links as links_page
from crm.web.campaigns.blueprint import bp
from crm.web.campaigns.responses import empty_response
from crm.web.campaigns.words import people_roughly
from crm.web.desk import current_day, find_desk, strip_of

_WHOLE = 100  # percent
_SCALES = (0.1, 0.25, 0.5, 1)  # where a full bar ends: a full one must not look like everybody where few responded


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """One line of the table; no figures where there are too few people."""

    title: str
    note: str | None
    count: Count | None
    rate: str
    as_of: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    campaign: Campaign
    cells: Sequence[Cell]
    kind: str
    purpose: str
    members: str
    strip: StripView | None
    min_cell: int


@bp.get("/campaigns/<pseudonym:campaign_id>")
def show(campaign_id: str) -> ResponseReturnValue:
    """Show one campaign."""
    return render_campaign(campaign_id)


def render_campaign(campaign_id: str, *, response: FieldSet | None = None, link: FieldSet | None = None) -> str:
    """Return the page; `response` and `link` are the forms for either, with what was typed and what was wrong."""
    found = _find(campaign_id)
    edits = may("campaigns.edit")
    links = may("campaigns.issue_link") and not response_links.is_over(found.campaign, today=current_day())
    return render_template(
        "campaigns/show.html",
        strip=found.strip,
        campaign=found.campaign,
        kind=found.kind,
        purpose=found.purpose,
        members=found.members,
        rows=[_row(each) for each in found.cells],
        total=_total_row(found.cells),
        chart=_chart(found.cells),
        min_cell=found.min_cell,
        edit_url=url_for(".edit", campaign_id=campaign_id) if edits else None,
        audience_url=url_for(".audience", campaign_id=campaign_id) if may("campaigns.audience") else None,
        response_url=url_for(".enter_response", campaign_id=campaign_id) if may("campaigns.enter_response") else None,
        response=response or empty_response(current_day()),
        links_url=url_for("exports.new_links", campaign_id=campaign_id) if links else None,
        link_url=url_for(".issue_link", campaign_id=campaign_id) if links or link else None,
        link=link or links_page.link_fields(),
    )


def _find(campaign_id: str) -> _Shown:
    with current_runtime().database.reading() as db:
        return _surroundings(db, get_campaign(db, campaign_id=campaign_id))


def _surroundings(db: Session, campaign: Campaign) -> _Shown:
    rules = work_rules.find(db)
    desk = find_desk(db)
    kind = rules.campaign_kinds.get(campaign.kind)
    return _Shown(
        campaign=campaign,
        cells=resonance.find_last(db, campaign_id=campaign.id),
        kind=in_language(kind.title) if kind else campaign.kind,
        purpose=in_language(purposes.find_all(db).get(campaign.purpose).title),
        members=people_roughly(count_members(db, [campaign.id])[campaign.id], rules.min_cell),
        strip=strip_of(desk, shown=0) if desk else None,
        min_cell=rules.min_cell,
    )


def _row(cell: Cell) -> CellRow:
    names = [group or _("ohne Gruppe") for group in cell.groups]
    is_joined = len(names) > 1
    return CellRow(
        title=_("Übrige Gruppen") if is_joined else names[0],
        note=", ".join(names) if is_joined else None,
        count=cell.shown,
        rate=_rate(cell.shown),
        as_of=cell.as_of,
    )


def _total_row(cells: Sequence[Cell]) -> CellRow | None:
    total = total_of(cells)
    if not total.reached:
        return None
    return CellRow(title=_("Summe der gezeigten Gruppen"), note=None, count=total, rate=_rate(total), as_of=None)


def _rate(count: Count | None) -> str:
    if count is None:
        return "–"
    return _("%(rate)s %%", rate=number(round(_WHOLE * count.responded / count.reached, 1)))


def _chart(cells: Sequence[Cell]) -> BarChart | None:
    shown = [(cell, cell.shown) for cell in cells if cell.shown]
    if not shown:
        return None
    shown.sort(key=lambda each: each[1].responded / each[1].reached, reverse=True)
    groups = [
        BarGroup(label=_row(cell).title, text=_rate(count), bars=(Bar(value=count.responded / count.reached),)) for cell, count in shown
    ]
    return bar_chart(
        "resonance",
        title=_("Resonanz nach Kundengruppe"),
        description=_("Anteil der Erreichten, die geantwortet haben; die Zahlen stehen in der Tabelle daneben."),
        groups=groups,
        most=next(each for each in _SCALES if each >= shown[0][1].responded / shown[0][1].reached),
    )
