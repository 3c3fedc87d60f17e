"""Entering that somebody responded: by their address on the page of the campaign, or on the page of the contact."""

from datetime import date

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.models.campaign import ResponseWay
from crm.privacy import purposes
from crm.services.campaigns import responding
from crm.services.campaigns.entry import get_campaign
from crm.services.campaigns.responding import ENTERED_WAYS, LONGEST_ADDRESS, NoMemberError, Response
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.visitor import current_actor
from crm.web.campaigns import page
from crm.web.campaigns.blueprint import bp
from crm.web.campaigns.words import WAY_TITLES
from crm.web.desk import current_day, open_posted_desk
from crm.web.typed import typed_day, typed_day_line, typed_line


def empty_response(today: date) -> FieldSet:
    """Return the form for a response, of today."""
    return response_fields(address="", way=ResponseWay.REPLY, responded_on=today.isoformat())


def response_fields(*, address: str, way: str, responded_on: str, fault: InvalidInputError | None = None) -> FieldSet:
    """Return the form for a response, with what was typed and what is wrong with it."""
    wrong = {fault.field or "address": sentence_of(fault)} if fault else {}
    return FieldSet(
        title=_("Antwort eintragen"),
        hint=_("Für eine Person, die Sie kennen: Es erscheint keine Liste, und ihr Name bleibt verschlossen."),
        fields=(
            FieldInput(
                name="address",
                title=_("E-Mail-Adresse oder Telefonnummer"),
                value=address,
                max_length=LONGEST_ADDRESS,
                required=True,
                error=wrong.get("address"),
            ),
            *_how(way, responded_on, wrong.get("way"), wrong.get("responded_on")),
        ),
    )


def _how(way: str, responded_on: str, wrong_way: str | None, wrong_day: str | None) -> tuple[FieldInput, FieldInput]:
    options = tuple(Option(each, str(WAY_TITLES[each])) for each in ENTERED_WAYS)
    return (
        FieldInput(name="way", title=_("Wie?"), kind="select", value=way, options=options, error=wrong_way, short=True),
        FieldInput(name="responded_on", title=_("Am"), kind="date", value=responded_on, required=True, error=wrong_day, short=True),
    )


@bp.post("/campaigns/<pseudonym:campaign_id>/responses")
def enter_response(campaign_id: str) -> ResponseReturnValue:
    """Enter the response of the member with this address."""
    address = typed_line("address")
    try:
        _enter_by_address(campaign_id, address)
    except InvalidInputError as fault:
        typed = response_fields(address=address, way=typed_line("way"), responded_on=typed_day_line("responded_on"), fault=fault)
        return page.render_campaign(campaign_id, response=typed), status_of(fault)
    flash(_("Die Antwort ist eingetragen. Sie erscheint in der Resonanz, sobald genug andere hinzugekommen sind."), "ok")
    return redirect(url_for(".show", campaign_id=campaign_id), code=303)


def _enter_by_address(campaign_id: str, address: str) -> None:
    """Find the member, whose search is entered even when nobody is found, then enter the response."""
    runtime, actor, today = current_runtime(), current_actor(), current_day()
    now, response = runtime.clock.now(), _typed_response()
    with runtime.database.reading() as db:
        campaign = get_campaign(db, campaign_id=campaign_id)
        responding.require_possible(campaign, response, today)
        subject_id = responding.find_member(db, campaign=campaign, address=address, actor=actor, now=now)
    if not subject_id:
        raise NoMemberError(field="address")
    with runtime.database.writing() as db:
        campaign = get_campaign(db, campaign_id=campaign_id)
        purpose = purposes.find_all(db).get(campaign.purpose)
        responding.enter(
            db, campaign=campaign, subject_id=subject_id, response=response, purpose=purpose, today=today, actor=actor, now=now
        )


@bp.post("/contacts/<pseudonym:subject_id>/campaigns/<pseudonym:campaign_id>/response")
def enter_for_person(subject_id: str, campaign_id: str) -> ResponseReturnValue:
    """Enter the response of the person whose page is open."""
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        responding.enter(
            db,
            campaign=get_campaign(db, campaign_id=campaign_id),
            subject_id=subject_id,
            response=_typed_response(),
            purpose=desk.purpose,
            today=desk.today,
            actor=desk.actor,
            now=desk.now,
        )
    flash(_("Die Antwort ist eingetragen."), "ok")
    return redirect(url_for("contacts.show", subject_id=subject_id), code=303)


def _typed_response() -> Response:
    return Response(way=typed_line("way"), responded_on=typed_day("responded_on"))
