"""Mein Arbeitsplatz: what is due for the role acted in, and the way on where nothing is."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.actor import Role
from crm.db import Session
from crm.privacy.erasure import guard
from crm.services import holds, mail_queue, setting_up, work_list
from crm.services.setting_up import Step
from crm.services.staff_names import LOOKS_AFTER
from crm.services.work_list import DueTasks, Reader
from crm.site.access import may
from crm.site.i18n import _, _l, day, moment, ngettext
from crm.site.installation import current_runtime
from crm.site.view_models import DueEntry, DueSection, StripView
from crm.site.visitor import current_actor
from crm.web.activities.due import due_section
from crm.web.calls.workplace import ticket_sections
from crm.web.desk import Desk, current_day, find_desk, strip_of
from crm.web.due import NextStep, ending_entry, guide, task_entry, tasks_section, urgency_of
from crm.web.exports.due import export_sections
from crm.web.names import NAME_FIELDS
from crm.web.requests.due import request_sections
from crm.web.sealed_search import LONGEST as LONGEST_SEARCH
from crm.web.task_words import KIND_TITLES

bp = Blueprint("home", __name__)

_ANSWER_FOR_THE_CLOCK = frozenset({Role.PRIVACY, Role.ADMIN})
_ALL = 200  # tasks on one page; who has more begins with these

_LEADS = {
    Role.SALES: _l("was bei Ihren Kontakten ansteht"),
    Role.SERVICE: _l("wer anruft, und was bei Tickets ansteht"),
    Role.ACCOUNTING: _l("was bei Ihren Kontakten ansteht"),
    Role.PRIVACY: _l("was der Datenschutz von uns verlangt"),
    Role.DPO: _l("lesen und prüfen, was geschehen ist"),
    Role.AUDITOR: _l("lesen und prüfen, was geschehen ist"),
    Role.ADMIN: _l("Benutzer und ihre Rollen"),
}

# Where the work of a role without due days begins.
_GUIDES: Mapping[Role, NextStep] = {
    Role.MARKETING: NextStep(
        _l("Welche Kundengruppe geantwortet hat, zeigt jede Kampagne; neue beginnen mit einer Kundengruppe."),
        "campaigns.index",
        _l("Zu den Kampagnen"),
    ),
    Role.MANAGEMENT: NextStep(
        _l("Nichts wartet auf Ihre Entscheidung. Was gewonnen, verloren und offen ist, zeigen die Quartalszahlen."),
        "reports.quarter",
        _l("Zu den Quartalszahlen"),
    ),
    Role.AUDITOR: NextStep(
        _l("Prüfen Sie, ob das Protokoll unverändert ist, oder lesen Sie, wer wann wozu welche Angaben gesehen hat."),
        "ledger.index",
        _l("Zum Protokoll"),
    ),
    Role.ADMIN: NextStep(
        _l("Wer neu ist, bekommt hier ein Konto und seine Rollen; wer geht, dessen Konto sperren Sie."),
        "users.index",
        _l("Zu den Benutzern"),
    ),
}


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show what is due, and where this role's work begins."""
    with current_runtime().database.reading() as db:
        desk = find_desk(db)
        sections, names = _sections(db, desk)
        sections = (
            *_clock_section(db),
            *_holds_section(db),
            *request_sections(db, current_actor().role),
            *export_sections(db, desk),
            *sections,
        )
    return render_template(
        "home.html",
        strip=_strip(desk, names),
        today=current_day(),
        lead=_LEADS.get(current_actor().role or Role.MANAGEMENT, _l("was für Ihre Rolle ansteht")),
        sections=sections,
        shortcuts=_shortcuts(),
        longest_search=LONGEST_SEARCH if may("calls.search") else None,
    )


def _strip(desk: Desk | None, names: int) -> StripView | None:
    return strip_of(desk, shown=len(NAME_FIELDS) if names else 0, per_person=True) if desk else None


def _sections(db: Session, desk: Desk | None) -> tuple[tuple[DueSection, ...], int]:
    """Return the sections, and how many people they name."""
    role = current_actor().role
    if desk and role is Role.PRIVACY:
        tasks = work_list.find_all_tasks(db, reader=_reader(desk), now=desk.now)
        return (*_asking_section(db), _tasks_section(desk, tasks, _nothing_for_all())), _named(tasks)
    if desk and role in LOOKS_AFTER:
        own = work_list.find_own_tasks(db, reader=_reader(desk), now=desk.now)
        ending, ending_names = _ending_section(db, desk)
        today, today_names = due_section(db, desk)
        tickets, ticket_names = ticket_sections(db, desk)
        today_names += ticket_names
        sections = (*tickets, *today, _tasks_section(desk, own, _nothing_for_own(db, desk)), ending)
        return sections, _named(own) + ending_names + today_names
    if role is Role.DPO:
        return (_watched_section(db),), 0
    step = _GUIDES.get(role) if role else None
    guides = (guide(_("Womit Sie beginnen"), step),) if step else ()
    return (*_setup_section(db), *guides, *_mail_section(db)) if role is Role.ADMIN else guides, 0


def _setup_section(db: Session) -> tuple[DueSection, ...]:
    """Return what a new installation still needs; nothing once all is there."""
    left = len(Step) - len(setting_up.find_done(db, current_runtime().settings))
    text = ngettext("Noch %(num)s Schritt ist offen.", "Noch %(num)s Schritte sind offen.", left)
    return (guide(_("Einrichtung"), NextStep(text, "setup.index", _("Weiter einrichten"))),) if left else ()


def _mail_section(db: Session) -> tuple[DueSection, ...]:
    """Return what the administration has to know of mail that did not arrive, or may not have."""
    trouble = mail_queue.find_trouble(db, now=current_runtime().clock.now())
    sentences = [
        sentence
        for number, sentence in (
            (
                trouble.maybe_sent,
                _(
                    "Nicht sicher angekommen: %(number)s. Die Übergabe an den Mailserver brach ab; Lethe sendet sie nicht noch einmal.",
                    number=trouble.maybe_sent,
                ),
            ),
            (trouble.given_up, _("Aufgegeben, weil der Mailserver sie nicht annahm: %(number)s.", number=trouble.given_up)),
        )
        if number
    ]
    return (DueSection(title=_("E-Mails der letzten 14 Tage"), entries=(), empty=" ".join(sentences)),) if sentences else ()


def _clock_section(db: Session) -> tuple[DueSection, ...]:
    """Return that the clock was set back, to those who answer for what is forgotten and for the machine: no run goes meanwhile."""
    latest = guard.find_set_back(db, now=current_runtime().clock.now()) if current_actor().role in _ANSWER_FOR_THE_CLOCK else None
    if latest is None:
        return ()
    sentence = _(
        "Sie steht vor dem letzten bekannten Zeitpunkt, %(moment)s. Bis sie wieder stimmt, wird nichts vergessen, und Fristen zeigen "
        "den falschen Tag. Lassen Sie die Uhr des Servers stellen.",
        moment=moment(latest),
    )
    return (DueSection(title=_("Die Uhr wurde zurückgestellt"), entries=(), empty=sentence),)


def _holds_section(db: Session) -> tuple[DueSection, ...]:
    """Return how many holds wait for a second person or a review, to those who answer for them."""
    number = holds.count_waiting(db, today=current_day()) if may("holds.approve") else 0
    if not number:
        return ()
    text = ngettext(
        "%(num)s wartet auf Bestätigung oder Überprüfung.",
        "%(num)s warten auf Bestätigung oder Überprüfung.",
        number,
    )
    return (guide(_("Löschsperren"), NextStep(text, "holds.index", _("Zu den Löschsperren"))),)


def _asking_section(db: Session) -> tuple[DueSection, ...]:
    """Return a run of the Löschkonzept that waits for a word of the coordinator, if there is one."""
    run = guard.find_asking(db)
    if run is None:
        return ()
    title, note = _("Löschlauf vom %(day)s", day=day(run.day)), _("hat nichts vergessen und fragt nach")
    urgency = urgency_of(run.day, today=current_day())
    entry = DueEntry(title=title, due_on=run.day, urgency=urgency, url=url_for("retention.index"), note=note)
    return (DueSection(title=_("Ein Lauf fragt nach"), entries=(entry,), empty=""),)


def _reader(desk: Desk) -> Reader:
    return Reader(actor=desk.actor, purpose=desk.purpose, own=desk.own, shown=_shown())


def _shown() -> int:
    return _ALL if request.args.get("tasks") else work_list.SHOWN


def _named(tasks: DueTasks) -> int:
    return sum(1 for task in tasks.tasks if task.person)


def _tasks_section(desk: Desk, due: DueTasks, step: NextStep) -> DueSection:
    return tasks_section([task_entry(desk, each) for each in due.tasks], due, step, title=_("Zu klären"))


def _nothing_for_own(db: Session, desk: Desk) -> NextStep:
    if work_list.looks_after_anybody(db, actor=desk.actor):
        text = _("Bei Ihren Kontakten ist nichts zu klären: Jede Herkunft ist bekannt, jede Person informiert.")
    else:
        text = _("Ihnen ist noch kein Kontakt zugeordnet. Die Liste zeigt alle, die Ihr Zweck zeigt; beim Bearbeiten ordnen Sie zu.")
    return NextStep(text, "contacts.index", _("Zu den Kontakten"))


def _nothing_for_all() -> NextStep:
    text = _("Keine Aufgabe ist offen. Neue entstehen beim Import und wenn jemand aufgenommen wird, der noch nichts davon weiß.")
    return NextStep(text, "ledger.index", _("Zum Protokoll"))


def _ending_section(db: Session, desk: Desk) -> tuple[DueSection, int]:
    ending = work_list.find_ending(db, purpose=desk.purpose, actor=desk.actor, now=desk.now, zone=desk.zone)
    entries = tuple(ending_entry(desk, each) for each in ending)
    empty = _("In den nächsten 90 Tagen endet bei Ihren Kontakten keine Frist.")
    return DueSection(title=_("Bald vergessen"), entries=entries, empty=empty), sum(1 for each in ending if each.person)


def _watched_section(db: Session) -> DueSection:
    """Return what is open, by pseudonym: who monitors needs the day and what was done, not the name (Art. 39(1)(b) DSGVO)."""
    today = current_day()
    found = work_list.find_tasks(db, shown=_shown())
    step = NextStep(
        _("Keine Aufgabe des Datenschutzes ist offen. Was geschehen ist, steht im Protokoll."), "ledger.index", _("Zum Protokoll")
    )
    entries = [
        DueEntry(
            title=str(KIND_TITLES[each.kind]),
            due_on=each.due_on,
            urgency=urgency_of(each.due_on, today=today),
            url=url_for("ledger.subject", subject_id=each.subject_id) if may("ledger.subject") else None,
            note=_("Pseudonym %(start)s …", start=each.subject_id[:8]),
        )
        for each in found.tasks
    ]
    return tasks_section(entries, found, step, title=_("Aufgaben des Datenschutzes"))


def _shortcuts() -> tuple[tuple[str, str, str], ...]:
    pages = (
        ("tickets.index", _("Tickets"), "flag"),
        ("contacts.index", _("Kontakte"), "people"),
        ("contacts.new", _("Neuer Kontakt"), "plus"),
        ("companies.index", _("Firmen"), "building"),
        ("deals.board", _("Verkaufschancen"), "chart"),
        ("invoices.index", _("Rechnungen"), "euro"),
        ("campaigns.index", _("Kampagnen"), "flag"),
        ("reports.quarter", _("Quartalszahlen"), "chart"),
        ("requests.index", _("Anträge"), "scale"),
        ("ledger.index", _("Protokoll"), "ledger"),
        ("users.index", _("Benutzer"), "gear"),
    )
    return tuple((title, url_for(endpoint), icon) for endpoint, title, icon in pages if may(endpoint))
