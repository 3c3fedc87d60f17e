"""Keeping a file, fetching and removing it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import CrmError, InvalidInputError, NotFoundError
from crm.privacy.documents import LARGEST
from crm.privacy.documents.media import ENDINGS
from crm.privacy.errors import PrivacyError
from crm.readable import visible
from crm.services import customer_files
from crm.services.customer_files import LONGEST_NAME, NewFile
from crm.services.forms import new_form_token, save_once
from crm.services.matter import Matter, resolve
from crm.services.work_customers import Customer, find_customer
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet
from crm.web.customers import person_name
from crm.web.desk import Desk, open_desk, open_posted_desk, posted_purpose, require_posted_purpose, strip_of
from crm.web.files.blueprint import bp
from crm.web.handing_over import hand_over
from crm.web.matter import arguments_of, chosen_matter, page_of
from crm.web.names import name_fields
from crm.web.typed import typed_line


@bp.get("/files/new")
def new() -> ResponseReturnValue:
    """Show the form."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        about = _about(db, desk)
    return _page(desk, about, token=new_form_token())


@bp.post("/files/new")
def add() -> ResponseReturnValue:
    """Keep a file; what cannot be kept is explained at its field."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        about = _about(db, desk)
    file, matter = _sent(), about.matter

    def save() -> str:
        with current_runtime().database.writing() as writing:
            return customer_files.add(
                writing, file=file, matter=matter, token=typed_line("token"), purpose=desk.purpose, actor=desk.actor, now=desk.now
            )

    try:
        require_posted_purpose(desk)
        save_once(save)
    except (InvalidInputError, PrivacyError) as error:
        return _page(desk, about, token=typed_line("token"), error=error), status_of(error)
    flash(_("Die Datei ist abgelegt."), "ok")
    return redirect(page_of(matter), code=303)


@bp.get("/files/<pseudonym:file_id>")
def fetch(file_id: str) -> Response:
    """Hand one file over."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        opened = customer_files.fetch(db, file_id=file_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    return hand_over(opened.content, name=opened.name, media_type=opened.media_type)


@bp.get("/files/<pseudonym:file_id>/remove")
def removal(file_id: str) -> str:
    """Say what removing a file means, and ask."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        name, matter = customer_files.find_name(db, file_id=file_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    return render_template(
        "files/remove.html",
        strip=strip_of(desk, shown=0),
        purpose=desk.purpose.code,
        name=name,
        action_url=url_for(".remove", file_id=file_id),
        cancel_url=page_of(matter),
    )


@bp.post("/files/<pseudonym:file_id>/remove")
def remove(file_id: str) -> ResponseReturnValue:
    """Take one file away."""
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        matter = customer_files.remove(db, file_id=file_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    flash(_("Die Datei ist entfernt."), "ok")
    return redirect(page_of(matter), code=303)


@dataclass(frozen=True, slots=True)
class _About:
    """The deal or company that the form is about, and whose it is."""

    matter: Matter
    customer: Customer


def _about(db: Session, desk: Desk) -> _About:
    """Return what the form is about; deals only for who may see them.

    Raises:
        NotFoundError, InvalidInputError: there is none.
    """
    asked = chosen_matter()
    matter = Matter(deal_id=asked.deal_id, company_id=None if asked.deal_id else asked.company_id)  # no file is about a person alone
    if matter == Matter():
        raise NotFoundError
    chosen = resolve(db, matter)
    return _About(matter, find_customer(db, chosen, purpose=desk.purpose, actor=desk.actor, now=desk.now))


def _sent() -> NewFile:
    """Return what the form sent; a file without a name typed is called as it was on the disk it comes from."""
    sent = request.files.get("file")
    return NewFile(name=typed_line("name") or visible(sent.filename or "" if sent else ""), content=sent.read() if sent else b"")


def _page(desk: Desk, about: _About, *, token: str, error: CrmError | None = None) -> str:
    field = error.field if isinstance(error, InvalidInputError) else None
    person = person_name(about.customer)
    errors = {field: sentence_of(error)} if error and field in {"file", "name"} else {}
    return render_template(
        "files/new.html",
        strip=strip_of(desk, shown=len(name_fields(desk)) if person else 0),
        name_fields=" ".join(name_fields(desk)),
        company=about.customer.company,
        person=person,
        purpose=desk.purpose.code,
        token=token,
        action_url=url_for(".add", **arguments_of(about.matter)),
        cancel_url=page_of(about.matter),
        fieldsets=(_fields(errors, asked_again=error is not None),),
        error=sentence_of(error) if error and not errors else None,
    )


def _fields(errors: Mapping[str, str], *, asked_again: bool) -> FieldSet:
    hint = _("PDF, PNG, JPEG oder Text, höchstens %(size)s MB.", size=LARGEST // (1024 * 1024))
    if asked_again:
        hint += " " + _("Bitte wählen Sie die Datei noch einmal aus; der Browser behält sie nicht.")
    return FieldSet(
        title=_("Datei"),
        hint=_("Was das Gesetz aufzubewahren verlangt, legt die Buchhaltung bei der Person als Unterlage ab, mit seiner Frist."),
        fields=(
            FieldInput(
                name="file", title=_("Datei"), kind="file", required=True, error=errors.get("file"), hint=hint,
                accept=",".join(ENDINGS.values()),
            ),
            FieldInput(
                name="name", title=_("Name"), value=typed_line("name"), max_length=LONGEST_NAME, error=errors.get("name"),
                hint=_("Ohne Angabe heißt sie wie bei Ihnen."),
            ),
        ),
    )  # fmt: skip
