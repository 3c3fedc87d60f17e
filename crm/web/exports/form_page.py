"""Asking for an export: which columns, and why. The list and its filters come along, the purpose is that of the strip."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.models.export_file import ExportFile, ExportKind, ExportState
from crm.services.companies.listing import CompanyFilter
from crm.services.contacts.listing import ContactFilter
from crm.services.exports import making, requesting
from crm.services.exports.link_lines import LINK
from crm.services.exports.policy import export_policy
from crm.services.exports.requesting import LONGEST_REASON, ExportWish, Selection, columns_of
from crm.services.forms import SentForm, new_form_token, save_once
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet
from crm.web import custom_words
from crm.web.companies import list_controls as of_companies
from crm.web.contacts import list_controls as of_contacts
from crm.web.desk import Desk, open_desk, posted_purpose, require_posted_purpose, strip_of
from crm.web.exports.blueprint import bp
from crm.web.exports.words import COLUMN_TITLES, KIND_TITLES
from crm.web.sealed_search import ARGUMENT, open_search
from crm.web.typed import filled, typed_line, typed_text

_CHOSEN_FIRST = ("first_name", "last_name", "name")
_FILTERS = (ARGUMENT, "company", "owner", "segment", "sort")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportForm:
    """The form with everything it needs to be shown again."""

    desk: Desk
    wish: ExportWish
    count: int
    is_large: bool
    token: str
    errors: Mapping[str, str] = field(default_factory=dict)

    def fieldsets(self) -> tuple[FieldSet, ...]:
        """Return the fields: a box for each column that the purpose opens, and the reason."""
        titles = {name: str(title) for name, title in COLUMN_TITLES.items()} | custom_words.titles_of([self.desk.purpose])
        boxes = tuple(
            FieldInput(name=f"column_{name}", title=titles[name], kind="checkbox", value="1" if name in self.wish.columns else "")
            for name in columns_of(self.wish.kind, self.desk.purpose)
            if name != LINK
        )
        reason = FieldInput(
            name="reason",
            title=_("Grund"),
            kind="textarea",
            value=self.wish.reason,
            required=True,
            max_length=LONGEST_REASON,
            hint=_("Wofür Sie die Datei brauchen und wer sie bekommt. Der Grund steht in der Liste der Exporte."),
            error=self.errors.get("reason"),
        )
        return (
            FieldSet(title=_("Spalten"), fields=boxes, hint=_("Nur was Sie wirklich brauchen; mehr öffnet der Zweck nicht.")),
            FieldSet(title=_("Begründung"), fields=(reason,)),
        )


@bp.get("/exports/<any(contacts, companies):kind>/new")
def new(kind: str) -> ResponseReturnValue:
    """Show the form for a list as it is narrowed."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        wish = ExportWish(selection=_selection(kind), columns=_CHOSEN_FIRST, reason="")
        return _show(make_form(db, desk, wish, token=new_form_token(), errors={}))


@bp.post("/exports/<any(contacts, companies):kind>/new")
def create(kind: str) -> ResponseReturnValue:
    """Ask for the export; a small one is made at once, a large one waits for a second person."""
    form = _typed(kind)
    if form.errors:
        return _show(form), 422
    return make_or_wait(form, selection=repr(form.wish.selection))


def make_or_wait(form: ExportForm, *, selection: str) -> ResponseReturnValue:
    """Ask for the export once; make a small one, and say of a large one that it waits.

    Args:
        selection: what tells this export from another of the same form.
    """
    export_id = save_once(lambda: _request(form, selection))
    runtime = current_runtime()
    with runtime.database.reading() as db:
        is_small = db.get_one(ExportFile, export_id).state == ExportState.MAKING
    if is_small:
        making.make(runtime.database, export_id=export_id, settings=runtime.settings, clock=runtime.clock.now)
        flash(_("Die Datei ist erstellt. Sie können sie sieben Tage lang herunterladen."), "ok")
    else:
        flash(_("Der Export wartet auf die Freigabe durch die Datenschutzkoordination."), "ok")
    return redirect(url_for(".index"), code=303)


def _request(form: ExportForm, selection: str) -> str:
    content = {"reason": form.wish.reason, "columns": ",".join(form.wish.columns), "selection": selection}
    with current_runtime().database.writing() as db:
        sent = SentForm(form.token, content)
        desk = form.desk
        return requesting.request(db, wish=form.wish, form=sent, purpose=desk.purpose, actor=desk.actor, now=desk.now).id


def _typed(kind: str) -> ExportForm:
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        require_posted_purpose(desk)
        return typed_form(db, desk, ExportKind(kind), _selection(kind))


def typed_form(db: Session, desk: Desk, kind: ExportKind, selection: Selection) -> ExportForm:
    """Return the form as it was sent, with what is wrong with it."""
    columns = tuple(name for name in columns_of(kind, desk.purpose) if f"column_{name}" in request.form or name == LINK)
    wish = ExportWish(selection=selection, columns=columns, reason=typed_text("reason"))
    faults = requesting.check(db, wish, purpose=desk.purpose)
    errors = {fault.field or "columns": sentence_of(fault) for fault in reversed(faults)}
    return make_form(db, desk, wish, token=typed_line("token"), errors=errors)


def make_form(db: Session, desk: Desk, wish: ExportWish, *, token: str, errors: Mapping[str, str]) -> ExportForm:
    """Return the form for a wish."""
    count = requesting.count(db, selection=wish.selection, purpose=desk.purpose)
    is_large = requesting.needs_second_person(db, rows=count, actor=desk.actor, now=desk.now)
    return ExportForm(desk=desk, wish=wish, count=count, is_large=is_large, token=token, errors=errors)


def _selection(kind: str) -> ContactFilter | CompanyFilter:
    text = open_search(request.values.get(ARGUMENT))
    return of_contacts.read_filter(text=text) if kind == ExportKind.CONTACTS else of_companies.read_filter(text=text)


def _show(form: ExportForm) -> str:
    kind = form.wish.kind
    kept = filled({name: request.values.get(name) for name in _FILTERS})
    action_url, cancel_url = url_for(".create", kind=kind.value), url_for(f"{kind.value}.index", **kept)
    return render_form(form, kept=kept, action_url=action_url, cancel_url=cancel_url)


def render_form(form: ExportForm, *, kept: Mapping[str, str], action_url: str, cancel_url: str, size: str | None = None) -> str:
    """Return the page.

    Args:
        kept: what goes along with the form.
        size: how many it would be, in words; None: exactly as many as there are.
    """
    policy = export_policy()
    return render_template(
        "exports/new.html",
        strip=strip_of(form.desk, shown=0, note=_("ein Eintrag für die ganze Datei")),
        kind=KIND_TITLES[form.wish.kind],
        count=form.count,
        size=size,
        is_large=form.is_large,
        alone=policy.alone,
        most=policy.most,
        fieldsets=form.fieldsets(),
        columns_error=form.errors.get("columns"),
        hidden={**kept, "token": form.token, "purpose": form.desk.purpose.code},
        action_url=action_url,
        cancel_url=cancel_url,
    )
