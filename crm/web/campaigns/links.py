"""Antwort-Link: one personal link of a campaign, made on a button and shown once, for a member whom staff know by their address."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.services.campaigns import links, responding
from crm.services.campaigns.entry import get_campaign
from crm.services.campaigns.links import ResponseLink
from crm.services.campaigns.responding import LONGEST_ADDRESS, NoMemberError
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet
from crm.site.visitor import current_actor
from crm.web.campaigns import page
from crm.web.campaigns.blueprint import bp
from crm.web.desk import current_day
from crm.web.typed import typed_line

_ADDRESS = "link_address"  # the page has the form for a response too


def link_fields(address: str = "", *, fault: InvalidInputError | None = None) -> FieldSet:
    """Return the form for a link, with what was typed and what is wrong with it."""
    return FieldSet(
        title=_("Antwort-Link für eine Person"),
        hint=_("Für eine Person, die Sie kennen: Wer den Link öffnet und den Knopf drückt, hat geantwortet."),
        fields=(
            FieldInput(
                name=_ADDRESS,
                title=_("E-Mail-Adresse oder Telefonnummer"),
                value=address,
                max_length=LONGEST_ADDRESS,
                required=True,
                error=sentence_of(fault) if fault else None,
            ),
        ),
    )


@bp.post("/campaigns/<pseudonym:campaign_id>/link")
def issue_link(campaign_id: str) -> ResponseReturnValue:
    """Make one link and show it; it stands in no address of ours and is kept nowhere, so going back does not show it again."""
    address = typed_line(_ADDRESS)
    try:
        made = _issue(campaign_id, address)
    except InvalidInputError as fault:
        return page.render_campaign(campaign_id, link=link_fields(address, fault=fault)), status_of(fault)
    return render_template("campaigns/link.html", strip=None, link=made, back_url=url_for(".show", campaign_id=campaign_id))


def _issue(campaign_id: str, address: str) -> ResponseLink:
    """Find the member, whose search is entered even when nobody is found, then make the link."""
    runtime, actor, today = current_runtime(), current_actor(), current_day()
    now = runtime.clock.now()
    with runtime.database.reading() as db:
        campaign = get_campaign(db, campaign_id=campaign_id)
        links.require_running(campaign, today=today)
        subject_id = responding.find_member(db, campaign=campaign, address=address, actor=actor, now=now)
    if not subject_id:
        raise NoMemberError(field=_ADDRESS)
    with runtime.database.writing() as db:
        campaign = get_campaign(db, campaign_id=campaign_id)
        return links.issue(db, campaign=campaign, subject_id=subject_id, today=today, settings=runtime.settings, actor=actor, now=now)
