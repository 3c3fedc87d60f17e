"""Members by hand: a customer group as numbers, with what stands against the others, and the button that takes them in."""

from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import in_batches
from crm.errors import InvalidInputError
from crm.services import work_rules
from crm.services.campaigns import members
from crm.services.campaigns.entry import get_campaign
from crm.services.campaigns.members import Audience
from crm.services.companies.listing import find_segments
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import Option, SelectView
from crm.site.visitor import current_actor
from crm.web.campaigns.blueprint import bp
from crm.web.campaigns.words import EXCLUSION_TITLES, people_roughly, roughly
from crm.web.desk import current_day, find_desk, strip_of
from crm.web.selects import with_chosen
from crm.web.typed import typed_line

_PORTION = 200  # people in one unit of work, so that an objection never waits for a campaign


def group_select(groups: Sequence[str], chosen: str, *, error: str | None = None) -> SelectView:
    """Return the choice of a customer group."""
    options = (Option("", _("Bitte wählen")), *(Option(each, each) for each in groups))
    return SelectView(name="group", title=_("Kundengruppe"), options=with_chosen(options, chosen), value=chosen, error=error)


@bp.get("/campaigns/<pseudonym:campaign_id>/members")
def audience(campaign_id: str) -> ResponseReturnValue:
    """Show how many of a customer group the campaign may reach, and why not the others."""
    group = typed_line("group")
    try:
        return _page(campaign_id, group, _find(campaign_id, group) if "group" in request.args else None)
    except InvalidInputError as error:
        return _page(campaign_id, group, None, error=sentence_of(error)), status_of(error)


@bp.post("/campaigns/<pseudonym:campaign_id>/members")
def add_members(campaign_id: str) -> ResponseReturnValue:
    """Take everybody of the group in whom the campaign may reach now; again is the same as once."""
    group = typed_line("group")
    try:
        found = _find(campaign_id, group)
    except InvalidInputError as error:
        return _page(campaign_id, group, None, error=sentence_of(error)), status_of(error)
    for portion in in_batches(found.ids, size=_PORTION):
        _add(campaign_id, portion)
    flash(_("Die Gruppe ist aufgenommen. Wer nicht erreicht werden darf, ist nicht dabei."), "ok")
    return redirect(url_for(".show", campaign_id=campaign_id), code=303)


def _find(campaign_id: str, group: str) -> Audience:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        campaign = get_campaign(db, campaign_id=campaign_id)
        return members.find_audience(db, campaign=campaign, group=group, actor=current_actor(), now=runtime.clock.now())


def _add(campaign_id: str, subject_ids: Sequence[str]) -> None:
    runtime = current_runtime()
    with runtime.database.writing_in_bulk() as db:
        campaign = get_campaign(db, campaign_id=campaign_id)
        sent_on: date = max(campaign.starts_on, min(current_day(), campaign.ends_on or current_day()))
        members.add(
            db, campaign=campaign, subject_ids=subject_ids, sent_on=sent_on, actor=current_actor(), now=runtime.clock.now()
        )  # fmt: skip


def _page(campaign_id: str, group: str, found: Audience | None, *, error: str | None = None) -> str:
    with current_runtime().database.reading() as db:
        campaign = get_campaign(db, campaign_id=campaign_id)
        groups, desk, least = find_segments(db), find_desk(db), work_rules.find(db).min_cell
    return render_template(
        "campaigns/audience.html",
        strip=strip_of(desk, shown=0) if desk else None,
        campaign=campaign,
        group=group,
        groups=group_select(groups, group, error=error),
        audience=found,
        number=people_roughly(found.number, least) if found else "",
        present=roughly(found.present, least) if found else "",
        excluded=[(EXCLUSION_TITLES[reason], roughly(count, least)) for reason, count in found.excluded.items()] if found else [],
        here_url=url_for(".audience", campaign_id=campaign_id),
        add_url=url_for(".add_members", campaign_id=campaign_id),
        back_url=url_for(".show", campaign_id=campaign_id),
    )
