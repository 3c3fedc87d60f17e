"""Creating and changing a company."""

from dataclasses import replace

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.models.company import CompanyKind
from crm.privacy.collection import Notice
from crm.privacy.errors import PrivacyError, StaleVersionError
from crm.services.changers import find_changer
from crm.services.companies import entry, from_form, hierarchy
from crm.services.companies.from_form import SoleTrader
from crm.services.forms import find_saved_company, save_once
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.companies.blueprint import bp
from crm.web.companies.form_fields import TypedCompany, typed_company
from crm.web.companies.form_page import CompanyState, check, find_conflict, open_for_change, open_for_new, show_form
from crm.web.companies.form_questions import NO_QUESTIONS, find_questions
from crm.web.desk import Desk, find_desk, open_desk, posted_purpose
from crm.web.typed import typed_number


@bp.get("/companies/new")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    with current_runtime().database.reading() as db:
        state = open_for_new(db, open_desk(db))
    return show_form(state)


@bp.post("/companies/new")
def create() -> ResponseReturnValue:
    """Take in the company, after a look whether there is one of the same name, or a person."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_company(desk.purpose)
        if saved := find_saved_company(db, typed.sent(desk.purpose)):  # before the warning of the same name, which is its own
            return _created(saved)
        errors = check(db, desk, typed, company=None)
        questions = NO_QUESTIONS if errors else find_questions(db, desk, typed)
        state = CompanyState.of(db, desk, typed, is_new=True, errors=errors, questions=questions)
    if errors or questions:
        return show_form(state), 422
    try:
        return _created(save_once(lambda: _collect(desk, typed)))
    except PrivacyError as error:
        return show_form(state.refused(sentence_of(error))), status_of(error)


@bp.get("/companies/<pseudonym:company_id>/edit")
def edit(company_id: str) -> ResponseReturnValue:
    """Show the form with the company as it is."""
    with current_runtime().database.reading() as db:
        state = open_for_change(db, find_desk(db), company_id)
    return show_form(state)


@bp.post("/companies/<pseudonym:company_id>/edit")
def change(company_id: str) -> ResponseReturnValue:
    """Change the company, unless somebody else has meanwhile: then show what they changed."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        company = entry.get_company(db, company_id=company_id)
        typed = typed_company(desk.purpose, kind=company.kind)
        errors = check(db, desk, typed, company=company)
        state = CompanyState.of(db, desk, typed, is_new=False, errors=errors, company_id=company_id, version=typed_number("version"))
    if errors:
        return show_form(state), 422
    try:
        _change(desk, company_id, typed)
    except StaleVersionError:
        return _conflict(desk, company_id, typed)
    flash(_("Die Änderungen sind gespeichert."), "ok")
    return redirect(url_for(".show", company_id=company_id), code=303)


def _created(company_id: str) -> ResponseReturnValue:
    flash(_("Die Firma ist angelegt."), "ok")
    return redirect(url_for(".show", company_id=company_id), code=303)


def _collect(desk: Desk, typed: TypedCompany) -> str:
    with current_runtime().database.writing() as db:
        entered = typed.entry(parent_id=hierarchy.choose_parent(db, text=typed.parent, company_id=None))
        if typed.kind == CompanyKind.LEGAL_PERSON:
            return from_form.create(db, entry=entered, form=typed.sent(desk.purpose), actor=current_actor(), now=desk.now)
        return from_form.create_sole_trader(
            db,
            entry=entered,
            owner=SoleTrader(fields=typed.person, origin=typed.origin, notice=Notice(typed.notice)),
            purpose=desk.purpose,
            form=typed.sent(desk.purpose),
            actor=desk.actor,
            now=desk.now,
        )


def _change(desk: Desk, company_id: str, typed: TypedCompany) -> None:
    with current_runtime().database.writing() as db:
        entry.change(
            db,
            company_id=company_id,
            entry=typed.entry(parent_id=hierarchy.choose_parent(db, text=typed.parent, company_id=company_id)),
            purpose=desk.purpose,
            expected_version=typed_number("version"),
            actor=desk.actor,
            now=desk.now,
        )


def _conflict(desk: Desk, company_id: str, typed: TypedCompany) -> ResponseReturnValue:
    """Lay the changes made meanwhile beside what was typed; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        current = open_for_change(db, desk, company_id)
        person = entry.get_company(db, company_id=company_id).subject_id
        changer = find_changer(db, subject_id=person, versions=current.version - typed_number("version"), actor=desk.actor)
    conflict = find_conflict(typed, current)
    if conflict is None:  # the same form, sent twice
        return redirect(url_for(".show", company_id=company_id), code=303)
    return show_form(replace(conflict, changer=changer)), 409
