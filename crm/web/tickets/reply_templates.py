"""Texts for replies: list, form, removing one."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.privacy.errors import StaleVersionError
from crm.services.tickets import reply_templates
from crm.services.tickets.reply_templates import LONGEST_TEXT, LONGEST_TITLE, TemplateEntry
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet
from crm.site.visitor import current_actor
from crm.web.tickets.blueprint import bp
from crm.web.typed import typed_line, typed_number, typed_text


@bp.get("/tickets/templates")
def templates() -> ResponseReturnValue:
    """Show all texts for replies."""
    with current_runtime().database.reading() as db:
        found = reply_templates.find_all(db)
    return render_template("tickets/templates.html", strip=None, templates=found)


@bp.get("/tickets/templates/new")
def new_template() -> ResponseReturnValue:
    """Show an empty form."""
    return _form(TemplateEntry(title="", text_de="", text_en=""))


@bp.post("/tickets/templates/new")
def add_template() -> ResponseReturnValue:
    """Keep a new text."""
    entry, runtime = _typed(), current_runtime()
    if faults := reply_templates.check(entry):
        return _form(entry, faults=faults), 422
    with runtime.database.writing() as db:
        reply_templates.add(db, entry=entry, actor=current_actor(), now=runtime.clock.now())
    flash(_("Der Textbaustein ist gespeichert."), "ok")
    return redirect(url_for(".templates"), code=303)


@bp.get("/tickets/templates/<pseudonym:template_id>")
def edit_template(template_id: str) -> ResponseReturnValue:
    """Show the form with a text as it is."""
    with current_runtime().database.reading() as db:
        found = reply_templates.get_template(db, code=template_id)
        entry, version = TemplateEntry(title=found.title, text_de=found.text_de, text_en=found.text_en), found.version
    return _form(entry, code=template_id, version=version)


@bp.post("/tickets/templates/<pseudonym:template_id>")
def change_template(template_id: str) -> ResponseReturnValue:
    """Change a text, unless somebody else has meanwhile."""
    entry, runtime = _typed(), current_runtime()
    if faults := reply_templates.check(entry):
        return _form(entry, code=template_id, version=typed_number("version"), faults=faults), 422
    try:
        with runtime.database.writing() as db:
            reply_templates.change(
                db, code=template_id, entry=entry, expected_version=typed_number("version"), actor=current_actor(), now=runtime.clock.now()
            )
    except StaleVersionError as error:
        return _conflict(template_id, entry, status_of(error))
    flash(_("Der Textbaustein ist gespeichert."), "ok")
    return redirect(url_for(".templates"), code=303)


@bp.post("/tickets/templates/<pseudonym:template_id>/remove")
def remove_template(template_id: str) -> ResponseReturnValue:
    """Remove a text; what was written with it stays."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        reply_templates.remove(db, code=template_id, actor=current_actor(), now=runtime.clock.now())
    flash(_("Der Textbaustein ist entfernt."), "ok")
    return redirect(url_for(".templates"), code=303)


def _typed() -> TemplateEntry:
    return TemplateEntry(title=typed_line("title"), text_de=typed_text("text_de"), text_en=typed_text("text_en"))


def _conflict(code: str, mine: TemplateEntry, status: int) -> ResponseReturnValue:
    """Name what stands there now beside what was typed; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        found = reply_templates.get_template(db, code=code)
        version, theirs = found.version, {name: getattr(found, name) for name in ("title", "text_de", "text_en")}
    errors = {
        name: _("Inzwischen steht hier „%(theirs)s“. Was gilt?", theirs=value)
        for name, value in theirs.items()
        if value != getattr(mine, name)
    }
    if not errors:
        return redirect(url_for(".templates"), code=303)
    return _form(mine, code=code, version=version, errors=errors), status


def _form(
    entry: TemplateEntry,
    *,
    code: str = "",
    version: int = 0,
    faults: list[InvalidInputError] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    wrong = {**(errors or {}), **{fault.field or "title": sentence_of(fault) for fault in reversed(faults or [])}}
    hint = _("Möglich sind {name} für den Namen und {ticket} für die Nummer.")
    texts = {"text_de": _("Text auf Deutsch"), "text_en": _("Text auf Englisch")}
    fields = (
        FieldInput(name="title", title=_("Name"), value=entry.title, error=wrong.get("title"), max_length=LONGEST_TITLE, required=True),
        *(
            FieldInput(
                name=name,
                title=title,
                value=getattr(entry, name),
                error=wrong.get(name),
                hint=hint,
                kind="textarea",
                max_length=LONGEST_TEXT,
                required=True,
            )
            for name, title in texts.items()
        ),
    )
    return render_template(
        "tickets/template_edit.html",
        strip=None,
        is_new=not code,
        code=code,
        action_url=url_for(".change_template", template_id=code) if code else url_for(".add_template"),
        version=version,
        fieldsets=(FieldSet(title=_("Textbaustein"), fields=fields),),
    )
