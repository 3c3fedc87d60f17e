"""Planning an activity, and changing one."""

from dataclasses import replace

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import CrmError
from crm.privacy.errors import FieldWithoutPurposeError, PrivacyError, StaleVersionError
from crm.services.activities import entry as activities
from crm.services.activities.entry import AlreadyDoneError
from crm.services.forms import save_once
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.activities.blueprint import bp
from crm.web.activities.form_fields import TypedActivity, typed_activity
from crm.web.activities.form_page import (
    ActivityState,
    check,
    choose_matter,
    find_conflict,
    of_new,
    of_sent,
    open_for_new,
    open_stored,
    show_form,
)
from crm.web.desk import Desk, open_desk, posted_purpose
from crm.web.matter import page_of
from crm.web.typed import typed_number


@bp.get("/activities/new")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    with current_runtime().database.reading() as db:
        state = open_for_new(db, open_desk(db))
    return show_form(state)


@bp.post("/activities/new")
def create() -> ResponseReturnValue:
    """Keep what is to be done."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_activity()
        entry, errors = check(db, desk, typed)
        matter, faults = choose_matter(db, typed)
        errors |= faults
        state = of_new(db, desk, typed) if errors else None
    if state:
        return show_form(replace(state, errors=errors)), 422

    def save() -> str:
        with current_runtime().database.writing() as writing:
            form = replace(typed, matter=matter).sent(desk.purpose.code)
            return activities.create(writing, entry=entry, matter=matter, form=form, purpose=desk.purpose, actor=desk.actor, now=desk.now)

    try:
        save_once(save)
    except (PrivacyError, FieldWithoutPurposeError) as error:
        with current_runtime().database.reading() as db:
            state = of_new(db, desk, typed)
        return _refused(state, error)
    flash(_("Die Aktivität ist geplant."), "ok")
    return redirect(page_of(matter), code=303)


@bp.get("/activities/<pseudonym:activity_id>/edit")
def edit(activity_id: str) -> ResponseReturnValue:
    """Show the form with the activity as it is."""
    with current_runtime().database.reading() as db:
        state = open_stored(db, open_desk(db), activity_id)
    return show_form(state)


@bp.post("/activities/<pseudonym:activity_id>/edit")
def change(activity_id: str) -> ResponseReturnValue:
    """Change the activity, unless somebody else has meanwhile: then show what they changed."""
    version = typed_number("version")
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_activity()
        entry, errors = check(db, desk, typed, former=activities.get_activity(db, activity_id=activity_id))
        state = of_sent(db, desk, typed, activity_id=activity_id, version=version)
    if errors:
        return show_form(replace(state, errors=errors)), 422
    try:
        with current_runtime().database.writing() as db:
            activities.change(
                db, activity_id=activity_id, entry=entry, purpose=desk.purpose, expected_version=version, actor=desk.actor, now=desk.now
            )
    except StaleVersionError:
        return _conflict(desk, activity_id, typed)
    except (PrivacyError, FieldWithoutPurposeError, AlreadyDoneError) as error:
        return _refused(state, error)
    flash(_("Die Änderungen sind gespeichert."), "ok")
    return redirect(url_for(".listing"), code=303)


def _refused(state: ActivityState, error: CrmError) -> ResponseReturnValue:
    return show_form(replace(state, error=sentence_of(error))), status_of(error)


def _conflict(desk: Desk, activity_id: str, typed: TypedActivity) -> ResponseReturnValue:
    """Lay the changes made meanwhile beside what was typed; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        current = open_stored(db, desk, activity_id)
    found = find_conflict(typed, current)
    if found is None:  # the same form, sent twice
        return redirect(url_for(".listing"), code=303)
    return show_form(found), 409
