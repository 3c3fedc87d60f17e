"""Writing a note."""

from flask import flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.privacy import special_categories
from crm.privacy.notes import SpecialCategoryError
from crm.services.contacts import noting
from crm.services.contacts.noting import NewNote, NoteKindUnknownError
from crm.services.forms import FormAlreadySavedError
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.contacts.blueprint import bp
from crm.web.contacts.notes_form import note_form, typed_note
from crm.web.contacts.page import render_contact
from crm.web.desk import open_desk


@bp.post("/contacts/<pseudonym:subject_id>/notes")
def write_note(subject_id: str) -> ResponseReturnValue:
    """Save a note; words of special categories are shown once before they are kept."""
    note = typed_note()
    try:
        _save(subject_id, note)
    except FormAlreadySavedError:
        return redirect(url_for(".show", subject_id=subject_id), code=303)
    except (InvalidInputError, SpecialCategoryError) as error:
        return _again(subject_id, note, error)
    flash(_("Die Notiz ist gespeichert."), "ok")
    return redirect(url_for(".show", subject_id=subject_id), code=303)


def _save(subject_id: str, note: NewNote) -> None:
    with current_runtime().database.writing() as db:
        desk = open_desk(db)
        noting.write(db, subject_id=subject_id, new=note, purpose=desk.purpose, actor=desk.actor, now=desk.now)


def _again(subject_id: str, note: NewNote, error: InvalidInputError | SpecialCategoryError) -> ResponseReturnValue:
    """Show the page with what was typed; a hint names the words it found."""
    found = tuple(special_categories.find_words(note.text)) if isinstance(error, SpecialCategoryError) else tuple(sorted(note.seen_hints))
    message = sentence_of(error)
    if isinstance(error, SpecialCategoryError):
        message += " " + _("Gefunden: %(words)s.", words=", ".join(found))
    wrong_field = "kind" if isinstance(error, NoteKindUnknownError) else "text"
    form = note_form(text=note.text, kind=note.kind, error=message, wrong_field=wrong_field, seen=found, token=note.form.token)
    page = make_response(render_contact(subject_id, form))
    page.status_code = page.status_code if page.status_code != 200 else status_of(error)  # noqa: PLR2004 - a refusal of the page itself comes first
    return page
