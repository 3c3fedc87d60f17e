"""The documents of one person, and the form that files another."""

from dataclasses import replace
from datetime import date
from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.privacy.documents import NewDocument
from crm.services import retained_documents
from crm.services.forms import FormAlreadySavedError
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.documents.blueprint import bp, document_desk, row_of, strip_for
from crm.web.documents.form import DocumentForm, empty_form, typed_form
from crm.web.invoices.rows import invoices_of
from crm.web.names import NAME_FIELDS, full_name


class DocumentDateError(InvalidInputError):
    """The day of the document is missing or no date."""

    message = "Bitte geben Sie das Datum der Unterlage an."


@bp.get("/documents/<pseudonym:subject_id>")
def of_person(subject_id: str) -> ResponseReturnValue:
    """Show the documents about one person; the form is there while the person is."""
    return _page(subject_id, empty_form())


@bp.post("/documents/<pseudonym:subject_id>")
def file(subject_id: str) -> ResponseReturnValue:
    """File a document; what cannot be filed is explained at its field, and the rest of the form stays."""
    form = typed_form()
    runtime = current_runtime()
    try:
        with runtime.database.writing() as db:
            retained_documents.file(db, subject_id=subject_id, document=_document(form), desk=document_desk())
    except FormAlreadySavedError:
        return redirect(url_for(".of_person", subject_id=subject_id), code=303)
    except InvalidInputError as error:
        page = make_response(_page(subject_id, form.refused(error.field or "file", sentence_of(error))))
        page.status_code = status_of(error) if page.status_code == HTTPStatus.OK else page.status_code
        return page
    flash(_("Die Unterlage ist abgelegt."), "ok")
    return redirect(url_for(".of_person", subject_id=subject_id), code=303)


def _document(form: DocumentForm) -> NewDocument:
    """Return what the form sent.

    Raises:
        DocumentDateError: the day is none.
    """
    try:
        issued_on = date.fromisoformat(form.issued_on)
    except ValueError as error:
        raise DocumentDateError(field="issued_on") from error
    sent = request.files.get("file")
    return NewDocument(rule=form.rule, title=form.title, content=sent.read() if sent else b"", issued_on=issued_on, document_id=form.token)


def _page(subject_id: str, form: DocumentForm) -> str:
    with current_runtime().database.reading() as db:
        found = retained_documents.find_of_person(db, subject_id=subject_id, desk=document_desk())
        shown = [name for name in NAME_FIELDS if found.name.get(name)]
        strip = strip_for(db, found.purpose, shown=len(shown))
        invoices = invoices_of(db, subject_id=subject_id)
    return render_template(
        "documents/person.html",
        strip=strip,
        name=full_name(found.name) if shown else "",
        shown_fields=" ".join(shown),
        rows=[row_of(each, with_person=False) for each in found.documents],
        fieldsets=(form.fields(),) if found.takes_more else (),
        token=form.token,
        file_url=url_for(".file", subject_id=subject_id),
        contact_url=url_for("contacts.show", subject_id=subject_id) if found.takes_more and may("contacts.show") else None,
        takes_more=found.takes_more,
        invoices=replace(invoices, new_url=None) if invoices and invoices.rows else None,
    )
