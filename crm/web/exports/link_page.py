"""Asking for the personal links of a campaign as a file; the purpose is that of the campaign, and its name goes into no file."""

from dataclasses import replace

from flask import url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.models.export_file import ExportKind
from crm.privacy import disclosure, purposes
from crm.services import work_rules
from crm.services.campaigns.entry import get_campaign
from crm.services.campaigns.links import CampaignMembers
from crm.services.campaigns.listing import count_members
from crm.services.exports.link_lines import LINK
from crm.services.exports.requesting import ExportWish
from crm.services.forms import new_form_token
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.campaigns.words import people_roughly
from crm.web.desk import Desk, open_desk
from crm.web.exports.blueprint import bp
from crm.web.exports.form_page import ExportForm, make_form, make_or_wait, render_form, typed_form

_CHOSEN_FIRST = ("first_name", "last_name", "email", LINK)


@bp.get("/exports/campaigns/<pseudonym:campaign_id>/new")
def new_links(campaign_id: str) -> ResponseReturnValue:
    """Show the form for the links of a campaign."""
    with current_runtime().database.reading() as db:
        desk = _open_desk(db, campaign_id)
        wish = ExportWish(selection=_members(desk, campaign_id), columns=_CHOSEN_FIRST, reason="")
        form = make_form(db, desk, wish, token=new_form_token(), errors={})
    return _show(form, campaign_id)


@bp.post("/exports/campaigns/<pseudonym:campaign_id>/new")
def create_links(campaign_id: str) -> ResponseReturnValue:
    """Ask for the file; a small one is made at once, a large one waits for a second person."""
    with current_runtime().database.reading() as db:
        desk = _open_desk(db, campaign_id)
        form = typed_form(db, desk, ExportKind.LINKS, _members(desk, campaign_id))
    if form.errors:
        return _show(form, campaign_id), 422
    return make_or_wait(form, selection=campaign_id)


def _open_desk(db: Session, campaign_id: str) -> Desk:
    """Return the desk with the purpose of the campaign, whatever is chosen above the page: its members were chosen for that one."""
    desk = open_desk(db)
    purpose = purposes.find_all(db).get(get_campaign(db, campaign_id=campaign_id).purpose)
    disclosure.require_role(purpose, desk.actor)
    return replace(desk, purpose=purpose)


def _members(desk: Desk, campaign_id: str) -> CampaignMembers:
    return CampaignMembers(campaign_id, today=desk.today, now=desk.now)


def _show(form: ExportForm, campaign_id: str) -> str:
    """Show the form; how many the campaign reached is told roughly, as on its page."""
    with current_runtime().database.reading() as db:
        reached = people_roughly(count_members(db, [campaign_id])[campaign_id], work_rules.find(db).min_cell)
    return render_form(
        form,
        size=_("%(people)s erreicht", people=reached),
        kept={},
        action_url=url_for(".create_links", campaign_id=campaign_id),
        cancel_url=url_for("campaigns.show", campaign_id=campaign_id),
    )
