"""Creating and changing a deal."""

from dataclasses import replace

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.privacy.errors import FieldWithoutPurposeError, NoLawfulBasisError, ObjectedError, PrivacyError, RestrictedError, StaleVersionError
from crm.services.deals import entry as deals
from crm.services.deals.entry import DealEntry
from crm.services.forms import save_once
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.deals.blueprint import bp
from crm.web.deals.form_fields import TypedDeal, typed_deal
from crm.web.deals.form_page import as_sent, check, find_conflict, open_for_new, open_stored, show_form
from crm.web.desk import Desk, open_desk, posted_purpose
from crm.web.picking import is_asked
from crm.web.refusal import refuse
from crm.web.typed import typed_number


@bp.get("/deals/new")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    with current_runtime().database.reading() as db:
        state = open_for_new(db, open_desk(db))
    return show_form(state)


@bp.post("/deals/new")
def create() -> ResponseReturnValue:
    """Take in the deal."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_deal()
        entry, errors = check(db, desk, typed)
        state = as_sent(db, desk, typed) if errors or is_asked() else None
    if state:
        return show_form(state if is_asked() else replace(state, errors=errors)), 200 if is_asked() else 422
    try:
        deal_id = save_once(lambda: _create(desk, typed, entry))
    except (PrivacyError, FieldWithoutPurposeError) as error:
        return _again(desk, typed, error)
    flash(_("Die Verkaufschance ist angelegt."), "ok")
    return redirect(url_for(".show", deal_id=deal_id), code=303)


@bp.get("/deals/<pseudonym:deal_id>/edit")
def edit(deal_id: str) -> ResponseReturnValue:
    """Show the form with the deal as it is, or why its person may not be seen."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        try:
            state = open_stored(db, desk, deal_id)
        except (NoLawfulBasisError, ObjectedError, RestrictedError) as error:
            return refuse(desk, error)
    return show_form(state)


@bp.post("/deals/<pseudonym:deal_id>/edit")
def change(deal_id: str) -> ResponseReturnValue:
    """Change the deal, unless somebody else has meanwhile: then show what they changed."""
    version = typed_number("version")
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_deal()
        entry, errors = check(db, desk, typed, former=deals.get_deal(db, deal_id=deal_id))
        state = as_sent(db, desk, typed, deal_id=deal_id, version=version) if errors or is_asked() else None
    if state:
        return show_form(state if is_asked() else replace(state, errors=errors)), 200 if is_asked() else 422
    try:
        _change(desk, deal_id, entry, version)
    except StaleVersionError:
        return _conflict(desk, deal_id, typed)
    except (PrivacyError, FieldWithoutPurposeError) as error:
        return _again(desk, typed, error, deal_id=deal_id, version=version)
    flash(_("Die Änderungen sind gespeichert."), "ok")
    return redirect(url_for(".show", deal_id=deal_id), code=303)


def _create(desk: Desk, typed: TypedDeal, entry: DealEntry) -> str:
    with current_runtime().database.writing() as db:
        form = typed.sent(desk.purpose.code)
        return deals.create(db, entry=entry, stage=typed["stage"], form=form, purpose=desk.purpose, actor=desk.actor, now=desk.now)


def _change(desk: Desk, deal_id: str, entry: DealEntry, version: int) -> None:
    with current_runtime().database.writing() as db:
        deals.change(db, deal_id=deal_id, entry=entry, purpose=desk.purpose, expected_version=version, actor=desk.actor, now=desk.now)


def _again(
    desk: Desk, typed: TypedDeal, error: PrivacyError | FieldWithoutPurposeError, *, deal_id: str = "", version: int = 0
) -> ResponseReturnValue:
    """Show the form again with what stands against it; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        state = as_sent(db, desk, typed, deal_id=deal_id, version=version)
    return show_form(replace(state, error=sentence_of(error))), status_of(error)


def _conflict(desk: Desk, deal_id: str, typed: TypedDeal) -> ResponseReturnValue:
    """Lay the changes made meanwhile beside what was typed; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        current = open_stored(db, desk, deal_id)
    found = find_conflict(typed, current)
    if found is None:  # the same form, sent twice
        return redirect(url_for(".show", deal_id=deal_id), code=303)
    return show_form(found), 409
