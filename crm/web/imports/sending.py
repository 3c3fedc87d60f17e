"""Sending a file, and letting it go."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.services.forms import new_form_token, save_once
from crm.services.imports.policy import import_policy
from crm.services.uploads import keeping, steering
from crm.services.uploads.keeping import KINDS_OF, SentFile
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.visitor import current_actor
from crm.web.desk import open_desk, open_posted_desk, strip_of
from crm.web.imports.blueprint import bp
from crm.web.imports.words import KIND_TITLES, own_titles
from crm.web.typed import typed_line


@bp.get("/imports/new")
def new() -> ResponseReturnValue:
    """Show the form for a file."""
    return _page(kind="", token=new_form_token(), wrong={})


@bp.post("/imports/new")
def keep() -> ResponseReturnValue:
    """Keep the file and lead on to its columns; what cannot be read is explained at its field."""
    sent = request.files.get("file")
    titles = own_titles(typed_line("kind"))
    file = SentFile(sent.filename or "", sent.read(), titles) if sent else SentFile("", b"")
    try:
        upload_id = save_once(lambda: _keep(file))
    except InvalidInputError as error:
        at = error.field if error.field in {"kind", "file"} else "file"
        return _page(kind=typed_line("kind"), token=new_form_token(), wrong={at: sentence_of(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for(".assign", upload_id=upload_id), code=303)


@bp.post("/imports/<pseudonym:upload_id>/discard")
def discard(upload_id: str) -> ResponseReturnValue:
    """Let a file go that is not read in."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        steering.discard(db, upload_id, actor=current_actor(), now=runtime.clock.now())
    flash(_("Verworfen. Von der Datei ist nichts geblieben."), "ok")
    return redirect(url_for(".index"), code=303)


def _keep(file: SentFile) -> str:
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        sent = {"kind": typed_line("kind"), "form_token": typed_line("token")}
        return keeping.keep(db, file=file, purpose=desk.purpose, actor=desk.actor, now=desk.now, **sent)


def _page(*, kind: str, token: str, wrong: Mapping[str, str]) -> str:
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
    kinds = KINDS_OF[desk.actor.role] if desk.actor.role else ()
    return render_template(
        "imports/new.html",
        strip=strip_of(desk, shown=0),
        fieldsets=(FieldSet(title=_("Datei"), fields=_fields([Option(each, str(KIND_TITLES[each])) for each in kinds], kind, wrong)),),
        hidden={"token": token, "purpose": desk.purpose.code},
    )


def _fields(kinds: list[Option], kind: str, wrong: Mapping[str, str]) -> tuple[FieldInput, ...]:
    hint = _(
        "CSV aus einer Tabellenkalkulation oder einem anderen Programm, höchstens %(size)s MB.", size=import_policy().uploads.megabytes
    )
    if wrong:
        hint += " " + _("Bitte wählen Sie die Datei noch einmal aus; der Browser behält sie nicht.")
    return (
        FieldInput(name="kind", title=_("Was steht darin?"), kind="select", value=kind, options=tuple(kinds), error=wrong.get("kind")),
        FieldInput(
            name="file", title=_("Datei"), kind="file", required=True, accept=".csv,.txt,text/csv", hint=hint, error=wrong.get("file")
        ),
    )
