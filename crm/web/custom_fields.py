"""Eigene Felder: the coordinator defines what else is kept about people, for which purposes and for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError, NotFoundError
from crm.privacy.errors import StaleVersionError
from crm.services import custom_field_changes
from crm.services.custom_field_changes import FieldEntry, ListedField
from crm.services.forms import new_form_token, save_once
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.custom_field_form import FieldForm, row_of, typed_entry, words_of
from crm.web.typed import accept_pseudonyms, typed_line, typed_number

bp = Blueprint("custom_fields", __name__)
accept_pseudonyms(bp)


@bp.get("/custom-fields")
def index() -> ResponseReturnValue:
    """Show the fields with what they are bound to, and how many people have a value; nobody is named."""
    with current_runtime().database.reading() as db:
        found = custom_field_changes.find_fields(db)
        rows = [row_of(db, each) for each in found]
    return render_template("custom_fields/list.html", strip=None, rows=rows)


@bp.get("/custom-fields/new")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    with current_runtime().database.reading() as db:
        last = max((each.field.position for each in custom_field_changes.find_fields(db)), default=0)
    return _show(FieldForm(entry=FieldEntry(kind="text", position=str(last + 1)), token=new_form_token()))


@bp.post("/custom-fields/new")
def create() -> ResponseReturnValue:
    """Define a field."""
    form = FieldForm(entry=typed_entry(), token=typed_line("token"))
    with current_runtime().database.reading() as db:
        if custom_field_changes.is_defined(db, form.sent()):  # before the look at the titles, which would find this very field
            return redirect(url_for(".index"), code=303)
        faults = custom_field_changes.check(db, form.entry, field=None)
    if faults:
        return _show(form.refused(_sentences(faults))), 422
    try:
        save_once(lambda: _define(form))
    except InvalidInputError as fault:  # what was right a moment ago, before somebody else took the title
        return _show(form.refused(_sentences([fault]))), 422
    flash(_("Das Feld ist angelegt."), "ok")
    return redirect(url_for(".index"), code=303)


def _define(form: FieldForm) -> str:
    runtime = current_runtime()
    with runtime.database.writing() as db:
        return custom_field_changes.define(db, entry=form.entry, form=form.sent(), actor=current_actor(), now=runtime.clock.now())


@bp.get("/custom-fields/<pseudonym:field_id>")
def edit(field_id: str) -> ResponseReturnValue:
    """Show what can be changed of a field."""
    field = _find(field_id).field
    return _show(FieldForm(entry=custom_field_changes.entry_of(field), defined=field, version=field.version))


@bp.post("/custom-fields/<pseudonym:field_id>")
def change(field_id: str) -> ResponseReturnValue:
    """Change a field, unless somebody else has meanwhile."""
    runtime, field = current_runtime(), _find(field_id).field
    kept = custom_field_changes.entry_of(field)
    entry = replace(typed_entry(), kind=kept.kind, group=kept.group, rule=kept.rule)
    form = FieldForm(entry=entry, defined=field, version=typed_number("version"))
    with runtime.database.reading() as db:
        faults = custom_field_changes.check(db, entry, field=field)
    if faults:
        return _show(form.refused(_sentences(faults))), 422
    try:
        with runtime.database.writing() as db:
            is_changed = custom_field_changes.change(
                db, field_id=field_id, entry=entry, expected_version=form.version, actor=current_actor(), now=runtime.clock.now()
            )
    except StaleVersionError as error:
        return _conflict(form, field_id, status_of(error))
    except InvalidInputError as fault:
        return _show(form.refused(_sentences([fault]))), 422
    flash(_("Das Feld ist geändert.") if is_changed else _("Es gab nichts zu ändern."), "ok")
    return redirect(url_for(".index"), code=303)


@bp.get("/custom-fields/<pseudonym:field_id>/retire")
def retirement(field_id: str) -> ResponseReturnValue:
    """Ask before a field is retired, and say how many people have a value."""
    found = _find(field_id)
    with current_runtime().database.reading() as db:
        row = row_of(db, found)
    return render_template("custom_fields/retire.html", strip=None, row=row)


@bp.post("/custom-fields/<pseudonym:field_id>/retire")
def retire(field_id: str) -> ResponseReturnValue:
    """Retire a field."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        custom_field_changes.retire(
            db, field_id=field_id, expected_version=typed_number("version"), actor=current_actor(), now=runtime.clock.now()
        )
    flash(_("Das Feld ist stillgelegt. Die Werte gehen an ihrem letzten Tag von selbst."), "ok")
    return redirect(url_for(".index"), code=303)


def _find(field_id: str) -> ListedField:
    """Return a field that can still be changed.

    Raises:
        NotFoundError: there is none, or it is retired.
    """
    with current_runtime().database.reading() as db:
        found = custom_field_changes.get_field(db, field_id)
    if found.field.is_retired:
        raise NotFoundError
    return found


def _sentences(faults: Sequence[InvalidInputError]) -> Mapping[str, str]:
    return {fault.field or "title_de": sentence_of(fault) for fault in reversed(faults)}


def _conflict(mine: FieldForm, field_id: str, status: int) -> ResponseReturnValue:
    """Name what stands there now beside what was typed; nothing typed is lost."""
    field = _find(field_id).field
    theirs = custom_field_changes.entry_of(field)
    errors = {
        name: _("Inzwischen steht hier „%(theirs)s“. Was gilt?", theirs=words_of(name, value) or "–")
        for name, value in theirs.content().items()
        if value != mine.entry.content()[name]
    }
    if not errors:
        return redirect(url_for(".index"), code=303)
    return _show(replace(mine, defined=field, version=field.version).refused(errors)), status


def _show(form: FieldForm) -> str:
    is_new = form.defined is None
    return render_template(
        "custom_fields/edit.html",
        strip=None,
        is_new=is_new,
        fieldsets=form.fieldsets(),
        fixed=form.fixed(),
        hidden={"token": form.token} if is_new else {"version": form.version},
        action_url=url_for(".create") if form.defined is None else url_for(".change", field_id=form.defined.id),
        retire_url=url_for(".retirement", field_id=form.defined.id) if form.defined else None,
    )
