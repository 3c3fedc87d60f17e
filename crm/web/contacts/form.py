"""Collecting and changing a contact."""

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.privacy.collection import Notice
from crm.privacy.errors import StaleVersionError, SuppressedError
from crm.services.changers import find_changer
from crm.services.contacts import entry
from crm.services.contacts.entry import ConsentFirstError
from crm.services.contacts.view import get_contact
from crm.services.forms import find_saved_contact, save_once
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.contacts.blueprint import bp
from crm.web.contacts.form_checks import Checked, check
from crm.web.contacts.form_fields import TypedContact, typed_contact
from crm.web.contacts.form_page import FormState, find_conflict, open_for_change, open_for_new, show_form, show_no_ground
from crm.web.desk import Desk, open_desk, posted_purpose
from crm.web.typed import typed_number


@bp.get("/contacts/new")
def new() -> ResponseReturnValue:
    """Show an empty form for the purpose at hand."""
    with current_runtime().database.reading() as db:
        state = open_for_new(db, open_desk(db))
    return show_no_ground(state.desk) if state.desk.purpose.needs_consent else show_form(state)


@bp.post("/contacts/new")
def create() -> ResponseReturnValue:
    """Take in the person, after a look whether somebody may be the same."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_contact(desk.purpose)
        # Before the warning of duplicates, which would name the contact itself.
        if saved := find_saved_contact(db, typed.sent(desk.purpose)):
            return _created(saved)
        checked = check(db, desk, typed, contact=None)
        likenesses = () if _is_confirmed() else checked.find_likenesses(db, desk)
        state = FormState.of(db, desk, typed, is_new=True, errors=checked.errors, likenesses=likenesses)
    if checked.errors or likenesses:
        return show_form(state), 422
    try:
        return _created(save_once(lambda: _collect(desk, typed, checked)))
    except (SuppressedError, ConsentFirstError) as error:
        return show_form(state.refused(sentence_of(error))), status_of(error)


@bp.get("/contacts/<pseudonym:subject_id>/edit")
def edit(subject_id: str) -> ResponseReturnValue:
    """Show the form with the fields that the purpose opens."""
    with current_runtime().database.reading() as db:
        state = open_for_change(db, open_desk(db), subject_id)
    return show_form(state)


@bp.post("/contacts/<pseudonym:subject_id>/edit")
def change(subject_id: str) -> ResponseReturnValue:
    """Change the contact, after a look whom it makes them like; where somebody else has changed it meanwhile, show what."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_contact(desk.purpose)
        checked = check(db, desk, typed, contact=get_contact(db, subject_id=subject_id))
        likenesses = () if _is_confirmed() else checked.find_new_likenesses(db, desk, subject_id=subject_id, before=typed.before)
        state = FormState.of(db, desk, typed, is_new=False, errors=checked.errors, likenesses=likenesses)
    if checked.errors or likenesses:
        return show_form(replace(state, subject_id=subject_id, version=typed_number("version"))), 422
    try:
        _rectify(desk, subject_id, checked)
    except StaleVersionError:
        return _conflict(desk, subject_id, typed)
    flash(_("Die Änderungen sind gespeichert."), "ok")
    return redirect(url_for(".show", subject_id=subject_id), code=303)


def _is_confirmed() -> bool:
    """Say whether somebody looked at the warning and says that it is another person."""
    return bool(request.form.get("confirm_duplicate"))


def _created(subject_id: str) -> ResponseReturnValue:
    flash(_("Der Kontakt ist angelegt."), "ok")
    return redirect(url_for(".show", subject_id=subject_id), code=303)


def _collect(desk: Desk, typed: TypedContact, checked: Checked) -> str:
    with current_runtime().database.writing() as db:
        return entry.create(
            db,
            entry=checked.entry,
            purpose=desk.purpose,
            origin=typed.origin,
            notice=Notice(typed.notice),
            form=typed.sent(desk.purpose),
            actor=desk.actor,
            now=desk.now,
        )


def _rectify(desk: Desk, subject_id: str, checked: Checked) -> None:
    with current_runtime().database.writing() as db:
        entry.change(
            db,
            subject_id=subject_id,
            entry=checked.entry,
            purpose=desk.purpose,
            expected_version=typed_number("version"),
            actor=desk.actor,
            now=desk.now,
        )


def _conflict(desk: Desk, subject_id: str, typed: TypedContact) -> ResponseReturnValue:
    """Lay the changes made meanwhile beside what was typed; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        current = open_for_change(db, desk, subject_id)
        changer = find_changer(db, subject_id=subject_id, versions=current.version - typed_number("version"), actor=desk.actor)
    conflict = find_conflict(typed, current)
    if conflict is None:  # the same form, sent twice
        return redirect(url_for(".show", subject_id=subject_id), code=303)
    return show_form(replace(conflict, changer=changer)), 409
