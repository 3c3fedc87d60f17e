"""One task of data protection: whom it is about, what is to be done, and the act that settles it."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.privacy_task import TaskKind
from crm.services import privacy_tasks
from crm.services.contacts.fields import LONGEST
from crm.services.privacy_tasks import TaskView
from crm.site.access import may
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput
from crm.web.desk import Desk, open_desk, open_posted_desk, purpose_links, purpose_title, strip_of
from crm.web.due import urgency_of
from crm.web.names import NAME_FIELDS, full_name
from crm.web.task_words import KIND_TEXTS, KIND_TITLES
from crm.web.typed import accept_pseudonyms, typed_line

bp = Blueprint("tasks", __name__)
accept_pseudonyms(bp)


@bp.get("/contacts/<pseudonym:subject_id>/tasks/<pseudonym:task_id>")
def show(subject_id: str, task_id: str) -> ResponseReturnValue:
    """Show one task, and the way on."""
    return _page(subject_id, task_id)


@bp.post("/contacts/<pseudonym:subject_id>/tasks/<pseudonym:task_id>/origin")
def state_origin(subject_id: str, task_id: str) -> ResponseReturnValue:
    """Note where the data came from."""
    origin = typed_line("origin")
    return _settle(
        subject_id,
        task_id,
        lambda db, desk: privacy_tasks.state_origin(
            db, subject_id=subject_id, task_id=task_id, origin=origin, purpose=desk.purpose, actor=desk.actor, now=desk.now
        ),
        done=_("Die Herkunft ist festgehalten."),
        origin=origin,
    )


@bp.post("/contacts/<pseudonym:subject_id>/tasks/<pseudonym:task_id>/notice")
def note_informed(subject_id: str, task_id: str) -> ResponseReturnValue:
    """Note that the person was told."""
    return _settle(
        subject_id,
        task_id,
        lambda db, desk: privacy_tasks.note_informed(
            db, subject_id=subject_id, task_id=task_id, purpose=desk.purpose, actor=desk.actor, now=desk.now
        ),
        done=_("Festgehalten: Die Person ist informiert."),
    )


@bp.post("/contacts/<pseudonym:subject_id>/tasks/<pseudonym:task_id>/objection")
def uphold_objection(subject_id: str, task_id: str) -> ResponseReturnValue:
    """Stop using the data for what the person contests."""
    return _settle(
        subject_id,
        task_id,
        lambda db, desk: privacy_tasks.uphold_objection(
            db, subject_id=subject_id, task_id=task_id, purpose=desk.purpose, actor=desk.actor, now=desk.now
        ),
        done=_("Die Verwendung ist beendet."),
    )


def _settle(subject_id: str, task_id: str, act: Callable[[Session, Desk], None], *, done: str, origin: str = "") -> ResponseReturnValue:
    """Do the act and say so at the workplace; or show the task again with what is wrong and what was typed."""
    try:
        with current_runtime().database.writing() as db:
            act(db, open_posted_desk(db))
    except InvalidInputError as error:
        return _page(subject_id, task_id, origin=origin, refusal=error), 422
    flash(done, "ok")
    return redirect(url_for("home.index"), code=303)


def _page(subject_id: str, task_id: str, *, origin: str = "", refusal: InvalidInputError | None = None) -> str:
    sentence = sentence_of(refusal) if refusal else None
    is_about_origin = refusal is not None and refusal.field == "origin"
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        view = privacy_tasks.open_task(
            db, subject_id=subject_id, task_id=task_id, purpose=desk.purpose, purposes=desk.purposes, actor=desk.actor, now=desk.now
        )
    kind = TaskKind(view.task.kind)
    return render_template(
        "tasks/show.html",
        strip=strip_of(desk, shown=len(NAME_FIELDS) if view.person else 0),
        heading=full_name(view.person.fields) if view.person else _("Kontakt, den dieser Zweck nicht zeigt"),
        title=str(KIND_TITLES[kind]),
        text=str(KIND_TEXTS[kind]),
        due_on=view.task.due_on,
        urgency=urgency_of(view.task.due_on, today=desk.today),
        done=view.task.done_at is not None,
        restricted=view.restricted,
        offers=() if view.person else purpose_links(view.allowing),
        contact_url=url_for("contacts.show", subject_id=subject_id) if view.person else None,
        rights_url=url_for("contacts.rights", subject_id=subject_id) if may("contacts.rights") else None,
        act=_act(view, kind, subject_id, task_id),
        review_url=_review_url(view, kind, subject_id),
        purpose=desk.purpose.code,
        origin=_origin_field(origin, error=sentence if is_about_origin else None),
        refusal=None if is_about_origin else sentence,
        contested=", ".join(purpose_title(each) for each in view.contested),
    )


def _act(view: TaskView, kind: TaskKind, subject_id: str, task_id: str) -> tuple[str, str] | None:
    """Return what settles the task and where to send it; None where nothing does yet, or not for this purpose."""
    endpoints = {
        TaskKind.ORIGIN_UNKNOWN: "state_origin",
        TaskKind.NOTICE_DUE: "note_informed",
        TaskKind.OBJECTION_RAISED: "uphold_objection",
    }
    name = endpoints.get(kind)
    if name is None or view.person is None or view.task.done_at or not may(f"tasks.{name}"):
        return None
    return name, url_for(f".{name}", subject_id=subject_id, task_id=task_id)


def _review_url(view: TaskView, kind: TaskKind, subject_id: str) -> str | None:
    """Return where is decided whether somebody whose time is up goes or stays."""
    if kind is not TaskKind.TIME_UP or view.task.done_at or not may("review.show"):
        return None
    return url_for("review.show", person=subject_id)


def _origin_field(value: str, *, error: str | None) -> FieldInput:
    hint = _("Zum Beispiel: Visitenkarte, Hannover Messe 2024. Die Person bekommt das auf Anfrage zu lesen.")
    return FieldInput(name="origin", title=_("Herkunft"), value=value, error=error, required=True, max_length=LONGEST, hint=hint)
