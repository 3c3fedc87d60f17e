"""Mein Arbeitsplatz: what is due for the role acted in."""

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.actor import Role
from crm.db import Session
from crm.models.privacy_task import TaskKind
from crm.privacy.purposes import Purpose
from crm.services import work_list
from crm.services.work_list import DueTask, DueTasks, EndingContact
from crm.site.access import may
from crm.site.i18n import _, _l
from crm.site.installation import current_runtime
from crm.site.view_models import DueEntry, DueSection, StripView
from crm.site.visitor import current_actor
from crm.web.contacts.rows import NAME_FIELDS, full_name
from crm.web.desk import Desk, find_desk, purpose_title, strip_of, time_zone
from crm.web.requests.due import request_sections, urgency_of

bp = Blueprint("home", __name__)

_LOOKS_AFTER_CONTACTS = (Role.SALES, Role.SERVICE, Role.ACCOUNTING)

_KINDS = {
    TaskKind.ORIGIN_UNKNOWN: _l("Herkunft klären"),
    TaskKind.NOTICE_DUE: _l("Person informieren (Art. 14 DSGVO)"),
    TaskKind.ERASURE_REQUESTED: _l("Löschung gewünscht: entscheiden"),
    TaskKind.TIME_UP: _l("Zeit abgelaufen: entscheiden"),
    TaskKind.OBJECTION_RAISED: _l("Widerspruch abwägen (Art. 21 Abs. 1 DSGVO)"),
}

_LEADS = {
    Role.SALES: _l("was bei Ihren Kontakten ansteht"),
    Role.SERVICE: _l("was bei Ihren Kontakten ansteht"),
    Role.ACCOUNTING: _l("was bei Ihren Kontakten ansteht"),
    Role.PRIVACY: _l("was der Datenschutz von uns verlangt"),
    Role.DPO: _l("lesen und prüfen, was geschehen ist"),
    Role.AUDITOR: _l("lesen und prüfen, was geschehen ist"),
    Role.ADMIN: _l("Benutzer und ihre Rollen"),
}


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show what is due, and where this role's work begins."""
    with current_runtime().database.reading() as db:
        desk = find_desk(db)
        sections, names = _sections(db, desk) if desk else (request_sections(db, current_actor().role), 0)
    return render_template(
        "home.html",
        strip=_strip(desk, names),
        today=current_runtime().clock.now().astimezone(time_zone()).date(),
        lead=_LEADS.get(current_actor().role or Role.MANAGEMENT, _l("was für Ihre Rolle ansteht")),
        sections=sections,
        shortcuts=_shortcuts(),
    )


def _strip(desk: Desk | None, names: int) -> StripView | None:
    return strip_of(desk, shown=len(NAME_FIELDS) if names else 0, per_person=True) if desk else None


def _sections(db: Session, desk: Desk) -> tuple[tuple[DueSection, ...], int]:
    """Return the sections, and how many people they name."""
    if desk.actor.role is Role.PRIVACY:
        tasks = work_list.find_all_tasks(db, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        return (*request_sections(db, desk.actor.role), _tasks_section(desk, tasks, _nothing_for_all())), _named(tasks)
    if desk.actor.role in _LOOKS_AFTER_CONTACTS:
        own = work_list.find_own_tasks(db, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        ending, ending_names = _ending_section(db, desk)
        return (_tasks_section(desk, own, _nothing_for_own()), ending), _named(own) + ending_names
    return (), 0


def _named(tasks: DueTasks) -> int:
    return sum(1 for task in tasks.tasks if task.person)


def _nothing_for_own() -> str:
    return _("Bei Ihren Kontakten ist nichts zu klären: Jede Herkunft ist bekannt, jede Person informiert. Sehen Sie in Ihre Kontakte.")


def _nothing_for_all() -> str:
    return _("Keine Aufgabe ist offen. Neue entstehen beim Import und wenn jemand aufgenommen wird, der noch nichts davon weiß.")


def _tasks_section(desk: Desk, due: DueTasks, empty: str) -> DueSection:
    return DueSection(title=_("Zu klären"), entries=tuple(_task(desk, each) for each in due.tasks), empty=empty, more=due.more)


def _task(desk: Desk, task: DueTask) -> DueEntry:
    return DueEntry(
        title=full_name(task.person.fields) if task.person else _("Kontakt, den dieser Zweck nicht zeigt"),
        due_on=task.due_on,
        urgency=urgency_of(task.due_on, desk.now.astimezone(desk.zone).date()),
        url=url_for("contacts.show", subject_id=task.subject_id) if may("contacts.show") else None,
        note=str(_KINDS[task.kind]),
    )


def _ending_section(db: Session, desk: Desk) -> tuple[DueSection, int]:
    ending = work_list.find_ending(db, purpose=desk.purpose, purposes=desk.purposes, actor=desk.actor, now=desk.now, zone=desk.zone)
    entries = tuple(_ending(desk, each) for each in ending)
    empty = _("In den nächsten 90 Tagen endet bei Ihren Kontakten keine Frist.")
    return DueSection(title=_("Bald vergessen"), entries=entries, empty=empty), sum(1 for each in ending if each.person)


def _ending(desk: Desk, each: EndingContact) -> DueEntry:
    return DueEntry(
        title=full_name(each.person.fields) if each.person else _elsewhere(each.purposes),
        due_on=each.due_on,
        urgency=urgency_of(each.due_on, desk.now.astimezone(desk.zone).date()),
        url=url_for("contacts.show", subject_id=each.subject_id),
        note=_("Frist endet; ein Gespräch oder Brief in der Sache lässt sie neu beginnen"),
    )


def _elsewhere(purposes: Sequence[Purpose]) -> str:
    return _("Kontakt unter „%(purposes)s“", purposes=", ".join(purpose_title(each) for each in purposes))


def _shortcuts() -> tuple[tuple[str, str, str], ...]:
    pages = (
        ("contacts.index", _("Kontakte"), "people"),
        ("contacts.new", _("Neuer Kontakt"), "plus"),
        ("companies.index", _("Firmen"), "building"),
        ("requests.index", _("Anträge"), "scale"),
        ("ledger.index", _("Protokoll"), "ledger"),
        ("users.index", _("Benutzer"), "gear"),
    )
    return tuple((title, url_for(endpoint), icon) for endpoint, title, icon in pages if may(endpoint))
