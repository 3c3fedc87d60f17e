"""Noting and removing what a person is at companies."""

from flask import flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.services import affiliations
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.contacts.affiliation_section import TypedAffiliation
from crm.web.contacts.blueprint import bp
from crm.web.contacts.notes_form import note_form
from crm.web.contacts.page import render_contact
from crm.web.desk import open_posted_desk
from crm.web.typed import typed_line


@bp.post("/contacts/<pseudonym:subject_id>/affiliations")
def begin_affiliation(subject_id: str) -> ResponseReturnValue:
    """Note that the person has a role at a company."""
    company, capacity = typed_line("company"), typed_line("capacity")
    try:
        with current_runtime().database.writing() as db:
            desk = open_posted_desk(db)
            affiliations.begin(
                db, subject_id=subject_id, company=company, capacity=capacity, purpose=desk.purpose, actor=desk.actor, now=desk.now
            )
    except InvalidInputError as error:
        return _again(subject_id, TypedAffiliation(company, capacity, error.field or "company", sentence_of(error)), status_of(error))
    flash(_("Die Rolle ist eingetragen."), "ok")
    return redirect(url_for(".show", subject_id=subject_id), code=303)


@bp.post("/contacts/<pseudonym:subject_id>/affiliations/<pseudonym:affiliation_id>/end")
def end_affiliation(subject_id: str, affiliation_id: str) -> ResponseReturnValue:
    """Remove a role."""
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        affiliations.end(db, subject_id=subject_id, affiliation_id=affiliation_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    flash(_("Die Rolle ist entfernt."), "ok")
    return redirect(url_for(".show", subject_id=subject_id), code=303)


def _again(subject_id: str, typed: TypedAffiliation, status: int) -> ResponseReturnValue:
    page = make_response(render_contact(subject_id, note_form(), typed))
    page.status_code = page.status_code if page.status_code != 200 else status  # noqa: PLR2004 - a refusal of the page itself comes first
    return page
